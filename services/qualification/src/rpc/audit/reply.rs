//! The log's parts as the contract has them.

use clientele_proto::qualification::v1::{AuditEntry, AuditLeaf, AuditTreeHead};
use prost::Message as _;

use crate::{
    domain::{
        audit::{Entry, hex, log_id},
        instant::message as time,
    },
    store::audit_log::StoredHead,
};

/// An entry without its leaf decoded.
pub(super) fn entry(entry: Entry) -> AuditEntry {
    AuditEntry {
        audit_entry_id: entry.audit_entry_id,
        leaf_index: entry.leaf_index,
        erased: entry.content.is_none(),
        leaf: entry.leaf,
        audit_leaf: None,
        salt: entry.salt.unwrap_or_default(),
        content: entry.content.unwrap_or_default(),
    }
}

/// An entry with its leaf decoded, where that can be.
pub(super) fn decoded(of: Entry) -> AuditEntry {
    let audit_leaf = AuditLeaf::decode(of.leaf.as_slice()).ok();
    AuditEntry { audit_leaf, ..entry(of) }
}

/// A head.
pub(super) fn tree_head(tenant: &str, head: StoredHead) -> AuditTreeHead {
    AuditTreeHead {
        log_id: log_id(tenant),
        tree_size: head.tree_size,
        root_hash: head.root_hash,
        sign_time: Some(time(head.sign_time)),
        key_id: hex(&head.key_id),
        signature: head.signature,
    }
}
