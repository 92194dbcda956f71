//! Where the hashes of complete subtrees are read from.

use crate::{Hash, NodeId};

/// Reads the hash of a complete subtree. Any closure from [`NodeId`] to a result is one; reading waits, so what must be awaited is read
/// by a [`crate::ProofPlan`].
pub trait NodeStore {
    /// Why a hash could not be read.
    type Error;

    /// The hash of a complete subtree within the log.
    fn hash(&self, node: NodeId) -> Result<Hash, Self::Error>;
}

impl<E, F: Fn(NodeId) -> Result<Hash, E>> NodeStore for F {
    type Error = E;

    fn hash(&self, node: NodeId) -> Result<Hash, E> {
        self(node)
    }
}
