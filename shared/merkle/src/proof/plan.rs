//! Which stored hashes a proof is made of.

use std::ops::Range;

use crate::frontier::fold;
use crate::node::complete_subtrees_of;
use crate::shape::Part;
use crate::{BuildError, Hash, NodeId, NodeStore, ProofError};

/// The stored hashes that a proof needs, at most two for every level of the tree, and how they make it up: read them all in one query, then [`Self::assemble`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofPlan {
    nodes: Vec<NodeId>,
    /// Of every hash of the proof, the nodes it is folded from.
    hashes: Vec<Range<usize>>,
}

impl ProofPlan {
    pub(crate) fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut plan = Self { nodes: Vec::new(), hashes: Vec::new() };
        for part in parts {
            let begin = plan.nodes.len();
            plan.nodes.extend(complete_subtrees_of(part.low, part.high));
            plan.hashes.push(begin..plan.nodes.len());
        }
        plan
    }

    /// The complete subtrees to read.
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The hashes of the proof from those of [`Self::nodes`], in their order.
    ///
    /// # Errors
    ///
    /// [`ProofError::Count`] when there are more or fewer.
    pub fn assemble(&self, hashes: &[Hash]) -> Result<Vec<Hash>, ProofError> {
        if hashes.len() != self.nodes.len() {
            return Err(ProofError::Count { expected: self.nodes.len(), found: hashes.len() });
        }
        Ok(self.hashes.iter().filter_map(|range| fold(&hashes[range.clone()])).collect())
    }

    pub(crate) fn read<S: NodeStore>(&self, store: &S) -> Result<Vec<Hash>, BuildError<S::Error>> {
        let hashes = self.nodes.iter().map(|node| store.hash(*node)).collect::<Result<Vec<_>, _>>();
        Ok(self.assemble(&hashes.map_err(BuildError::Store)?)?)
    }
}

/// The plan whose single hash is the root over the first `size` leaves of a log; of no hashes for `size` 0, whose root is
/// [`Hash::of_empty_tree`].
pub fn root_plan(size: u64) -> ProofPlan {
    ProofPlan::of((size > 0).then_some(Part { low: 0, high: size }))
}

/// The root over the first `size` leaves of a log, also of one that has grown since.
///
/// # Errors
///
/// [`BuildError::Store`].
pub fn root<S: NodeStore>(size: u64, store: &S) -> Result<Hash, BuildError<S::Error>> {
    Ok(root_plan(size).read(store)?.first().copied().unwrap_or_else(Hash::of_empty_tree))
}
