//! A log held in memory: for logs that fit, and for tests.

use crate::{Frontier, Hash, NodeId, NodeStore, ProofError};

/// All complete subtrees of a log, level by level, 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    frontier: Frontier,
    levels: Vec<Vec<Hash>>,
}

/// A subtree that a [`Levels`] does not have, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no complete subtree stands at level {} and index {} of {} leaves", node.level, node.index, size)]
pub struct NoSuchNode {
    /// Which one.
    pub node: NodeId,
    /// Leaves there are.
    pub size: u64,
}

impl Levels {
    /// A log without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Adds a leaf by its hash and says at which index.
    ///
    /// # Errors
    ///
    /// [`ProofError::LogFull`].
    pub fn append(&mut self, leaf: Hash) -> Result<u64, ProofError> {
        let levels = &mut self.levels;
        self.frontier.append(leaf, |node, hash| {
            let level = usize::from(node.level);
            if levels.len() <= level {
                levels.resize(level + 1, Vec::new());
            }
            // Subtrees of a level are completed from the left, one after the other.
            levels[level].push(hash);
        })
    }
}

impl NodeStore for Levels {
    type Error = NoSuchNode;

    fn hash(&self, node: NodeId) -> Result<Hash, NoSuchNode> {
        let level = self.levels.get(usize::from(node.level));
        let hash = level.and_then(|hashes| hashes.get(usize::try_from(node.index).ok()?));
        hash.copied().ok_or(NoSuchNode { node, size: self.size() })
    }
}
