//! `CreateRiskScorecard`: the next version, in force at once.

use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{CreateRiskScorecardRequest, RiskScorecard, RiskScorecardCreated};
use clientele_service::Call;

use crate::{
    State,
    assessing::{publish, scorecard},
    audit::{self, Transition},
    domain::{instant::message as time, risk::scorecard::check},
    origin::Origin,
    rpc::once::{Asked, once},
    store::risk::{risk_scorecard_insert, risk_scorecards_lock},
};

pub(super) async fn create_risk_scorecard(
    state: &State,
    call: Call,
    request: CreateRiskScorecardRequest,
) -> Result<RiskScorecard> {
    let said = parse(request.risk_scorecard.clone(), &call, state)?;
    let asked =
        Asked { method: "CreateRiskScorecard", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request.request_id, said).await).await
}

/// The scorecard as a caller says it, if it holds together.
pub(super) fn parse(said: Option<RiskScorecard>, call: &Call, state: &State) -> Result<RiskScorecard> {
    let Some(said) = said else { return Err(Error::invalid_field("risk_scorecard", "must be given")) };
    let wrong = check(&said, "risk_scorecard.");
    if !wrong.is_empty() {
        return Err(Error::invalid_fields(wrong));
    }
    let create_time = Some(time(state.context.now()));
    Ok(RiskScorecard { actor: call.caller.subject.clone(), create_time, ..said })
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    mut told: RiskScorecard,
) -> Result<RiskScorecard> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let origin = Origin::call(call, request_id, now);
    risk_scorecards_lock(tx, tenant).await.map_err(failed)?;
    let before = scorecard(tx, tenant).await.map_err(failed)?.version;
    let id = state.context.new_id();
    told.risk_scorecard_id = id.to_string();
    told.version = before + 1;
    risk_scorecard_insert(tx, tenant, id, &told, now).await.map_err(failed)?;
    let transition = Transition {
        subject_kind: "risk_scorecard",
        subject_id: id,
        customer_id: None,
        transition: "created",
        state_before: "",
        state_after: "IN_FORCE",
        role: "",
        policy_version: 0,
        evidence_hashes: Vec::new(),
    };
    audit::record(state, tx, &origin, transition, &told).await.map_err(failed)?;
    let payload = RiskScorecardCreated { risk_scorecard: Some(told.clone()) };
    publish(state, tx, &origin, "risk-scorecards".to_owned(), &payload).await.map_err(failed)?;
    Ok(told)
}
