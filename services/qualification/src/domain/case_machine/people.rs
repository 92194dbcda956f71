//! Who may do what in a case: makers, reviewers and approvers are kept apart.
//!
//! Whoever edits or submits the facts is a maker and stays one. Whoever looks at the case, decides about a check of it or asks the customer for more is
//! a reviewer of the round. An approver is neither. Who decided or reviewed a case that was closed does not open it anew.

use std::collections::BTreeSet;

use clientele_proto::qualification::v1::CaseState;

use super::CaseEvent;

/// A part in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Edited or submitted the facts.
    Maker,
    /// Looked at it in this round.
    Reviewer,
    /// Decided it in this round.
    Approver,
}

/// Who had which part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Subjects of makers.
    pub makers: BTreeSet<String>,
    /// Subjects of reviewers.
    pub reviewers: BTreeSet<String>,
    /// Subjects of approvers.
    pub approvers: BTreeSet<String>,
}

/// Why a person may not take a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clash {
    /// They are a maker.
    Maker,
    /// They are a reviewer.
    Reviewer,
    /// They have approved, or decided, already.
    Approver,
}

impl Clash {
    /// The sentence for the caller.
    pub fn message(self) -> &'static str {
        match self {
            Self::Maker => "you edited or submitted the facts of this case; somebody else has to do this",
            Self::Reviewer => "you reviewed this case; somebody else has to do this",
            Self::Approver => "you decided about this case already; somebody else has to do this",
        }
    }
}

impl People {
    /// Whether somebody may review: no maker may.
    pub fn may_review(&self, subject: &str) -> Result<(), Clash> {
        if self.makers.contains(subject) { Err(Clash::Maker) } else { Ok(()) }
    }

    /// Whether somebody may decide: no maker may and no reviewer, and nobody twice.
    pub fn may_decide(&self, subject: &str) -> Result<(), Clash> {
        self.may_review(subject)?;
        if self.reviewers.contains(subject) {
            return Err(Clash::Reviewer);
        }
        if self.approvers.contains(subject) { Err(Clash::Approver) } else { Ok(()) }
    }

    /// Whether somebody may open a case anew that was decided: nobody who reviewed or decided it.
    pub fn may_reopen(&self, subject: &str) -> Result<(), Clash> {
        if self.reviewers.contains(subject) {
            return Err(Clash::Reviewer);
        }
        if self.approvers.contains(subject) { Err(Clash::Approver) } else { Ok(()) }
    }

    /// Whether somebody may let `event` happen to a case in state `from`.
    pub fn allows(&self, from: CaseState, event: CaseEvent, subject: &str) -> Result<(), Clash> {
        match event {
            CaseEvent::Recommend | CaseEvent::RequestInformation => self.may_review(subject),
            CaseEvent::Endorse | CaseEvent::Approve | CaseEvent::ApproveWithConditions | CaseEvent::Reject => {
                self.may_decide(subject)
            }
            // One that was withdrawn was not decided.
            CaseEvent::Reopen if from != CaseState::Withdrawn => self.may_reopen(subject),
            _ => Ok(()),
        }
    }

    /// Who has which part once `event` has happened by somebody's hand.
    pub fn take_part(&mut self, event: CaseEvent, subject: &str) {
        match event {
            CaseEvent::Submit | CaseEvent::Resubmit => self.add(Role::Maker, subject),
            CaseEvent::RequestInformation => self.add(Role::Reviewer, subject),
            CaseEvent::Recommend => {
                self.approvers.clear();
                self.add(Role::Reviewer, subject);
            }
            // Approvals were about the recommendation, which is void.
            CaseEvent::Return | CaseEvent::Escalate => self.approvers.clear(),
            CaseEvent::Endorse
            | CaseEvent::Approve
            | CaseEvent::ApproveWithConditions
            | CaseEvent::Reject
            | CaseEvent::Terminate => self.add(Role::Approver, subject),
            CaseEvent::Resume => {
                self.next_round();
                self.add(Role::Reviewer, subject);
            }
            CaseEvent::Reopen => {
                self.next_round();
                self.add(Role::Maker, subject);
            }
            _ => {}
        }
    }

    /// Gives somebody a part.
    pub fn add(&mut self, role: Role, subject: &str) {
        let of_role = match role {
            Role::Maker => &mut self.makers,
            Role::Reviewer => &mut self.reviewers,
            Role::Approver => &mut self.approvers,
        };
        of_role.insert(subject.to_owned());
    }

    /// A new round: its reviewers and approvers are others; the facts are still those of their makers.
    fn next_round(&mut self) {
        self.reviewers.clear();
        self.approvers.clear();
    }
}
