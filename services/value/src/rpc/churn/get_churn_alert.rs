//! `GetChurnAlert`.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ChurnAlert, GetChurnAlertRequest};
use clientele_service::Call;

use super::answering::{alert_id, read};
use crate::State;

pub(super) async fn get_churn_alert(state: &State, call: Call, request: GetChurnAlertRequest) -> Result<ChurnAlert> {
    let id = alert_id(&request.churn_alert_id)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    read(&mut connection, call.tenant(), id).await
}
