//! `SubmitCase`, `ResubmitCase`, `StartChecksOfCase`, `CompleteChecksOfCase`: from the maker to the people who look.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    Case, CaseReason, CompleteChecksOfCaseRequest, ResubmitCaseRequest, RiskLevel, StartChecksOfCaseRequest,
    SubmitCaseRequest,
};
use clientele_service::Call;
use sqlx::PgConnection;

use super::acting::{Common, act, common, gathered, nothing_missing};
use crate::{
    State,
    cases::{
        gathering::{gather, newest_policy},
        step::{Part, Step, step, wrong_state},
    },
    domain::{case_machine::CaseEvent, requirements::Stage},
    origin::Origin,
    store::{qualification_case::CaseRecord, screening_list::task_put},
};

pub(super) async fn submit_case(state: &State, call: Call, request: SubmitCaseRequest) -> Result<Case> {
    act(state, &call, common!("SubmitCase", request), &request, async |connection, origin, record| {
        hand_in(state, connection, origin, record, (CaseEvent::Submit, &request.note)).await
    })
    .await
}

pub(super) async fn resubmit_case(state: &State, call: Call, request: ResubmitCaseRequest) -> Result<Case> {
    act(state, &call, common!("ResubmitCase", request), &request, async |connection, origin, record| {
        hand_in(state, connection, origin, record, (CaseEvent::Resubmit, &request.note)).await
    })
    .await
}

/// Hands a case in, to be judged by the newest policy.
async fn hand_in(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut CaseRecord,
    (event, note): (CaseEvent, &str),
) -> Result<()> {
    if record.status().after(event).is_none() {
        return Err(wrong_state(record.state));
    }
    let policy = newest_policy(connection, origin.tenant()).await.map_err(failed)?;
    let gathered = gather(connection, origin.tenant(), record, &policy).await.map_err(failed)?;
    nothing_missing(gathered.missing(Stage::Submission, origin.now))?;
    let evidence = Some((gathered.evidence.root(), gathered.evidence.hashes()));
    let taken = Step { evidence, ..Step::of(event, Part::Maker).because(CaseReason::Unspecified, note) };
    step(state, connection, origin, record, taken, |record| record.policy_version = policy.version).await?;
    task_put(connection, origin.tenant(), record.customer_id).await.map_err(failed)
}

pub(super) async fn start_checks_of_case(state: &State, call: Call, request: StartChecksOfCaseRequest) -> Result<Case> {
    let common: Common<'_> = common!("StartChecksOfCase", request);
    act(state, &call, common, &request, async |connection, origin, record| {
        step(state, connection, origin, record, Step::of(CaseEvent::StartChecks, Part::Maker), |_| ()).await?;
        Ok(())
    })
    .await
}

/// Who looks at it follows from hits, risk and checks, and is nobody's choice.
pub(super) async fn complete_checks_of_case(
    state: &State,
    call: Call,
    request: CompleteChecksOfCaseRequest,
) -> Result<Case> {
    act(state, &call, common!("CompleteChecksOfCase", request), &request, async |connection, origin, record| {
        if record.status().after(CaseEvent::PassChecks).is_none() {
            return Err(wrong_state(record.state));
        }
        let gathered = gathered(connection, origin.tenant(), record).await?;
        nothing_missing(gathered.missing(Stage::Checks, origin.now))?;
        let evidence = &gathered.evidence;
        let is_flagged = record.edd_required
            || evidence.has_open_hit()
            || evidence.has_true_match()
            || evidence.has_failed_check()
            || matches!(evidence.risk_level(), RiskLevel::High | RiskLevel::Prohibited);
        let event = if is_flagged { CaseEvent::FlagChecks } else { CaseEvent::PassChecks };
        let taken = Step { evidence: Some((evidence.root(), evidence.hashes())), ..Step::of(event, Part::Maker) };
        step(state, connection, origin, record, taken, |_| ()).await?;
        Ok(())
    })
    .await
}
