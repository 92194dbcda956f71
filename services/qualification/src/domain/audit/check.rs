//! The log, computed again leaf by leaf and compared with what is stored: leaves, contents, hashes of the tree, signed heads.

use std::collections::HashMap;

use clientele_proto::qualification::v1::{AuditDifference, AuditLeaf, audit_difference::Kind};
use jiff::Timestamp;
use merkle::{Frontier, Hash, KeyId, LogId, NodeId, SIGNATURE_BYTES, SignedTreeHead, TreeHead, leaf_hash};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{Differences, Replay, hex, log_id};
use crate::{audit_keys::AuditKeys, domain::instant::message as time, store::audit_log::StoredHead};

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub audit_entry_id: String,
    /// Its place, once it is sealed.
    pub leaf_index: Option<i64>,
    /// What kind of thing made a transition.
    pub subject_kind: String,
    /// Its id.
    pub subject_id: String,
    /// The customer it concerns; empty where it concerns none.
    pub customer_id: String,
    /// What happened.
    pub transition: String,
    /// Who did it.
    pub actor: String,
    /// When.
    pub transition_time: Timestamp,
    /// The leaf.
    pub leaf: Vec<u8>,
    /// What the content was hashed with.
    pub salt: Option<Vec<u8>>,
    /// What the subject was afterwards.
    pub content: Option<Vec<u8>>,
    /// Whether the customer was erased.
    pub customer_erased: bool,
}

impl Entry {
    fn place(&self) -> AuditDifference {
        AuditDifference {
            leaf_index: self.leaf_index,
            audit_entry_id: self.audit_entry_id.clone(),
            subject_kind: self.subject_kind.clone(),
            subject_id: self.subject_id.clone(),
            ..AuditDifference::default()
        }
    }
}

/// The stored hashes that leaf `index` completes: its own, and those of the subtrees that end with it.
pub fn nodes_of(index: u64) -> impl Iterator<Item = NodeId> {
    // No log has an entry beyond level 62: places are positive numbers of 64 bits.
    (0..=index.trailing_ones().min(62) as u8).map(move |level| NodeId { level, index: index >> level })
}

/// Takes a log in its order and notes what differs.
#[derive(Debug)]
pub struct Checker<'k> {
    keys: &'k AuditKeys,
    tenant: String,
    tree_size: i64,
    frontier: Frontier,
    /// A leaf is missing: nothing of the tree beyond it can be computed.
    broken: bool,
    last_head: Option<StoredHead>,
    /// Sealed entries taken.
    pub entries: i64,
    /// Of them, those without content.
    pub erased: i64,
    /// Entries taken that wait to be sealed.
    pub unsealed: i64,
    /// Heads taken.
    pub heads: i64,
    /// The states that the log tells of.
    pub replay: Replay,
    /// What differs.
    pub differences: Differences,
}

impl<'k> Checker<'k> {
    /// For a tenant's log that says of itself that it has `tree_size` leaves.
    pub fn new(tenant: &str, tree_size: i64, keys: &'k AuditKeys) -> Self {
        Self {
            keys,
            tenant: tenant.to_owned(),
            tree_size,
            frontier: Frontier::new(),
            broken: false,
            last_head: None,
            entries: 0,
            erased: 0,
            unsealed: 0,
            heads: 0,
            replay: Replay::default(),
            differences: Differences::default(),
        }
    }

    /// Leaves computed so far.
    pub fn size(&self) -> i64 {
        self.frontier.size() as i64
    }

    /// The root over all leaves, where none was missing.
    pub fn root(&self) -> Option<Hash> {
        (!self.broken).then(|| self.frontier.root())
    }

    /// Looks at the place of the next sealed entry, before the heads that end there.
    pub fn next(&mut self, entry: &Entry) {
        let index = entry.leaf_index.unwrap_or(-1);
        if index >= self.tree_size {
            let told = format!("the log has {} leaves", self.tree_size);
            self.differences.add(Kind::EntryBeyondEnd, told, entry.place());
        } else if !self.broken && index != self.size() {
            self.missing(self.size(), index - 1);
        }
    }

    /// Takes the entry that [`Self::next`] looked at, with the stored hashes of [`nodes_of`] its place.
    pub fn sealed(&mut self, entry: &Entry, nodes: &HashMap<NodeId, Vec<u8>>) {
        self.entries += 1;
        self.erased += i64::from(entry.content.is_none());
        let index = entry.leaf_index.unwrap_or(-1);
        let leaf = leaf_hash(&entry.leaf);
        if self.broken || index >= self.tree_size {
            self.node(NodeId { level: 0, index: index as u64 }, leaf, entry, nodes);
        } else {
            let mut completed = Vec::new();
            // A log that is full has no place for this entry, and was told of as beyond its end.
            let _ = self.frontier.append(leaf, |node, hash| completed.push((node, hash)));
            for (node, hash) in completed {
                self.node(node, hash, entry, nodes);
            }
        }
        self.entry(entry);
    }

    /// Takes the next entry that waits to be sealed.
    pub fn unsealed(&mut self, entry: &Entry) {
        self.unsealed += 1;
        self.entry(entry);
    }

    /// Takes the next head. All leaves up to its size have been taken, and none beyond.
    pub fn head(&mut self, head: &StoredHead) {
        self.heads += 1;
        let place = || AuditDifference { tree_size: Some(head.tree_size), ..AuditDifference::default() };
        if head.tree_size > self.tree_size {
            let told = format!("the log has {} leaves", self.tree_size);
            self.differences.add(Kind::TreeHeadChanged, told, place());
        } else if !self.broken && head.root_hash != self.frontier.root().0 {
            let told = format!("the root over its leaves is {}", self.frontier.root());
            self.differences.add(Kind::TreeHeadChanged, told, place());
        }
        if let Err(told) = self.signature(head) {
            self.differences.add(Kind::TreeHeadSignature, told, place());
        }
        if self.last_head.as_ref().is_some_and(|last| last.sign_time > head.sign_time) {
            self.differences.add(Kind::TreeHeadChanged, "it was signed before a smaller one", place());
        }
        self.last_head = Some(head.clone());
    }

    /// There is no further sealed entry. What is left of the heads comes after.
    pub fn last(&mut self) {
        if !self.broken && self.size() < self.tree_size {
            self.missing(self.size(), self.tree_size - 1);
        }
    }

    /// Ends the log, of whose tree so many hashes are stored.
    pub fn end(&mut self, stored_nodes: i64) {
        // As many as there are complete subtrees: two for each leaf, less one for every bit set.
        let expected = 2 * i128::from(self.tree_size) - i128::from(self.tree_size.count_ones());
        if i128::from(stored_nodes) > expected {
            let told = format!("{stored_nodes} hashes are stored, the tree has {expected}");
            self.differences.add(Kind::NodeExtra, told, AuditDifference::default());
        }
        let last = self.last_head.as_ref().map_or(0, |head| head.tree_size);
        if self.keys.signer().is_some() && last < self.tree_size {
            let place = AuditDifference { tree_size: Some(self.tree_size), ..AuditDifference::default() };
            self.differences.add(Kind::TreeHeadMissing, format!("the newest head is that of {last} leaves"), place);
        }
    }

    fn missing(&mut self, first: i64, last: i64) {
        self.broken = true;
        let place = AuditDifference { leaf_index: Some(first), ..AuditDifference::default() };
        self.differences.add(Kind::EntryMissing, format!("leaves {first} to {last} are not there"), place);
    }

    fn node(&mut self, node: NodeId, hash: Hash, entry: &Entry, nodes: &HashMap<NodeId, Vec<u8>>) {
        let stored = nodes.get(&node);
        if stored.is_some_and(|stored| *stored == hash.0) {
            return;
        }
        let kind = if node.level == 0 && stored.is_some() { Kind::LeafChanged } else { Kind::NodeChanged };
        let found = stored.map_or_else(|| "none".to_owned(), |bytes| hex(bytes));
        let told = format!("level {}, index {}: {hash} was computed, {found} is stored", node.level, node.index);
        self.differences.add(kind, told, entry.place());
    }

    fn entry(&mut self, entry: &Entry) {
        let Ok(leaf) = AuditLeaf::decode(entry.leaf.as_slice()) else {
            self.differences.add(Kind::LeafUnreadable, "the leaf is no AuditLeaf", entry.place());
            return;
        };
        let columns = [
            ("audit_entry_id", &leaf.audit_entry_id, &entry.audit_entry_id),
            ("subject_kind", &leaf.subject_kind, &entry.subject_kind),
            ("subject_id", &leaf.subject_id, &entry.subject_id),
            ("customer_id", &leaf.customer_id, &entry.customer_id),
            ("transition", &leaf.transition, &entry.transition),
            ("actor", &leaf.actor, &entry.actor),
        ];
        let other = columns.iter().filter(|(_, leaf, column)| leaf != column).map(|(name, ..)| *name);
        let time = (leaf.transition_time != Some(time(entry.transition_time))).then_some("transition_time");
        let other: Vec<&str> = other.chain(time).collect();
        if !other.is_empty() {
            let told = format!("the leaf has another {}", other.join(", "));
            self.differences.add(Kind::EntryChanged, told, entry.place());
        }
        match (&entry.salt, &entry.content) {
            (Some(salt), Some(content)) => {
                let hash = Sha256::new().chain_update(salt).chain_update(content).finalize().to_vec();
                if leaf.content_hash != hash {
                    self.differences.add(Kind::ContentChanged, "its hash is not the leaf's", entry.place());
                }
            }
            _ if entry.customer_erased => {}
            _ => self.differences.add(Kind::ContentMissing, "its customer was not erased", entry.place()),
        }
        self.replay.apply(&leaf, (entry.leaf_index, entry.customer_erased), &mut self.differences);
    }

    fn signature(&self, head: &StoredHead) -> Result<(), String> {
        let hash = |bytes: &[u8]| Hash::try_from(bytes).map_err(|error| error.to_string());
        let key_id = KeyId(hash(&head.key_id)?.0);
        let key =
            self.keys.find(key_id).ok_or_else(|| format!("key {key_id} is not among the keys of the settings"))?;
        let signature: [u8; SIGNATURE_BYTES] =
            head.signature.as_slice().try_into().map_err(|_| format!("it has {} bytes", head.signature.len()))?;
        let log_id = LogId::new(log_id(&self.tenant)).map_err(|error| error.to_string())?;
        // A time between milliseconds is none that was signed.
        if head.sign_time.subsec_nanosecond() % 1_000_000 != 0 {
            return Err("its time is not in whole milliseconds".to_owned());
        }
        let signed = SignedTreeHead {
            head: TreeHead {
                log_id,
                tree_size: head.tree_size as u64,
                root_hash: hash(&head.root_hash)?,
                timestamp_ms: head.sign_time.as_millisecond() as u64,
            },
            key_id,
            signature,
        };
        signed.verify(key).map(drop).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_completes_the_nodes_that_the_tree_says_it_does() {
        let mut frontier = Frontier::new();
        for index in 0..200_u64 {
            let leaf = leaf_hash(&index.to_be_bytes());
            let mut completed = Vec::new();
            frontier.append(leaf, |node, _| completed.push(node)).unwrap();
            assert_eq!(nodes_of(index).collect::<Vec<_>>(), completed);
        }
    }
}
