//! A log has only grown: its older leaves are the first of the newer (RFC 9162, section 2.1.4).

use super::ProofPlan;
use crate::shape::Way;
use crate::{BuildError, Hash, NodeStore, ProofError, node_hash};

/// The hashes from which both roots follow: at most 65, none when the sizes are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof(pub Vec<Hash>);

impl ConsistencyProof {
    /// Checks that the tree of `old` leaves with `old_root` is the beginning of that of `new` leaves with `new_root`.
    ///
    /// # Errors
    ///
    /// [`ProofError::Shrinks`] unless `old <= new`, [`ProofError::OldTreeEmpty`] for `old` 0, [`ProofError::Count`] for a proof of another
    /// shape, [`ProofError::OldRoot`] and [`ProofError::NewRoot`] for one that leads elsewhere.
    pub fn verify(&self, old: u64, new: u64, old_root: &Hash, new_root: &Hash) -> Result<(), ProofError> {
        let way = way(old, new)?;
        let expected = way.asides.len() + usize::from(!begins_at_old_root(&way));
        if self.0.len() != expected {
            return Err(ProofError::Count { expected, found: self.0.len() });
        }
        let (start, beside) = self.0.split_at(expected - way.asides.len());
        let start = *start.first().unwrap_or(old_root);
        let (mut found_old, mut found_new) = (start, start);
        for (aside, beside) in way.asides.iter().zip(beside) {
            if aside.is_left {
                // What lies left of the old end is in both trees, what lies right of it in the newer only.
                found_old = node_hash(beside, &found_old);
                found_new = node_hash(beside, &found_new);
            } else {
                found_new = node_hash(&found_new, beside);
            }
        }
        if found_old != *old_root {
            Err(ProofError::OldRoot)
        } else if found_new != *new_root {
            Err(ProofError::NewRoot)
        } else {
            Ok(())
        }
    }
}

/// What to read for the proof that the first `new` leaves begin with the first `old`.
///
/// # Errors
///
/// [`ProofError::Shrinks`] unless `old <= new`, [`ProofError::OldTreeEmpty`] for `old` 0.
pub fn consistency_plan(old: u64, new: u64) -> Result<ProofPlan, ProofError> {
    let way = way(old, new)?;
    let start = (!begins_at_old_root(&way)).then_some(way.end);
    Ok(ProofPlan::of(start.into_iter().chain(way.asides.into_iter().map(|aside| aside.part))))
}

/// The proof that the first `new` leaves begin with the first `old`.
///
/// # Errors
///
/// [`BuildError::Request`] unless `0 < old <= new`, [`BuildError::Store`].
pub fn consistency_proof<S: NodeStore>(
    old: u64,
    new: u64,
    store: &S,
) -> Result<ConsistencyProof, BuildError<S::Error>> {
    consistency_plan(old, new)?.read(store).map(ConsistencyProof)
}

/// The way ends at the whole older tree, whose root the verifier has: the proof leaves it out.
fn begins_at_old_root(way: &Way) -> bool {
    way.end.low == 0
}

fn way(old: u64, new: u64) -> Result<Way, ProofError> {
    match old {
        0 => Err(ProofError::OldTreeEmpty),
        old if old > new => Err(ProofError::Shrinks { old, new }),
        old => Ok(Way::to_old_end(old, new)),
    }
}
