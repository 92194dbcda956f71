//! A leaf is in the log, at this place (RFC 9162, section 2.1.3).

use super::ProofPlan;
use crate::shape::Way;
use crate::{BuildError, Hash, NodeStore, ProofError, node_hash};

/// The hashes beside the way from a leaf to the root, from the bottom: at most 64.
///
/// It says nothing of the size by itself: a leaf far on the left has the same proof in trees of several sizes. The size is vouched for by
/// the signature of the [`crate::TreeHead`] that the root comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof(pub Vec<Hash>);

impl InclusionProof {
    /// Checks that the leaf with this hash is the one at `index` of the tree of `size` leaves with this root.
    ///
    /// # Errors
    ///
    /// [`ProofError::Index`] unless `index < size`, [`ProofError::Count`] for a proof of another shape, [`ProofError::Root`] for one that
    /// leads elsewhere.
    pub fn verify(&self, index: u64, size: u64, leaf: &Hash, root: &Hash) -> Result<(), ProofError> {
        let way = way(index, size)?;
        if way.asides.len() != self.0.len() {
            return Err(ProofError::Count { expected: way.asides.len(), found: self.0.len() });
        }
        let found = way.asides.iter().zip(&self.0).fold(*leaf, |below, (aside, beside)| {
            if aside.is_left { node_hash(beside, &below) } else { node_hash(&below, beside) }
        });
        if found == *root { Ok(()) } else { Err(ProofError::Root) }
    }
}

/// What to read for the proof that leaf `index` is in the tree of the first `size` leaves.
///
/// # Errors
///
/// [`ProofError::Index`] unless `index < size`.
pub fn inclusion_plan(index: u64, size: u64) -> Result<ProofPlan, ProofError> {
    Ok(ProofPlan::of(way(index, size)?.asides.into_iter().map(|aside| aside.part)))
}

/// The proof that leaf `index` is in the tree of the first `size` leaves.
///
/// # Errors
///
/// [`BuildError::Request`] unless `index < size`, [`BuildError::Store`].
pub fn inclusion_proof<S: NodeStore>(index: u64, size: u64, store: &S) -> Result<InclusionProof, BuildError<S::Error>> {
    inclusion_plan(index, size)?.read(store).map(InclusionProof)
}

fn way(index: u64, size: u64) -> Result<Way, ProofError> {
    if index < size { Ok(Way::to_leaf(index, size)) } else { Err(ProofError::Index { index, size }) }
}
