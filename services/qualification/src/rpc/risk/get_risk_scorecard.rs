//! `GetRiskScorecard`: a version, or the one in force.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{GetRiskScorecardRequest, RiskScorecard};
use clientele_service::Call;

use crate::{State, assessing::scorecard, domain::risk::standard::standard, store::risk::risk_scorecard_get};

pub(super) async fn get_risk_scorecard(
    state: &State,
    call: Call,
    request: GetRiskScorecardRequest,
) -> Result<RiskScorecard> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    match request.version {
        None => scorecard(&mut connection, call.tenant()).await.map_err(failed),
        Some(0) => Ok(standard()),
        Some(version) => risk_scorecard_get(&mut connection, call.tenant(), Some(version))
            .await
            .map_err(failed)?
            .ok_or_else(|| Error::not_found("risk_scorecard", version.to_string())),
    }
}
