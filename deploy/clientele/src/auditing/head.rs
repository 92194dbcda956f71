//! A signed head as JSON, as an auditor keeps it.

use anyhow::{Context as _, Result};
use clientele_proto::qualification::v1::AuditTreeHead;
use clientele_qualification::domain::audit::hex;
use merkle::{Hash, KeyId, LogId, SIGNATURE_BYTES, SignedTreeHead, TreeHead};
use serde::{Deserialize, Serialize};

/// A head; digests and signature in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadFile {
    /// The log: `qualification/<tenant>`.
    pub log_id: String,
    /// Leaves.
    pub tree_size: u64,
    /// Root over them.
    pub root_hash: String,
    /// When it was signed, milliseconds since 1970-01-01 UTC.
    pub timestamp_ms: u64,
    /// The key.
    pub key_id: String,
    /// Ed25519 over the encoded head, see the crate `merkle`.
    pub signature: String,
}

impl HeadFile {
    /// What the service answered.
    pub fn of(head: &AuditTreeHead) -> Result<Self> {
        let time = head.sign_time.context("the head has no sign_time")?;
        Ok(Self {
            log_id: head.log_id.clone(),
            tree_size: head.tree_size as u64,
            root_hash: hex(&head.root_hash),
            timestamp_ms: (time.seconds * 1000 + i64::from(time.nanos) / 1_000_000) as u64,
            key_id: head.key_id.clone(),
            signature: hex(&head.signature),
        })
    }

    /// The head, whose signature is not checked yet.
    pub fn signed(&self) -> Result<SignedTreeHead> {
        let hash = |field: &str, text: &str| text.parse::<Hash>().with_context(|| format!("{field} is no hash"));
        Ok(SignedTreeHead {
            head: TreeHead {
                log_id: LogId::new(self.log_id.clone())?,
                tree_size: self.tree_size,
                root_hash: hash("root_hash", &self.root_hash)?,
                timestamp_ms: self.timestamp_ms,
            },
            key_id: KeyId(hash("key_id", &self.key_id)?.0),
            signature: signature(&self.signature).context("signature is not 128 hexadecimal digits")?,
        })
    }
}

fn signature(text: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    let (first, second) = text.split_at_checked(SIGNATURE_BYTES)?;
    let (first, second) = (first.parse::<Hash>().ok()?, second.parse::<Hash>().ok()?);
    [first.0, second.0].concat().try_into().ok()
}
