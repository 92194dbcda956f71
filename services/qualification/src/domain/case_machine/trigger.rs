//! What other parts of the service find out about a customer, and what that does to its case.

use clientele_proto::qualification::v1::{CaseState, RiskLevel};

use super::{CaseEvent, Status};

/// Something that was found out about a customer after its case began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A screening hit was found to be a true match.
    TrueMatch,
    /// A screening hit came up, or was opened again.
    HitOpened,
    /// A verified document was revoked, or rejected after the fact.
    DocumentRevoked {
        /// The number of the document's kind.
        kind: i16,
    },
    /// A document was verified: one that had run out may have been renewed by it.
    DocumentVerified,
    /// The beneficial owners changed.
    OwnershipChanged,
    /// The register says that the customer is revoked or deregistered.
    RegistryRevoked,
    /// The register lists the customer as irregular, moving, closing down or in liquidation.
    RegistryIrregular,
    /// The risk was assessed anew.
    RiskAssessed(RiskLevel),
}

/// What a trigger does to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effect {
    /// What happens to it; nothing where it stays as it is.
    pub event: Option<CaseEvent>,
    /// Whether the round needs enhanced due diligence from now on.
    pub needs_edd: bool,
}

/// How grave a trigger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Nothing happens.
    None,
    /// The next review comes early.
    Review,
    /// The approval is taken away.
    Suspension,
}

/// What `trigger` does to a case. `rests_on_it` says whether the approval rests on the document concerned, where one is.
///
/// An approval is taken away or its review made due at once; a case that reviewers or approvers are at goes to a compliance officer. Checks that are
/// still to be done see hits and risk by themselves; what they would not see is remembered.
pub fn apply_trigger(case: Status, trigger: Trigger, rests_on_it: bool) -> Effect {
    let weight = match trigger {
        Trigger::TrueMatch | Trigger::RegistryRevoked | Trigger::RiskAssessed(RiskLevel::Prohibited) => {
            Weight::Suspension
        }
        Trigger::DocumentRevoked { .. } if rests_on_it => Weight::Suspension,
        Trigger::DocumentRevoked { .. }
        | Trigger::HitOpened
        | Trigger::OwnershipChanged
        | Trigger::RegistryIrregular
        | Trigger::RiskAssessed(RiskLevel::High) => Weight::Review,
        Trigger::DocumentVerified | Trigger::RiskAssessed(_) => Weight::None,
    };
    let is_before_people = matches!(case.state, CaseState::UnderReview | CaseState::PendingApproval);
    let event = match weight {
        Weight::Suspension if case.has_approval => Some(CaseEvent::Suspend),
        Weight::Review | Weight::Suspension if is_before_people => Some(CaseEvent::Escalate),
        Weight::Review => Some(CaseEvent::FallDue),
        Weight::None | Weight::Suspension => None,
    };
    Effect {
        event: event.filter(|event| case.after(*event).is_some()),
        needs_edd: matches!(trigger, Trigger::RegistryRevoked | Trigger::RegistryIrregular),
    }
}
