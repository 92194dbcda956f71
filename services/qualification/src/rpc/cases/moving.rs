//! The steps that need a reason and nothing else: `EscalateCase`, `RejectCase`, `ReturnCase`, `WithdrawCase`, `SuspendCase`, `ResumeReviewOfCase`,
//! `TerminateCase`, `ReopenCase`.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    Case, CaseReason, EscalateCaseRequest, RejectCaseRequest, ReopenCaseRequest, ResumeReviewOfCaseRequest,
    ReturnCaseRequest, SuspendCaseRequest, TerminateCaseRequest, WithdrawCaseRequest,
};
use clientele_service::Call;

use super::acting::{act, common};
use crate::{
    State,
    cases::{
        gathering::newest_policy,
        step::{Part, Step, step},
    },
    domain::case_machine::CaseEvent,
    store::qualification_case::CaseRecord,
};

/// An RPC that takes one step.
macro_rules! moves {
    ($name:ident, $method:literal, $request:ty, $event:ident, $part:ident, $change:expr) => {
        pub(super) async fn $name(state: &State, call: Call, request: $request) -> Result<Case> {
            act(state, &call, common!($method, request), &request, async |connection, origin, record| {
                let taken = Step::of(CaseEvent::$event, Part::$part).because(request.reason(), &request.note);
                let change: fn(&mut CaseRecord) = $change;
                step(state, connection, origin, record, taken, change).await?;
                Ok(())
            })
            .await
        }
    };
}

moves!(escalate_case, "EscalateCase", EscalateCaseRequest, Escalate, Reviewer, |record| record.edd_required = true);
moves!(reject_case, "RejectCase", RejectCaseRequest, Reject, Approver, |_| ());
moves!(return_case, "ReturnCase", ReturnCaseRequest, Return, Approver, |_| ());
moves!(withdraw_case, "WithdrawCase", WithdrawCaseRequest, Withdraw, Maker, |_| ());
moves!(suspend_case, "SuspendCase", SuspendCaseRequest, Suspend, Reviewer, |_| ());
moves!(terminate_case, "TerminateCase", TerminateCaseRequest, Terminate, Approver, |_| ());

pub(super) async fn reopen_case(state: &State, call: Call, request: ReopenCaseRequest) -> Result<Case> {
    act(state, &call, common!("ReopenCase", request), &request, async |connection, origin, record| {
        let taken = Step::of(CaseEvent::Reopen, Part::Maker).because(CaseReason::Unspecified, &request.note);
        step(state, connection, origin, record, taken, |record| record.policy_version = 0).await?;
        Ok(())
    })
    .await
}

pub(super) async fn resume_review_of_case(
    state: &State,
    call: Call,
    request: ResumeReviewOfCaseRequest,
) -> Result<Case> {
    act(state, &call, common!("ResumeReviewOfCase", request), &request, async |connection, origin, record| {
        let policy = newest_policy(connection, origin.tenant()).await.map_err(failed)?;
        let taken = Step::of(CaseEvent::Resume, Part::Reviewer).because(CaseReason::Unspecified, &request.note);
        step(state, connection, origin, record, taken, |record| record.policy_version = policy.version).await?;
        Ok(())
    })
    .await
}
