//! `CreateAcquisitionSpend`.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{AcquisitionSpend, CreateAcquisitionSpendRequest};
use clientele_service::Call;

use super::message::{message, parse, publish};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::acquisition_spend::acquisition_spend_insert,
};

pub(super) async fn create_acquisition_spend(
    state: &State,
    call: Call,
    request: CreateAcquisitionSpendRequest,
) -> Result<AcquisitionSpend> {
    let spend = parse(&request.acquisition_spend.clone().unwrap_or_default())?;
    let asked = Asked {
        method: "CreateAcquisitionSpend",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    once(state, &call, asked, &request, async |tx| {
        let (id, now) = (state.context.new_id(), state.context.now());
        let record = acquisition_spend_insert(tx, call.tenant(), id, &spend, now).await.map_err(failed)?;
        let made = message(&record)?;
        publish(state, &call, tx, &request.request_id, &made, false).await?;
        Ok(made)
    })
    .await
}
