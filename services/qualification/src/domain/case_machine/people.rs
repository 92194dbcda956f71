//! Who may do what in a case: makers, reviewers and approvers are kept apart.
//!
//! Whoever edits or submits the facts is a maker and stays one. Whoever looks at the case, decides about a check of it or asks the customer for more is
//! a reviewer of the round. An approver is neither. Who decided or reviewed a case that was closed does not open it anew.
//!
//! The same holds of what the case rests on: whoever entered a piece of the evidence ([`Deed::role`]) is a maker, whoever decided about one a reviewer,
//! for as long as that piece is evidence, in whichever round, and also where it was done before the case was opened. These deeds are not written down
//! with the case but read from the pieces, so that none can be missed: to add one, a variant of [`Deed`], found by `cases/gathering.rs`. Whatever
//! adds a deed has to change the evidence (`domain/requirements/evidence.rs`), so that what somebody does between recommendation and approval voids the
//! one or is seen by the other.

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

/// What somebody did to a piece of what a case rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// Uploaded a document.
    UploadedDocument,
    /// Changed more of it than what it says of its holder.
    CorrectedDocument,
    /// Declared who owns and controls the customer.
    DeclaredOwnership,
    /// Set an input of the risk as it stands.
    SetRiskInput,
    /// Proposed the override of the risk that is in force.
    ProposedOverride,
    /// Began to verify a document, or wrote down what it says.
    ReadDocument,
    /// Decided about a document.
    VerifiedDocument,
    /// Decided about a screening hit, or proposed that it is a false positive.
    DecidedHit,
    /// Recorded what came out of a check, or waived one.
    DecidedCheck,
    /// Approved the override of the risk that is in force.
    ApprovedOverride,
}

impl Deed {
    /// The part in the case that goes with it: of whoever enters something a maker's, of whoever judges something a reviewer's.
    pub fn role(self) -> Role {
        match self {
            Self::UploadedDocument
            | Self::CorrectedDocument
            | Self::DeclaredOwnership
            | Self::SetRiskInput
            | Self::ProposedOverride => Role::Maker,
            Self::ReadDocument
            | Self::VerifiedDocument
            | Self::DecidedHit
            | Self::DecidedCheck
            | Self::ApprovedOverride => Role::Reviewer,
        }
    }

    /// What was done to a piece, as in `you ...`.
    fn text(self, piece: &str) -> String {
        match self {
            Self::UploadedDocument => format!("uploaded the document {piece}"),
            Self::CorrectedDocument => format!("corrected the document {piece}"),
            Self::ReadDocument => format!("looked at the document {piece}"),
            Self::VerifiedDocument => format!("decided about the document {piece}"),
            Self::DeclaredOwnership => "declared the ownership".to_owned(),
            Self::SetRiskInput => format!("set the risk input {piece}"),
            Self::ProposedOverride => "proposed the override of the risk".to_owned(),
            Self::ApprovedOverride => "approved the override of the risk".to_owned(),
            Self::DecidedHit => format!("decided about the screening hit {piece}"),
            Self::DecidedCheck => format!("recorded or waived the check {piece}"),
        }
    }
}

/// What people did to the pieces of what a case rests on: who, what, and to which piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds(BTreeSet<(String, Deed, String)>);

impl Deeds {
    /// Adds one; of nobody there is none.
    pub fn add(&mut self, deed: Deed, piece: &str, subject: &str) {
        if !subject.is_empty() {
            self.0.insert((subject.to_owned(), deed, piece.to_owned()));
        }
    }

    /// Those who have a part by them.
    pub fn people(&self, role: Role) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(_, deed, _)| deed.role() == role).map(|(subject, ..)| subject.as_str())
    }

    /// Refuses somebody who has a part by them.
    fn without(&self, role: Role, subject: &str) -> Result<(), Clash> {
        let done = self.0.iter().find(|(of, deed, _)| of == subject && deed.role() == role);
        done.map_or(Ok(()), |(_, deed, piece)| Err(Clash::Deed(*deed, piece.clone())))
    }
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
    /// What they and others did to the evidence as it is: found there, and not stored with the case.
    pub deeds: Deeds,
}

/// Why a person may not take a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// They are a maker.
    Maker,
    /// They are a reviewer.
    Reviewer,
    /// They have approved, or decided, already.
    Approver,
    /// They did this to that piece of the evidence.
    Deed(Deed, String),
    /// Somebody who approved before them has taken another part since.
    Earlier(String, Box<Self>),
}

impl Clash {
    /// The sentence for the caller.
    pub fn message(&self) -> String {
        match self {
            Self::Earlier(subject, clash) => {
                format!("{subject} approved this case and {}; return it to the reviewers", clash.what())
            }
            clash => format!("you {}; somebody else has to do this", clash.what()),
        }
    }

    fn what(&self) -> String {
        match self {
            Self::Maker => "edited or submitted the facts of this case".to_owned(),
            Self::Reviewer => "reviewed this case".to_owned(),
            Self::Approver => "decided about this case already".to_owned(),
            Self::Deed(deed, piece) => format!("{}, which this case rests on", deed.text(piece)),
            Self::Earlier(_, clash) => clash.what(),
        }
    }
}

impl People {
    /// Whether somebody may review: no maker may.
    pub fn may_review(&self, subject: &str) -> Result<(), Clash> {
        if self.makers.contains(subject) {
            return Err(Clash::Maker);
        }
        self.deeds.without(Role::Maker, subject)
    }

    /// Whether somebody may decide: no maker may and no reviewer, and nobody twice.
    pub fn may_decide(&self, subject: &str) -> Result<(), Clash> {
        self.is_apart(subject)?;
        if self.approvers.contains(subject) { Err(Clash::Approver) } else { Ok(()) }
    }

    /// Whether somebody is neither maker nor reviewer.
    fn is_apart(&self, subject: &str) -> Result<(), Clash> {
        self.may_review(subject)?;
        if self.reviewers.contains(subject) {
            return Err(Clash::Reviewer);
        }
        self.deeds.without(Role::Reviewer, subject)
    }

    /// Whether somebody may add an approval: as [`Self::may_decide`] has it, and those who approved before are still neither makers nor reviewers.
    fn may_approve(&self, subject: &str) -> Result<(), Clash> {
        self.may_decide(subject)?;
        let earlier = |approver: &String, clash| Clash::Earlier(approver.clone(), Box::new(clash));
        self.approvers.iter().try_for_each(|approver| self.is_apart(approver).map_err(|clash| earlier(approver, clash)))
    }

    /// Whether one who approved the case has entered what it rests on now.
    pub fn has_approver_who_made(&self) -> bool {
        self.approvers.iter().any(|approver| self.may_review(approver).is_err())
    }

    /// All makers: of the case and of what it rests on.
    pub fn all_makers(&self) -> Vec<String> {
        self.all(&self.makers, Role::Maker)
    }

    /// All reviewers: of the case in this round and of what it rests on.
    pub fn all_reviewers(&self) -> Vec<String> {
        self.all(&self.reviewers, Role::Reviewer)
    }

    fn all(&self, own: &BTreeSet<String>, role: Role) -> Vec<String> {
        let all: BTreeSet<&str> = own.iter().map(String::as_str).chain(self.deeds.people(role)).collect();
        all.into_iter().map(str::to_owned).collect()
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
            CaseEvent::Endorse | CaseEvent::Approve | CaseEvent::ApproveWithConditions => self.may_approve(subject),
            CaseEvent::Reject => self.may_decide(subject),
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
