//! `WaiveCheck`, `ApproveWaivedCheck`: one person proposes that a check count as passed, another approves.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{
    ApproveWaivedCheckRequest, Check, CheckOutcome, CheckResult, CheckWaiver, ChecksRun, WaiveCheckRequest,
    check_waiver::State as Step,
};
use clientele_service::Call;
use uuid::Uuid;

use crate::{
    State,
    assessing::{publish, transition},
    audit::{self, Transition},
    cases::reviews,
    domain::instant::message as time,
    origin::Origin,
    rpc::{
        once::{Asked, once},
        risk::{etag_matches, four_eyes, id},
    },
    standing::restate,
    store::{
        audit_subject::check_name,
        check_run::{check_get, check_update, checks_lock},
        customer_check::{CheckRecord, customer_check_put},
    },
};

pub(super) async fn waive_check(state: &State, call: Call, request: WaiveCheckRequest) -> Result<Check> {
    let check_id = id(&request.check_id, "check_id")?;
    let asked = Asked { method: "WaiveCheck", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        let mut check = locked(tx, &call, check_id, &request.etag).await?;
        reviews(tx, &origin, id(&check.customer_id, "customer_id")?).await?;
        if check.result() == CheckResult::Passed {
            return Err(in_wrong_state("it passed"));
        }
        let before = step_of(&check);
        if before == Step::Approved {
            return Err(in_wrong_state("it is waived already"));
        }
        check.waiver = Some(CheckWaiver {
            state: Step::Proposed.into(),
            reason: request.reason.clone(),
            proposer: call.caller.subject.clone(),
            propose_time: Some(time(origin.now)),
            ..CheckWaiver::default()
        });
        write(state, tx, &origin, check_id, &mut check, (before, "waiver_proposed", "reviewer")).await?;
        Ok(check)
    })
    .await
}

pub(super) async fn approve_waived_check(
    state: &State,
    call: Call,
    request: ApproveWaivedCheckRequest,
) -> Result<Check> {
    let check_id = id(&request.check_id, "check_id")?;
    let asked =
        Asked { method: "ApproveWaivedCheck", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        let mut check = locked(tx, &call, check_id, &request.etag).await?;
        reviews(tx, &origin, id(&check.customer_id, "customer_id")?).await?;
        if step_of(&check) != Step::Proposed {
            return Err(in_wrong_state("no waiver waits"));
        }
        let Some(mut waiver) = check.waiver.take() else { return Err(in_wrong_state("no waiver waits")) };
        four_eyes(&call, &waiver.proposer)?;
        let reviewers = vec![waiver.proposer.clone(), call.caller.subject.clone()];
        waiver.set_state(Step::Approved);
        waiver.approver.clone_from(&call.caller.subject);
        waiver.approve_time = Some(time(origin.now));
        let note = waiver.reason.clone();
        check.waiver = Some(waiver);
        check.passed = true;
        write(state, tx, &origin, check_id, &mut check, (Step::Proposed, "waived", "approver")).await?;
        let customer_id = id(&check.customer_id, "customer_id")?;
        let done = CheckRecord {
            check: check.required_check(),
            outcome: CheckOutcome::Waived,
            note,
            actor: origin.actor().to_owned(),
            check_time: origin.now,
            reviewers,
        };
        customer_check_put(tx, origin.tenant(), customer_id, &done).await.map_err(failed)?;
        let payload = ChecksRun { checks: vec![check.clone()] };
        publish(state, tx, &origin, format!("checks/{customer_id}"), &payload).await.map_err(failed)?;
        restate(state, tx, &origin, customer_id).await.map_err(failed)?;
        Ok(check)
    })
    .await
}

/// The latest check of its kind, while no other is run.
async fn locked(tx: &mut Tx, call: &Call, check_id: Uuid, etag: &str) -> Result<Check> {
    checks_lock(tx, call.tenant()).await.map_err(failed)?;
    let found = check_get(tx, call.tenant(), check_id).await.map_err(failed)?;
    let (check, is_latest) = found.ok_or_else(|| Error::not_found("check", check_id.to_string()))?;
    etag_matches(etag, &check.etag)?;
    if is_latest { Ok(check) } else { Err(in_wrong_state("a later one was run")) }
}

async fn write(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    check_id: Uuid,
    check: &mut Check,
    (before, name, role): (Step, &str, &'static str),
) -> Result<()> {
    check.etag = (check.etag.parse::<i64>().unwrap_or_default() + 1).to_string();
    check_update(tx, origin.tenant(), check_id, check).await.map_err(failed)?;
    let customer_id = id(&check.customer_id, "customer_id")?;
    let (state_before, state_after) = (check_name(check.result(), before), check_name(check.result(), step_of(check)));
    let transition = Transition { state_before, state_after, role, ..transition("check", check_id, customer_id, name) };
    audit::record(state, tx, origin, transition, check).await.map_err(failed)
}

fn step_of(check: &Check) -> Step {
    check.waiver.as_ref().map(CheckWaiver::state).unwrap_or_default()
}

fn in_wrong_state(why: &str) -> Error {
    Error::new(Reason::CheckState, format!("the check cannot be waived: {why}"))
}
