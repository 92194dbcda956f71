//! Where the stored hashes stand: complete subtrees by level and index.

/// A complete subtree: the leaves `index << level` up to `(index + 1) << level`, all of them there.
///
/// Such a subtree never changes as the log grows, so its hash can be written once: (level, index) is the primary key of a table of them,
/// with about two rows for every leaf. Leaves are level 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    /// 0 for a leaf, 63 at most.
    pub level: u8,
    /// From the left, from 0, among the subtrees of its level.
    pub index: u64,
}

/// The complete subtrees that a tree of `size` leaves consists of, from the left: one for every bit set in `size`, the largest first.
///
/// Their hashes are what a [`crate::Frontier`] remembers.
pub fn complete_subtrees(size: u64) -> impl Iterator<Item = NodeId> {
    complete_subtrees_of(0, size)
}

/// The same for the leaves from `low` up to `high`. `low` must be a multiple of the smallest power of two that holds them all, as it is
/// for every part that RFC 9162 splits a tree into.
pub(crate) fn complete_subtrees_of(low: u64, high: u64) -> impl Iterator<Item = NodeId> {
    let leaves = high - low;
    let mut begin = low;
    (0..64_u8).rev().filter(move |level| leaves >> level & 1 == 1).map(move |level| {
        let node = NodeId { level, index: begin >> level };
        begin += 1 << level;
        node
    })
}
