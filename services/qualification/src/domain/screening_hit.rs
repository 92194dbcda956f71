//! What becomes of a screening hit: people decide it, time and changes open it again. A false positive takes two people, always.

use clientele_proto::qualification::v1::HitState;
use jiff::Timestamp;

/// A hit, as far as decisions go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: HitState,
    /// Who decided last.
    pub decided_by: String,
    /// Who proposed that it is a false positive.
    pub proposed_by: String,
    /// Why.
    pub reason: String,
    /// When a false positive opens again by itself.
    pub expire_time: Option<Timestamp>,
}

/// What a person says of a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// OPEN, TRUE_MATCH, FALSE_POSITIVE or INCONCLUSIVE.
    pub decision: HitState,
    /// Who says it.
    pub person: String,
    /// Why.
    pub reason: String,
    /// When a false positive is to open again.
    pub expire_time: Timestamp,
}

/// Why a decision is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing to decide any more.
    Closed,
    /// The person who proposed the false positive would confirm it.
    FourEyes,
}

impl Standing {
    /// Nobody has decided.
    pub fn open() -> Self {
        Self {
            state: HitState::Open,
            decided_by: String::new(),
            proposed_by: String::new(),
            reason: String::new(),
            expire_time: None,
        }
    }

    /// The hit after a person's word.
    pub fn decided(&self, word: Word) -> Result<Self, Refusal> {
        if self.state == HitState::Closed {
            return Err(Refusal::Closed);
        }
        let Word { decision, person, reason, expire_time } = word;
        let mut after = Self { state: decision, decided_by: person.clone(), reason, ..Self::open() };
        match decision {
            HitState::FalsePositive if self.state == HitState::FalsePositive => {
                // Said again: nothing new, and nobody gets to prolong it alone.
                return Ok(self.clone());
            }
            HitState::FalsePositive if self.proposed_by.is_empty() => {
                after.state = HitState::Inconclusive;
                after.proposed_by = person;
            }
            HitState::FalsePositive if self.proposed_by == person => return Err(Refusal::FourEyes),
            HitState::FalsePositive => {
                after.proposed_by.clone_from(&self.proposed_by);
                after.expire_time = Some(expire_time);
            }
            _ => {}
        }
        Ok(after)
    }

    /// The hit after it was found again; `is_same` says that neither side has changed since it was decided.
    #[must_use]
    pub fn found_again(&self, is_same: bool) -> Self {
        match self.state {
            HitState::FalsePositive | HitState::Inconclusive if is_same => self.clone(),
            // What somebody found to be the customer is so until somebody says otherwise.
            HitState::TrueMatch | HitState::Open => self.clone(),
            _ => Self::open(),
        }
    }

    /// The hit after it was not found again.
    #[must_use]
    pub fn not_found(&self) -> Self {
        match self.state {
            HitState::TrueMatch | HitState::Closed => self.clone(),
            _ => Self { state: HitState::Closed, expire_time: None, ..self.clone() },
        }
    }

    /// The hit at an instant.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        if self.expire_time.is_some_and(|end| end <= now) { Self::open() } else { self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(decision: HitState, person: &str) -> Word {
        let expire_time = "2027-11-28T00:00:00Z".parse().unwrap();
        Word { decision, person: person.into(), reason: "born in another year".into(), expire_time }
    }

    #[test]
    fn a_false_positive_takes_two_people() {
        let proposed = Standing::open().decided(word(HitState::FalsePositive, "ana")).unwrap();
        assert_eq!((proposed.state, proposed.proposed_by.as_str()), (HitState::Inconclusive, "ana"));
        assert_eq!(proposed.decided(word(HitState::FalsePositive, "ana")), Err(Refusal::FourEyes));
        let confirmed = proposed.decided(word(HitState::FalsePositive, "ben")).unwrap();
        assert_eq!((confirmed.state, confirmed.decided_by.as_str()), (HitState::FalsePositive, "ben"));
        assert!(confirmed.expire_time.is_some());
    }

    #[test]
    fn it_opens_again_when_a_side_changes_or_time_is_over_and_a_true_match_never_closes_by_itself() {
        let proposed = Standing::open().decided(word(HitState::FalsePositive, "ana")).unwrap();
        let confirmed = proposed.decided(word(HitState::FalsePositive, "ben")).unwrap();
        assert_eq!(confirmed.found_again(true), confirmed);
        assert_eq!(confirmed.found_again(false), Standing::open());
        assert_eq!(confirmed.at("2027-11-27T23:59:59Z".parse().unwrap()), confirmed);
        assert_eq!(confirmed.at("2027-11-28T00:00:00Z".parse().unwrap()), Standing::open());
        assert_eq!(confirmed.not_found().state, HitState::Closed);
        let matched = Standing::open().decided(word(HitState::TrueMatch, "ana")).unwrap();
        assert_eq!(matched.not_found(), matched);
        assert_eq!(confirmed.not_found().decided(word(HitState::Open, "ana")), Err(Refusal::Closed));
        assert_eq!(confirmed.not_found().found_again(true), Standing::open());
    }

    #[derive(Debug, Clone)]
    enum Happening {
        Said(HitState, u8),
        Found(bool),
        Gone,
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let decision = prop_oneof![
            Just(HitState::Open),
            Just(HitState::TrueMatch),
            Just(HitState::FalsePositive),
            Just(HitState::Inconclusive)
        ];
        prop_oneof![
            4 => (decision, 0..3_u8).prop_map(|(decision, person)| Happening::Said(decision, person)),
            1 => any::<bool>().prop_map(Happening::Found),
            1 => Just(Happening::Gone),
        ]
    }

    proptest! {
        #[test]
        fn nobody_is_proposer_and_confirmer_whatever_happens(happenings in prop::collection::vec(happening(), 0..40)) {
            let mut hit = Standing::open();
            for happened in happenings {
                hit = match happened {
                    Happening::Said(decision, person) => hit.decided(word(decision, &person.to_string())).unwrap_or(hit),
                    Happening::Found(is_same) => hit.found_again(is_same),
                    Happening::Gone => hit.not_found(),
                };
                if hit.state == HitState::FalsePositive {
                    prop_assert!(!hit.proposed_by.is_empty() && hit.proposed_by != hit.decided_by);
                    prop_assert!(hit.expire_time.is_some());
                } else {
                    prop_assert_eq!(hit.expire_time, None);
                }
            }
        }
    }
}
