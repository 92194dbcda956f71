//! Where a document may go from where it stands.

use clientele_proto::qualification::v1::DocumentState::{
    self, Expired, Expiring, Received, Rejected, Revoked, Superseded, Verified, Verifying,
};

/// What may happen to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Somebody begins to look at it.
    Start,
    /// It was found good.
    Verify,
    /// It was found not good.
    Reject,
    /// It is taken back.
    Revoke,
    /// Its end is near.
    Near,
    /// Its end is there.
    End,
    /// A successor was verified.
    Supersede,
}

/// The state after a step, or `None` where it cannot be made.
pub fn after(state: DocumentState, step: Step) -> Option<DocumentState> {
    match (state, step) {
        (Received, Step::Start) => Some(Verifying),
        (Verifying, Step::Verify) => Some(Verified),
        (Received | Verifying, Step::Reject) => Some(Rejected),
        (Verified | Expiring | Expired, Step::Revoke) => Some(Revoked),
        (Verified, Step::Near) => Some(Expiring),
        (Verified | Expiring, Step::End) => Some(Expired),
        (Verified | Expiring | Expired, Step::Supersede) => Some(Superseded),
        _ => None,
    }
}

/// The state as it stands in logs and in the audit record.
pub fn name(state: DocumentState) -> &'static str {
    state.as_str_name().trim_start_matches("DOCUMENT_STATE_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 7] =
        [Step::Start, Step::Verify, Step::Reject, Step::Revoke, Step::Near, Step::End, Step::Supersede];

    proptest! {
        #[test]
        fn whatever_happens_only_what_was_looked_at_is_ever_good(steps in prop::collection::vec(0usize..7, 0..40)) {
            let mut state = Received;
            let mut seen = vec![state];
            for step in steps {
                if let Some(next) = after(state, STEPS[step]) {
                    prop_assert_ne!(next, state);
                    prop_assert!(next as i32 > state as i32, "nothing goes back");
                    state = next;
                    seen.push(state);
                }
            }
            if matches!(state, Verified | Expiring | Expired | Revoked | Superseded) {
                prop_assert!(seen.contains(&Verifying) && seen.contains(&Verified));
            }
            prop_assert!(!(seen.contains(&Rejected) && seen.contains(&Verified)));
        }
    }

    #[test]
    fn what_is_over_stays_over() {
        for step in STEPS {
            for state in [Rejected, Revoked, Superseded] {
                assert_eq!(after(state, step), None, "{state:?} {step:?}");
            }
        }
    }
}
