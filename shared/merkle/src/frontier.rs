//! Appending with nothing at hand but the right-hand edge of the tree.

use crate::node::complete_subtrees;
use crate::{Hash, NodeId, NodeStore, ProofError, node_hash};

/// The complete subtrees a log consists of: at most 64 hashes, all that is needed to append and to know the root.
///
/// ```
/// use merkle::{Frontier, leaf_hash};
///
/// let mut frontier = Frontier::new();
/// let mut rows = Vec::new();
/// for event in ["opened", "reviewed", "approved"] {
///     frontier.append(leaf_hash(event.as_bytes()), |node, hash| rows.push((node, hash)))?;
/// }
/// assert_eq!(rows.len(), 4); // Three leaves and the subtree over the first two.
/// let later = Frontier::from_hashes(3, frontier.hashes().to_vec())?;
/// assert_eq!(later.root(), frontier.root());
/// # Ok::<(), merkle::ProofError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// From the left: the largest subtree first.
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The edge of a log without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a log of `size` leaves from the hashes that [`Self::hashes`] gave.
    ///
    /// # Errors
    ///
    /// [`ProofError::Count`] when their number is not that of the bits set in `size`.
    pub fn from_hashes(size: u64, hashes: Vec<Hash>) -> Result<Self, ProofError> {
        let expected = size.count_ones() as usize;
        if hashes.len() == expected {
            Ok(Self { size, hashes })
        } else {
            Err(ProofError::Count { expected, found: hashes.len() })
        }
    }

    /// The edge of a log of `size` leaves, read from stored subtrees.
    ///
    /// # Errors
    ///
    /// The store's.
    pub fn from_store<S: NodeStore>(size: u64, store: &S) -> Result<Self, S::Error> {
        let hashes = complete_subtrees(size).map(|node| store.hash(node)).collect::<Result<_, _>>()?;
        Ok(Self { size, hashes })
    }

    /// Leaves of the log.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of [`complete_subtrees`] in their order.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        fold(&self.hashes).unwrap_or_else(Hash::of_empty_tree)
    }

    /// Adds a leaf by its hash and says at which index. `completed` is told of the leaf and then of every subtree that it completes, from
    /// the bottom: what a store has to keep.
    ///
    /// # Errors
    ///
    /// [`ProofError::LogFull`] after 2^64 - 1 leaves.
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(NodeId, Hash)) -> Result<u64, ProofError> {
        let index = self.size;
        self.size = index.checked_add(1).ok_or(ProofError::LogFull)?;
        let (mut node, mut hash) = (NodeId { level: 0, index }, leaf);
        completed(node, hash);
        // A subtree that is the right of two completes the one above.
        while node.index & 1 == 1
            && let Some(left) = self.hashes.pop()
        {
            hash = node_hash(&left, &hash);
            node = NodeId { level: node.level + 1, index: node.index >> 1 };
            completed(node, hash);
        }
        self.hashes.push(hash);
        Ok(index)
    }
}

/// The hash over complete subtrees that lie side by side, the largest on the left; nothing over none.
pub(crate) fn fold(hashes: &[Hash]) -> Option<Hash> {
    hashes.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}
