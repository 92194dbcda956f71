//! `DeleteAcquisitionSpend`.

use clientele_error::Result;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{AcquisitionSpend, DeleteAcquisitionSpendRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::message::{expect_etag, message, publish, spend_id, unknown};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::acquisition_spend::{acquisition_spend_delete, acquisition_spend_get_for_update},
};

pub(super) async fn delete_acquisition_spend(
    state: &State,
    call: Call,
    request: DeleteAcquisitionSpendRequest,
) -> Result<AcquisitionSpend> {
    let id = spend_id(&request.acquisition_spend_id, "acquisition_spend_id")?;
    let asked = Asked {
        method: "DeleteAcquisitionSpend",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request, id).await).await
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request: &DeleteAcquisitionSpendRequest,
    id: Uuid,
) -> Result<AcquisitionSpend> {
    let tenant = call.tenant();
    let record = acquisition_spend_get_for_update(tx, tenant, id).await.map_err(failed)?.ok_or_else(|| unknown(id))?;
    expect_etag(&request.etag, &record, "etag")?;
    acquisition_spend_delete(tx, tenant, id).await.map_err(failed)?;
    let deleted = message(&record)?;
    publish(state, call, tx, &request.request_id, &deleted, true).await?;
    Ok(deleted)
}
