//! The table itself.

use clientele_proto::qualification::v1::CaseState as State;

use super::CaseEvent as Event;

/// The state that `event` leads to from `from`; `None` where it cannot happen. `has_approval` is the only thing besides the state that matters: what is
/// approved cannot be withdrawn, and only what is approved can be suspended or run out.
pub(super) fn next(from: State, event: Event, has_approval: bool) -> Option<State> {
    let to = match (from, event) {
        (State::Draft, Event::Submit) | (State::InfoRequested, Event::Resubmit) => State::Submitted,
        (State::Submitted, Event::StartChecks) => State::Screening,
        (State::Screening, Event::PassChecks)
        | (State::PendingApproval, Event::Return)
        | (State::ReviewDue | State::Suspended | State::Expired, Event::Resume) => State::UnderReview,
        (State::Screening, Event::FlagChecks)
        | (State::Screening | State::UnderReview | State::PendingApproval, Event::Escalate) => State::Escalated,
        (State::UnderReview | State::Escalated, Event::RequestInformation) => State::InfoRequested,
        (State::UnderReview | State::Escalated, Event::Recommend) | (State::PendingApproval, Event::Endorse) => {
            State::PendingApproval
        }
        (State::PendingApproval, Event::Approve) => State::Approved,
        (State::PendingApproval, Event::ApproveWithConditions) => State::ApprovedWithConditions,
        (State::PendingApproval, Event::Reject) => State::Rejected,
        (State::InfoRequested, Event::TimeOut) if !has_approval => State::Withdrawn,
        (state, Event::Withdraw) if is_open(state) && !has_approval => State::Withdrawn,
        (State::Approved | State::ApprovedWithConditions, Event::FallDue) => State::ReviewDue,
        (state, Event::Suspend) if has_approval && (is_open(state) || is_decided(state)) => State::Suspended,
        (State::Approved | State::ApprovedWithConditions | State::ReviewDue, Event::Expire) => State::Expired,
        (State::Expired, Event::Restore) if has_approval => State::Approved,
        (State::Expired, Event::RestoreWithConditions) if has_approval => State::ApprovedWithConditions,
        (State::Suspended | State::Expired, Event::Terminate) => State::Terminated,
        (State::Rejected | State::Terminated | State::Withdrawn, Event::Reopen) => State::Draft,
        _ => return None,
    };
    Some(to)
}

/// Whether people are at it.
fn is_open(state: State) -> bool {
    matches!(
        state,
        State::Draft
            | State::Submitted
            | State::Screening
            | State::UnderReview
            | State::Escalated
            | State::InfoRequested
            | State::PendingApproval
    )
}

/// Whether it rests on an approval.
fn is_decided(state: State) -> bool {
    matches!(state, State::Approved | State::ApprovedWithConditions | State::ReviewDue | State::Expired)
}
