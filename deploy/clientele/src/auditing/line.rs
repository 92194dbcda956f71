//! A line of the file: an entry, or the head at its end.

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clientele_proto::qualification::v1::{AuditEntry, AuditLeaf};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::head::HeadFile;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// A leaf.
    Entry(EntryLine),
    /// The head that the leaves before lead to.
    Head(HeadLine),
}

/// An entry; bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryLine {
    /// Its place, from 0.
    pub leaf_index: u64,
    /// The encoded `AuditLeaf`.
    pub leaf: String,
    /// What the content was hashed with; null where it was erased.
    pub salt: Option<String>,
    /// What the subject was afterwards; null where it was erased.
    pub content: Option<String>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadLine {
    /// The head.
    pub tree_head: HeadFile,
}

impl EntryLine {
    /// What the service answered.
    pub fn of(entry: &AuditEntry) -> Result<Self> {
        let beside = |bytes: &[u8]| (!entry.erased).then(|| STANDARD.encode(bytes));
        Ok(Self {
            leaf_index: entry.leaf_index.context("an entry that is not sealed")? as u64,
            leaf: STANDARD.encode(&entry.leaf),
            salt: beside(&entry.salt),
            content: beside(&entry.content),
        })
    }

    /// The leaf's bytes.
    pub fn leaf(&self) -> Result<Vec<u8>> {
        STANDARD.decode(&self.leaf).context("leaf is not base64")
    }

    /// Checks the content against the hash in the leaf; answers whether there was one.
    pub fn check_content(&self, leaf: &[u8]) -> Result<bool> {
        let leaf = AuditLeaf::decode(leaf).context("the leaf is no AuditLeaf")?;
        let (salt, content) = match (&self.salt, &self.content) {
            (Some(salt), Some(content)) => (salt, content),
            (None, None) => return Ok(false),
            _ => bail!("of salt and content only one is there"),
        };
        let salt = STANDARD.decode(salt).context("salt is not base64")?;
        let content = STANDARD.decode(content).context("content is not base64")?;
        let hash = Sha256::new().chain_update(salt).chain_update(content).finalize().to_vec();
        if leaf.content_hash != hash {
            bail!("the content is not the one that was written down: its hash is not the leaf's");
        }
        Ok(true)
    }
}
