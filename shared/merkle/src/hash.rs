//! The two hashes of the tree, kept apart by their first byte so that no node can pass for a leaf (RFC 9162, section 2.1.1).

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// Bytes of a [`struct@Hash`].
pub const HASH_BYTES: usize = 32;

const LEAF_PREFIX: [u8; 1] = [0];
const NODE_PREFIX: [u8; 1] = [1];

/// A SHA-256 digest: of a leaf, of a subtree, or the root of a tree. Text is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; HASH_BYTES]);

/// The hash of a leaf with this content: SHA-256(0x00 || content).
pub fn leaf_hash(content: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(LEAF_PREFIX).chain_update(content).finalize().into())
}

/// The hash of the subtree over two others: SHA-256(0x01 || left || right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update(NODE_PREFIX).chain_update(left.0).chain_update(right.0).finalize().into())
}

impl Hash {
    /// The root of a tree without leaves: SHA-256 of nothing.
    pub fn of_empty_tree() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The digest.
    pub fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

/// Bytes or text that are not a [`struct@Hash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAHash {
    /// A digest of another length.
    #[error("a hash has 32 bytes, these are {bytes}")]
    Length {
        /// Bytes given; of text, half the number of its bytes.
        bytes: usize,
    },
    /// Text with another character.
    #[error("a hash is written in hexadecimal digits: byte {position} is none")]
    Digit {
        /// Which byte of the text, from 0.
        position: usize,
    },
}

impl TryFrom<&[u8]> for Hash {
    type Error = NotAHash;

    fn try_from(bytes: &[u8]) -> Result<Self, NotAHash> {
        bytes.try_into().map(Self).map_err(|_| NotAHash::Length { bytes: bytes.len() })
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        if text.len() != 2 * HASH_BYTES {
            return Err(NotAHash::Length { bytes: text.len().div_ceil(2) });
        }
        let mut digest = [0; HASH_BYTES];
        for (position, &digit) in text.as_bytes().iter().enumerate() {
            let value = char::from(digit).to_digit(16).ok_or(NotAHash::Digit { position })?;
            digest[position / 2] = digest[position / 2] << 4 | value as u8;
        }
        Ok(Self(digest))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}
