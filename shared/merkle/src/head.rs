//! What a log says of itself at a moment, as bytes that can be signed.

use std::fmt;
use std::str::FromStr;

use crate::{ConsistencyProof, GrowthError, HASH_BYTES, Hash, HeadError, ProofError};

/// Longest [`LogId`].
pub const MAX_LOG_ID_BYTES: usize = 255;

/// What the bytes of a head begin with: another kind of message signed with the same key cannot pass for a head.
const MAGIC: [u8; 16] = *b"merkle/treehead\x01";
/// Bytes without the log's name.
const FIXED_BYTES: usize = MAGIC.len() + 2 + 8 + HASH_BYTES + 8;

/// The name of a log: 1 to 255 bytes of UTF-8, such as `qualification/` and a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogId(String);

impl LogId {
    /// Takes a name.
    ///
    /// # Errors
    ///
    /// [`HeadError::LogIdLength`].
    pub fn new(name: impl Into<String>) -> Result<Self, HeadError> {
        let name = name.into();
        match name.len() {
            1..=MAX_LOG_ID_BYTES => Ok(Self(name)),
            bytes => Err(HeadError::LogIdLength { bytes }),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogId {
    type Err = HeadError;

    fn from_str(name: &str) -> Result<Self, HeadError> {
        Self::new(name)
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A log at a moment: so many leaves, with this root.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TreeHead {
    /// Which log.
    pub log_id: LogId,
    /// Leaves.
    pub tree_size: u64,
    /// The root over them.
    pub root_hash: Hash,
    /// Milliseconds since 1970-01-01 UTC.
    pub timestamp_ms: u64,
}

impl TreeHead {
    /// The one encoding of this head, integers big-endian:
    ///
    /// | bytes | what |
    /// | --- | --- |
    /// | 16 | `merkle/treehead` in ASCII, then the version, 1 |
    /// | 2 | n, the length of the log's name |
    /// | n | the log's name, UTF-8 |
    /// | 8 | `tree_size` |
    /// | 32 | `root_hash` |
    /// | 8 | `timestamp_ms` |
    pub fn encode(&self) -> Vec<u8> {
        let name = self.log_id.as_str().as_bytes();
        let mut bytes = Vec::with_capacity(FIXED_BYTES + name.len());
        bytes.extend(MAGIC);
        bytes.extend((name.len() as u16).to_be_bytes());
        bytes.extend(name);
        bytes.extend(self.tree_size.to_be_bytes());
        bytes.extend(self.root_hash.0);
        bytes.extend(self.timestamp_ms.to_be_bytes());
        bytes
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    ///
    /// # Errors
    ///
    /// [`HeadError`] for any other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeadError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(HeadError::Format)?;
        let short = |expected| HeadError::Length { expected, found: bytes.len() };
        let (length, rest) = rest.split_first_chunk().ok_or(short(FIXED_BYTES + 1))?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !(1..=MAX_LOG_ID_BYTES).contains(&length) {
            return Err(HeadError::LogIdLength { bytes: length });
        }
        if bytes.len() != FIXED_BYTES + length {
            return Err(short(FIXED_BYTES + length));
        }
        let (name, rest) = rest.split_at(length);
        let name = str::from_utf8(name).map_err(|_| HeadError::LogIdText)?;
        let wrong_length = || short(FIXED_BYTES + length);
        let (tree_size, rest) = rest.split_first_chunk().ok_or_else(wrong_length)?;
        let (root_hash, rest) = rest.split_first_chunk().ok_or_else(wrong_length)?;
        let (timestamp_ms, _) = rest.split_first_chunk().ok_or_else(wrong_length)?;
        let head = Self {
            log_id: LogId::new(name)?,
            tree_size: u64::from_be_bytes(*tree_size),
            root_hash: Hash(*root_hash),
            timestamp_ms: u64::from_be_bytes(*timestamp_ms),
        };
        head.check()?;
        Ok(head)
    }

    /// Checks that this older head is the beginning of a newer: the same log, no earlier, and every leaf still in its place. The proof is
    /// that of [`crate::consistency_proof`], or empty where this head is over no leaves.
    ///
    /// Signatures are checked apart: [`crate::SignedTreeHead::verify`].
    ///
    /// # Errors
    ///
    /// [`GrowthError`].
    pub fn verify_growth(&self, newer: &Self, proof: &ConsistencyProof) -> Result<(), GrowthError> {
        if self.log_id != newer.log_id {
            return Err(GrowthError::OtherLog { old: self.log_id.to_string(), new: newer.log_id.to_string() });
        }
        if newer.timestamp_ms < self.timestamp_ms {
            return Err(GrowthError::Time { old: self.timestamp_ms, new: newer.timestamp_ms });
        }
        if self.tree_size > 0 {
            return Ok(proof.verify(self.tree_size, newer.tree_size, &self.root_hash, &newer.root_hash)?);
        }
        // Every tree continues one without leaves; what is left to check is that both roots are what their sizes allow.
        if !proof.0.is_empty() {
            return Err(ProofError::Count { expected: 0, found: proof.0.len() }.into());
        }
        self.check().map_err(|_| ProofError::OldRoot)?;
        newer.check().map_err(|_| ProofError::NewRoot)?;
        Ok(())
    }

    pub(crate) fn check(&self) -> Result<(), HeadError> {
        if self.tree_size == 0 && self.root_hash != Hash::of_empty_tree() {
            return Err(HeadError::EmptyRoot);
        }
        Ok(())
    }
}
