//! `CreateCreditDecision`, `ApproveCreditDecision`, `RejectCreditDecision`: one person proposes, another decides.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{
    ApproveCreditDecisionRequest, CreateCreditDecisionRequest, CreditDecision, RejectCreditDecisionRequest, RiskLevel,
    credit_decision::State as Step,
};
use clientele_service::Call;
use uuid::Uuid;

use super::{etag_matches, four_eyes, id, set_risk_inputs::check_money};
use crate::{
    State,
    assessing::instant,
    crediting::{Taken, name, step},
    domain::{
        instant::message as time,
        risk::credit::{is_more_than_proposed, nanos},
    },
    origin::Origin,
    rpc::once::{Asked, once},
    store::{
        credit_decision::{credit_decision_get, credit_decision_in_force},
        risk::{risk_assessment_get, risk_lock},
    },
};

pub(super) async fn create_credit_decision(
    state: &State,
    call: Call,
    request: CreateCreditDecisionRequest,
) -> Result<CreditDecision> {
    let said = request.credit_decision.clone().unwrap_or_default();
    let customer_id = id(&said.customer_id, "credit_decision.customer_id")?;
    let limit = said.limit.clone().unwrap_or_default();
    let asked =
        Asked { method: "CreateCreditDecision", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let now = state.context.now();
        let mut wrong = check_money(&limit, false, "credit_decision.limit");
        if said.expire_time.as_ref().is_some_and(|end| instant(end) <= now) {
            wrong.push(clientele_error::Violation::new("credit_decision.expire_time", "must be after now"));
        }
        if !wrong.is_empty() {
            return Err(Error::invalid_fields(wrong));
        }
        let origin = Origin::call(&call, &request.request_id, now);
        risk_lock(tx, call.tenant(), customer_id).await.map_err(failed)?;
        let assessment = risk_assessment_get(tx, call.tenant(), customer_id).await.map_err(failed)?;
        let proposal = assessment.as_ref().and_then(|assessment| assessment.credit_proposal.as_ref());
        if said.reason.is_empty() && is_more_than_proposed(&limit, said.payment_days, proposal) {
            let text = "must be given: the credit is more than the assessment proposes";
            return Err(Error::invalid_field("credit_decision.reason", text));
        }
        let mut told = CreditDecision {
            credit_decision_id: state.context.new_id().to_string(),
            customer_id: said.customer_id.clone(),
            limit: Some(limit.clone()),
            payment_days: said.payment_days,
            reason: said.reason.clone(),
            expire_time: said.expire_time,
            state: Step::Proposed.into(),
            proposer: call.caller.subject.clone(),
            risk_assessment_id: assessment.map(|assessment| assessment.risk_assessment_id).unwrap_or_default(),
            create_time: Some(time(now)),
            ..CreditDecision::default()
        };
        let taken = Taken { name: "proposed", role: "maker", before: None };
        step(state, tx, &origin, &mut told, taken).await.map_err(failed)?;
        Ok(told)
    })
    .await
}

pub(super) async fn approve_credit_decision(
    state: &State,
    call: Call,
    request: ApproveCreditDecisionRequest,
) -> Result<CreditDecision> {
    let decision_id = id(&request.credit_decision_id, "credit_decision_id")?;
    let (method, validate_only) = ("ApproveCreditDecision", request.validate_only);
    let asked = Asked { method, request_id: &request.request_id, validate_only };
    once(state, &call, asked, &request, async |tx| {
        let now = state.context.now();
        let origin = Origin::call(&call, &request.request_id, now);
        let (mut told, customer_id) = waiting(tx, &call, decision_id, &request.etag).await?;
        if told.expire_time.as_ref().is_some_and(|end| instant(end) <= now) {
            return Err(in_wrong_state(told.state(), "its time is over"));
        }
        four_eyes(&call, &told.proposer)?;
        let assessment = risk_assessment_get(tx, call.tenant(), customer_id).await.map_err(failed)?;
        let is_prohibited = assessment.is_some_and(|one| one.risk_level() == RiskLevel::Prohibited);
        if is_prohibited && told.limit.as_ref().is_some_and(|limit| nanos(limit) > 0) {
            return Err(Error::new(Reason::RiskProhibited, "the customer's risk is beyond what is accepted"));
        }
        if let Some(mut before) = credit_decision_in_force(tx, call.tenant(), customer_id).await.map_err(failed)? {
            before.set_state(Step::Superseded);
            let taken = Taken { name: "superseded", role: "approver", before: Some(Step::Approved) };
            step(state, tx, &origin, &mut before, taken).await.map_err(failed)?;
        }
        decided(&mut told, Step::Approved, &call, now);
        let taken = Taken { name: "approved", role: "approver", before: Some(Step::Proposed) };
        step(state, tx, &origin, &mut told, taken).await.map_err(failed)?;
        Ok(told)
    })
    .await
}

pub(super) async fn reject_credit_decision(
    state: &State,
    call: Call,
    request: RejectCreditDecisionRequest,
) -> Result<CreditDecision> {
    let decision_id = id(&request.credit_decision_id, "credit_decision_id")?;
    let asked =
        Asked { method: "RejectCreditDecision", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let now = state.context.now();
        let origin = Origin::call(&call, &request.request_id, now);
        let (mut told, _) = waiting(tx, &call, decision_id, &request.etag).await?;
        decided(&mut told, Step::Rejected, &call, now);
        format!("{}\n\nRejected: {}", told.reason, request.reason).trim_start().clone_into(&mut told.reason);
        let taken = Taken { name: "rejected", role: "approver", before: Some(Step::Proposed) };
        step(state, tx, &origin, &mut told, taken).await.map_err(failed)?;
        Ok(told)
    })
    .await
}

fn decided(told: &mut CreditDecision, into: Step, call: &Call, now: jiff::Timestamp) {
    told.set_state(into);
    told.approver.clone_from(&call.caller.subject);
    told.decide_time = Some(time(now));
}

/// A decision that waits, as it is while its customer's risk is locked.
async fn waiting(tx: &mut Tx, call: &Call, decision_id: Uuid, etag: &str) -> Result<(CreditDecision, Uuid)> {
    let missing = || Error::not_found("credit_decision", decision_id.to_string());
    let found = credit_decision_get(tx, call.tenant(), decision_id).await.map_err(failed)?.ok_or_else(missing)?;
    let customer_id = id(&found.customer_id, "customer_id")?;
    risk_lock(tx, call.tenant(), customer_id).await.map_err(failed)?;
    let told = credit_decision_get(tx, call.tenant(), decision_id).await.map_err(failed)?.ok_or_else(missing)?;
    etag_matches(etag, &told.etag)?;
    if told.state() != Step::Proposed {
        return Err(in_wrong_state(told.state(), "it does not wait"));
    }
    Ok((told, customer_id))
}

fn in_wrong_state(state: Step, why: &str) -> Error {
    let message = format!("the decision is {}: {why}", name(state));
    Error::new(Reason::CreditDecisionState, message).with("state", name(state))
}
