//! The life of a case: which event leads from which state to which, in one table.
//!
//! Everything that moves a case goes through [`Status::after`]. Who may do it is [`people`]'s business, what must be on hand that of
//! [`super::requirements`]; what other parts of the service find out is turned into events by [`trigger`]. To add an event: a variant here, its rows in
//! [`Status::after`] and in the table of the service's README, which a test compares with this one.

pub mod people;
mod table;
pub mod trigger;

use clientele_proto::qualification::v1::CaseState;

/// What happens to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseEvent {
    /// The maker hands in what was collected.
    Submit,
    /// Checks begin.
    StartChecks,
    /// Checks are done: no open hit, risk at most medium.
    PassChecks,
    /// Checks are done: a hit, a failed check or a high risk.
    FlagChecks,
    /// A person or a trigger asks for enhanced due diligence.
    Escalate,
    /// The customer is asked for more.
    RequestInformation,
    /// The customer handed in more.
    Resubmit,
    /// The customer did not in time.
    TimeOut,
    /// A reviewer recommends to approve, or to reject.
    Recommend,
    /// An approval that is not the last one needed.
    Endorse,
    /// The last approval needed, without conditions.
    Approve,
    /// The last approval needed, with conditions.
    ApproveWithConditions,
    /// An approver decides against.
    Reject,
    /// An approver sends it back to the reviewers.
    Return,
    /// Given up before it was decided.
    Withdraw,
    /// The review is due: its date came, or a trigger made it due.
    FallDue,
    /// A person or a trigger takes the approval away.
    Suspend,
    /// The approval or a document that it rests on ran out.
    Expire,
    /// The document that ran out was renewed while the approval holds.
    Restore,
    /// The same, of an approval with conditions.
    RestoreWithConditions,
    /// Reviewers look at it again.
    Resume,
    /// The relation is ended.
    Terminate,
    /// Another person opens it anew.
    Reopen,
}

/// Where a case stands, as far as its life goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status {
    /// Its state.
    pub state: CaseState,
    /// Whether an approval was given that nobody took away. It outlives the state: it holds while the next review is under way.
    pub has_approval: bool,
    /// Counts the times that people looked at it, from 1.
    pub round: i32,
}

impl Status {
    /// Of a new case.
    pub const NEW: Self = Self { state: CaseState::Draft, has_approval: false, round: 1 };

    /// Where an event leads; `None` where it cannot happen.
    pub fn after(self, event: CaseEvent) -> Option<Self> {
        let state = table::next(self.state, event, self.has_approval)?;
        let has_approval = match event {
            CaseEvent::Approve | CaseEvent::ApproveWithConditions => true,
            CaseEvent::Reject | CaseEvent::Suspend | CaseEvent::Terminate => false,
            _ => self.has_approval,
        };
        let round = self.round.saturating_add(i32::from(matches!(event, CaseEvent::Resume | CaseEvent::Reopen)));
        Some(Self { state, has_approval, round })
    }
}

impl CaseEvent {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Submit,
        Self::StartChecks,
        Self::PassChecks,
        Self::FlagChecks,
        Self::Escalate,
        Self::RequestInformation,
        Self::Resubmit,
        Self::TimeOut,
        Self::Recommend,
        Self::Endorse,
        Self::Approve,
        Self::ApproveWithConditions,
        Self::Reject,
        Self::Return,
        Self::Withdraw,
        Self::FallDue,
        Self::Suspend,
        Self::Expire,
        Self::Restore,
        Self::RestoreWithConditions,
        Self::Resume,
        Self::Terminate,
        Self::Reopen,
    ];

    /// Its name, as the audit log and the history of a case have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submit => "submitted",
            Self::StartChecks => "checks_started",
            Self::PassChecks => "checks_passed",
            Self::FlagChecks => "checks_flagged",
            Self::Escalate => "escalated",
            Self::RequestInformation => "information_requested",
            Self::Resubmit => "resubmitted",
            Self::TimeOut => "timed_out",
            Self::Recommend => "recommended",
            Self::Endorse => "endorsed",
            Self::Approve => "approved",
            Self::ApproveWithConditions => "approved_with_conditions",
            Self::Reject => "rejected",
            Self::Return => "returned",
            Self::Withdraw => "withdrawn",
            Self::FallDue => "fell_due",
            Self::Suspend => "suspended",
            Self::Expire => "expired",
            Self::Restore => "restored",
            Self::RestoreWithConditions => "restored_with_conditions",
            Self::Resume => "review_resumed",
            Self::Terminate => "terminated",
            Self::Reopen => "reopened",
        }
    }

    /// The event of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// A state without its prefix, such as `UNDER_REVIEW`.
pub fn state_name(state: CaseState) -> &'static str {
    let name = state.as_str_name();
    name.strip_prefix("CASE_STATE_").unwrap_or(name)
}

#[cfg(test)]
mod tests;
