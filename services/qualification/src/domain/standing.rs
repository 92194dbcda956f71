//! Where a customer stands: a function of its case, the documents the approval rests on, its screening hits, its risk and the time.

use clientele_proto::qualification::v1::{CaseState, QualificationReason as Reason, QualificationState, RiskLevel};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use uuid::Uuid;

/// What a standing follows from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The customer's case.
    pub case: Option<Case>,
    /// The kinds of documents that the approval rests on, one each.
    pub documents: Vec<Document>,
    /// Screening hits that were found to be true matches.
    pub true_matches: u32,
    /// Screening hits that wait for a decision.
    pub open_hits: u32,
    /// The risk that was assessed last.
    pub risk_level: RiskLevel,
}

/// A case, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub case_id: Uuid,
    /// Its state.
    pub state: CaseState,
    /// The approval that holds until it runs out or is taken away; `None` where there is none.
    pub approval: Option<Approval>,
    /// When its next review is due.
    pub review_time: Option<Timestamp>,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Products it is for; empty for all.
    pub scope: Vec<String>,
    /// What must be kept.
    pub conditions: Vec<String>,
    /// Whether it was given with conditions.
    pub is_conditional: bool,
    /// When it runs out; `None` for never.
    pub valid_until: Option<Timestamp>,
}

/// A kind of document that an approval rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// The best verified document of the kind; `None` where there is none.
    pub verified: Option<Validity>,
    /// Days after its expiry during which the approval still holds.
    pub grace_days: i32,
}

/// How long a document is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The instant at which its last day ends; `None` for never.
    pub expire_time: Option<Timestamp>,
}

/// Where a customer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether we may do business.
    pub qualified: bool,
    /// Where it stands.
    pub state: QualificationState,
    /// Products the approval is for; empty for all.
    pub scope: Vec<String>,
    /// What must be kept.
    pub conditions: Vec<String>,
    /// Why not, or what is about to be.
    pub reasons: Vec<Reason>,
    /// The risk.
    pub risk_level: RiskLevel,
    /// The case.
    pub case_id: Option<Uuid>,
    /// When the qualification ends if nothing happens.
    pub valid_until: Option<Timestamp>,
}

/// Where a customer stands at `now`.
pub fn standing(inputs: &Inputs, now: Timestamp) -> Standing {
    let approval = inputs.case.as_ref().and_then(|case| case.approval.as_ref());
    let (state, against) = against(inputs, now);
    let qualified = against.is_empty();
    let mut reasons = against;
    if qualified {
        reasons = warnings(inputs, now);
    }
    let kept = approval.filter(|_| qualified);
    Standing {
        qualified,
        state,
        scope: kept.map(|approval| approval.scope.clone()).unwrap_or_default(),
        conditions: kept.map(|approval| approval.conditions.clone()).unwrap_or_default(),
        reasons,
        risk_level: inputs.risk_level,
        case_id: inputs.case.as_ref().map(|case| case.case_id),
        valid_until: if qualified { inputs.ends() } else { None },
    }
}

/// The state, and what speaks against doing business; nothing where we may.
fn against(inputs: &Inputs, now: Timestamp) -> (QualificationState, Vec<Reason>) {
    let Some(case) = &inputs.case else { return (QualificationState::NotAssessed, vec![Reason::NoCase]) };
    let closed = match case.state {
        CaseState::Rejected => Some((QualificationState::Rejected, Reason::CaseRejected)),
        CaseState::Terminated => Some((QualificationState::Terminated, Reason::CaseTerminated)),
        CaseState::Suspended => Some((QualificationState::Suspended, Reason::CaseSuspended)),
        CaseState::Expired => Some((QualificationState::Expired, Reason::ApprovalExpired)),
        _ => None,
    };
    let mut grave = Vec::new();
    if inputs.true_matches > 0 {
        grave.push(Reason::ScreeningMatch);
    }
    if inputs.risk_level == RiskLevel::Prohibited {
        grave.push(Reason::RiskProhibited);
    }
    if let Some((state, reason)) = closed {
        grave.insert(0, reason);
        return (state, grave);
    }
    let Some(approval) = &case.approval else {
        let withdrawn = case.state == CaseState::Withdrawn;
        let state = if withdrawn { QualificationState::NotAssessed } else { QualificationState::InProgress };
        grave.insert(0, if withdrawn { Reason::NoCase } else { Reason::CaseOpen });
        return (state, grave);
    };
    if !grave.is_empty() {
        return (QualificationState::Suspended, grave);
    }
    let mut expired = Vec::new();
    if approval.valid_until.is_some_and(|end| end <= now) {
        expired.push(Reason::ApprovalExpired);
    }
    if inputs.documents.iter().any(|document| document.verified.is_none()) {
        expired.push(Reason::DocumentMissing);
    }
    if inputs.documents.iter().filter_map(Document::ends).any(|end| end <= now) {
        expired.push(Reason::DocumentExpired);
    }
    if !expired.is_empty() {
        return (QualificationState::Expired, expired);
    }
    let state = if approval.is_conditional {
        QualificationState::QualifiedWithConditions
    } else {
        QualificationState::Qualified
    };
    (state, Vec::new())
}

/// What does not take the qualification away yet.
fn warnings(inputs: &Inputs, now: Timestamp) -> Vec<Reason> {
    let mut warnings = Vec::new();
    let review_time = inputs.case.as_ref().and_then(|case| case.review_time);
    let is_due = inputs.case.as_ref().is_some_and(|case| case.state == CaseState::ReviewDue);
    if is_due || review_time.is_some_and(|due| due <= now) {
        warnings.push(Reason::ReviewDue);
    }
    if inputs.open_hits > 0 {
        warnings.push(Reason::ScreeningHitOpen);
    }
    if inputs.documents.iter().filter_map(Document::expires).any(|end| end <= now) {
        warnings.push(Reason::DocumentInGrace);
    }
    warnings
}

impl Document {
    fn expires(&self) -> Option<Timestamp> {
        self.verified.and_then(|validity| validity.expire_time)
    }

    /// When the approval stops resting on it: its expiry and the days of grace.
    fn ends(&self) -> Option<Timestamp> {
        // Days of 24 hours: the expiry is an instant already, and grace needs no zone of its own.
        let ends = |expiry: Timestamp| {
            let days = i64::from(self.grace_days).days();
            expiry.to_zoned(TimeZone::UTC).saturating_add(days).timestamp()
        };
        self.expires().map(ends)
    }
}

impl Inputs {
    /// When the qualification ends if nothing happens.
    fn ends(&self) -> Option<Timestamp> {
        let approval = self.case.as_ref().and_then(|case| case.approval.as_ref()?.valid_until);
        self.documents.iter().filter_map(Document::ends).chain(approval).min()
    }

    /// The next instant after `now` at which the standing changes by itself.
    pub fn next_change_after(&self, now: Timestamp) -> Option<Timestamp> {
        let review = self.case.as_ref().and_then(|case| case.review_time);
        let expiries = self.documents.iter().filter_map(Document::expires);
        let ends = self.documents.iter().filter_map(Document::ends);
        let approval = self.case.as_ref().and_then(|case| case.approval.as_ref()?.valid_until);
        expiries.chain(ends).chain(approval).chain(review).filter(|instant| *instant > now).min()
    }
}

impl Standing {
    /// The same, asked for one product; empty asks for any.
    #[must_use]
    pub fn asked_for(mut self, product: &str) -> Self {
        let is_covered =
            product.is_empty() || self.scope.is_empty() || self.scope.iter().any(|covered| covered == product);
        if self.qualified && !is_covered {
            self.qualified = false;
            self.valid_until = None;
            self.reasons.insert(0, Reason::OutOfScope);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const END: &str = "2027-01-31T16:00:00Z";

    fn approved() -> Inputs {
        let approval = Approval {
            scope: vec!["chemicals".into()],
            conditions: Vec::new(),
            is_conditional: false,
            valid_until: Some(at("2028-01-01T00:00:00Z")),
        };
        let case = Case {
            case_id: Uuid::nil(),
            state: CaseState::Approved,
            approval: Some(approval),
            review_time: Some(at("2027-06-01T00:00:00Z")),
        };
        let licence = Document { verified: Some(Validity { expire_time: Some(at(END)) }), grace_days: 0 };
        Inputs { case: Some(case), documents: vec![licence], risk_level: RiskLevel::Low, ..Inputs::default() }
    }

    #[test]
    fn an_approval_ends_with_the_document_it_rests_on_at_that_instant() {
        let inputs = approved();
        let before = standing(&inputs, at("2027-01-31T15:59:59.999999Z"));
        assert!(before.qualified);
        assert_eq!(before.valid_until, Some(at(END)));
        let after = standing(&inputs, at(END));
        assert_eq!((after.qualified, after.state), (false, QualificationState::Expired));
        assert_eq!(after.reasons, [Reason::DocumentExpired]);
        assert_eq!(after.valid_until, None);
    }

    #[test]
    fn grace_keeps_the_qualification_and_says_so() {
        let mut inputs = approved();
        inputs.documents[0].grace_days = 10;
        let within = standing(&inputs, at("2027-02-05T00:00:00Z"));
        assert_eq!((within.qualified, within.reasons.as_slice()), (true, [Reason::DocumentInGrace].as_slice()));
        assert_eq!(within.valid_until, Some(at("2027-02-10T16:00:00Z")));
        assert!(!standing(&inputs, at("2027-02-10T16:00:00Z")).qualified);
        assert_eq!(inputs.next_change_after(at("2027-01-01T00:00:00Z")), Some(at(END)));
        assert_eq!(inputs.next_change_after(at(END)), Some(at("2027-02-10T16:00:00Z")));
    }

    #[test]
    fn a_document_that_is_not_there_any_more_ends_it_too() {
        let mut inputs = approved();
        inputs.documents[0].verified = None;
        let now = standing(&inputs, at("2026-12-01T00:00:00Z"));
        assert_eq!(
            (now.state, now.reasons.as_slice()),
            (QualificationState::Expired, [Reason::DocumentMissing].as_slice())
        );
    }

    #[test]
    fn a_true_match_suspends_and_an_open_hit_only_warns() {
        let now = at("2026-12-01T00:00:00Z");
        let mut inputs = approved();
        inputs.open_hits = 1;
        let open = standing(&inputs, now);
        assert_eq!((open.qualified, open.reasons.as_slice()), (true, [Reason::ScreeningHitOpen].as_slice()));
        inputs.true_matches = 1;
        let matched = standing(&inputs, now);
        assert_eq!(
            (matched.state, matched.reasons.as_slice()),
            (QualificationState::Suspended, [Reason::ScreeningMatch].as_slice())
        );
    }

    #[test]
    fn an_approval_holds_while_the_next_review_is_under_way() {
        let mut inputs = approved();
        for state in [CaseState::ReviewDue, CaseState::UnderReview, CaseState::Escalated, CaseState::PendingApproval] {
            inputs.case.as_mut().unwrap().state = state;
            assert!(standing(&inputs, at("2026-12-01T00:00:00Z")).qualified, "{state:?}");
        }
        for state in [CaseState::Rejected, CaseState::Suspended, CaseState::Terminated, CaseState::Expired] {
            inputs.case.as_mut().unwrap().state = state;
            assert!(!standing(&inputs, at("2026-12-01T00:00:00Z")).qualified, "{state:?}");
        }
    }

    #[test]
    fn a_product_out_of_scope_is_refused_and_an_empty_scope_is_for_all() {
        let now = at("2026-12-01T00:00:00Z");
        let asked = standing(&approved(), now).asked_for("explosives");
        assert_eq!((asked.qualified, asked.reasons.as_slice()), (false, [Reason::OutOfScope].as_slice()));
        assert!(standing(&approved(), now).asked_for("chemicals").qualified);
        let mut inputs = approved();
        inputs.case.as_mut().unwrap().approval.as_mut().unwrap().scope.clear();
        assert!(standing(&inputs, now).asked_for("explosives").qualified);
    }

    #[test]
    fn without_an_approval_nobody_is_qualified() {
        let now = at("2026-12-01T00:00:00Z");
        let nobody = standing(&Inputs::default(), now);
        assert_eq!(
            (nobody.state, nobody.reasons.as_slice()),
            (QualificationState::NotAssessed, [Reason::NoCase].as_slice())
        );
        let mut inputs = approved();
        inputs.case.as_mut().unwrap().approval = None;
        inputs.case.as_mut().unwrap().state = CaseState::UnderReview;
        assert_eq!(standing(&inputs, now).state, QualificationState::InProgress);
        inputs.case.as_mut().unwrap().state = CaseState::Withdrawn;
        assert_eq!(standing(&inputs, now).state, QualificationState::NotAssessed);
    }
}
