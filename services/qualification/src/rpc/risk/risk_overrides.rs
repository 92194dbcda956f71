//! `ProposeRiskOverride`, `ApproveRiskOverride`, `EndRiskOverride`: one person proposes, another approves.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{
    ApproveRiskOverrideRequest, EndRiskOverrideRequest, ProposeRiskOverrideRequest, RiskLevel, RiskOverride,
    risk_override::State as Step,
};
use clientele_service::Call;
use uuid::Uuid;

use super::{etag_matches, four_eyes, id};
use crate::{
    State,
    assessing::{ACTIVE, assess, instant, level_name, scorecard},
    cases::reviews,
    domain::{instant::message as time, risk::overridden},
    origin::Origin,
    overriding::{Taken, name, step},
    rpc::once::{Asked, once},
    store::{
        risk::{risk_assessment_get, risk_lock},
        risk_override::{risk_override_get, risk_override_open},
    },
};

/// The number of the state in which an override waits.
const PROPOSED: i16 = 1;

pub(super) async fn propose_risk_override(
    state: &State,
    call: Call,
    request: ProposeRiskOverrideRequest,
) -> Result<RiskOverride> {
    let customer_id = id(&request.customer_id, "customer_id")?;
    let asked =
        Asked { method: "ProposeRiskOverride", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let now = state.context.now();
        if request.expire_time.as_ref().is_none_or(|end| instant(end) <= now) {
            return Err(Error::invalid_field("expire_time", "must be after now"));
        }
        let origin = Origin::call(&call, &request.request_id, now);
        risk_lock(tx, call.tenant(), customer_id).await.map_err(failed)?;
        check_floor(tx, call.tenant(), customer_id, request.risk_level()).await?;
        let waits = risk_override_open(tx, call.tenant(), customer_id, PROPOSED).await.map_err(failed)?;
        if let Some(mut waits) = waits {
            waits.set_state(Step::Ended);
            let taken = Taken { name: "replaced", role: "maker", before: Some(Step::Proposed) };
            step(state, tx, &origin, &mut waits, taken).await.map_err(failed)?;
        }
        let mut told = RiskOverride {
            risk_override_id: state.context.new_id().to_string(),
            customer_id: request.customer_id.clone(),
            risk_level: request.risk_level,
            reason: request.reason.clone(),
            expire_time: request.expire_time,
            state: Step::Proposed.into(),
            proposer: call.caller.subject.clone(),
            create_time: Some(time(now)),
            ..RiskOverride::default()
        };
        let taken = Taken { name: "proposed", role: "maker", before: None };
        step(state, tx, &origin, &mut told, taken).await.map_err(failed)?;
        Ok(told)
    })
    .await
}

pub(super) async fn approve_risk_override(
    state: &State,
    call: Call,
    request: ApproveRiskOverrideRequest,
) -> Result<RiskOverride> {
    let override_id = id(&request.risk_override_id, "risk_override_id")?;
    let asked =
        Asked { method: "ApproveRiskOverride", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let now = state.context.now();
        let origin = Origin::call(&call, &request.request_id, now);
        let (mut told, customer_id) = locked(tx, &call, override_id, &request.etag).await?;
        let is_over = told.expire_time.as_ref().is_none_or(|end| instant(end) <= now);
        if told.state() != Step::Proposed || is_over {
            return Err(in_wrong_state(told.state(), if is_over { "its time is over" } else { "it does not wait" }));
        }
        four_eyes(&call, &told.proposer)?;
        reviews(tx, &origin, customer_id).await?;
        check_floor(tx, call.tenant(), customer_id, told.risk_level()).await?;
        if let Some(mut before) = risk_override_open(tx, call.tenant(), customer_id, ACTIVE).await.map_err(failed)? {
            before.set_state(Step::Ended);
            let taken = Taken { name: "replaced", role: "approver", before: Some(Step::Active) };
            step(state, tx, &origin, &mut before, taken).await.map_err(failed)?;
        }
        told.set_state(Step::Active);
        told.approver.clone_from(&call.caller.subject);
        told.approve_time = Some(time(now));
        let taken = Taken { name: "approved", role: "approver", before: Some(Step::Proposed) };
        step(state, tx, &origin, &mut told, taken).await.map_err(failed)?;
        assess(state, tx, &origin, customer_id).await.map_err(failed)?;
        Ok(told)
    })
    .await
}

pub(super) async fn end_risk_override(
    state: &State,
    call: Call,
    request: EndRiskOverrideRequest,
) -> Result<RiskOverride> {
    let override_id = id(&request.risk_override_id, "risk_override_id")?;
    let asked =
        Asked { method: "EndRiskOverride", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        let (mut told, customer_id) = locked(tx, &call, override_id, &request.etag).await?;
        let before = told.state();
        if !matches!(before, Step::Proposed | Step::Active) {
            return Err(in_wrong_state(before, "it has ended"));
        }
        // One that waits has no effect on any case.
        if before == Step::Active {
            reviews(tx, &origin, customer_id).await?;
        }
        told.set_state(Step::Ended);
        // The reason of the end goes with that of the override, which the log keeps as it was.
        told.reason = format!("{}\n\nEnded: {}", told.reason, request.reason);
        let taken = Taken { name: "ended", role: "reviewer", before: Some(before) };
        step(state, tx, &origin, &mut told, taken).await.map_err(failed)?;
        if before == Step::Active {
            assess(state, tx, &origin, customer_id).await.map_err(failed)?;
        }
        Ok(told)
    })
    .await
}

/// An override as it is while its customer's risk is locked.
async fn locked(tx: &mut Tx, call: &Call, override_id: Uuid, etag: &str) -> Result<(RiskOverride, Uuid)> {
    let missing = || Error::not_found("risk_override", override_id.to_string());
    let found = risk_override_get(tx, call.tenant(), override_id).await.map_err(failed)?.ok_or_else(missing)?;
    let customer_id = id(&found.customer_id, "customer_id")?;
    risk_lock(tx, call.tenant(), customer_id).await.map_err(failed)?;
    let told = risk_override_get(tx, call.tenant(), override_id).await.map_err(failed)?.ok_or_else(missing)?;
    etag_matches(etag, &told.etag)?;
    Ok((told, customer_id))
}

/// Refuses a level below a floor that the scorecard protects.
async fn check_floor(tx: &mut Tx, tenant: &str, customer_id: Uuid, said: RiskLevel) -> Result<()> {
    let assessment = risk_assessment_get(tx, tenant, customer_id).await.map_err(failed)?;
    let floor = assessment.map(|assessment| assessment.floor_level()).unwrap_or_default();
    let scorecard = scorecard(tx, tenant).await.map_err(failed)?;
    if overridden(&scorecard, floor, said) == said {
        return Ok(());
    }
    let message = format!("the scorecard lets nobody go below {}, which a rule of it sets", level_name(floor));
    Err(Error::new(Reason::RiskFloor, message).with("floor_level", level_name(floor)))
}

fn in_wrong_state(state: Step, why: &str) -> Error {
    Error::new(Reason::RiskOverrideState, format!("the override is {}: {why}", name(state))).with("state", name(state))
}
