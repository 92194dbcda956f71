//! `GetAcquisitionSpend`.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{AcquisitionSpend, GetAcquisitionSpendRequest};
use clientele_service::Call;

use super::message::{message, spend_id, unknown};
use crate::{State, store::acquisition_spend::acquisition_spend_get};

pub(super) async fn get_acquisition_spend(
    state: &State,
    call: Call,
    request: GetAcquisitionSpendRequest,
) -> Result<AcquisitionSpend> {
    let id = spend_id(&request.acquisition_spend_id, "acquisition_spend_id")?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let record = acquisition_spend_get(&mut connection, call.tenant(), id).await.map_err(failed)?;
    message(&record.ok_or_else(|| unknown(id))?)
}
