//! Contents of documents: sealed, in an object store.
//!
//! A content is kept as segments of 4 MiB, an object each, sealed with a key of its document. So an upload goes on where it stopped, a read
//! begins anywhere, and neither holds more than a segment.

pub mod bucket;
pub mod changing;
pub mod keys;
pub mod reader;
pub mod seal;
pub mod settings;
mod staged;
pub mod store;
pub mod trouble;

use keys::Keyring;
use store::Contents;

/// What keeping documents takes.
#[derive(Debug)]
pub struct Documents {
    /// Where contents are.
    pub contents: Contents,
    /// The keys that documents' own keys are wrapped with.
    pub keys: Keyring,
    /// Bytes of a content, at most.
    pub largest: u64,
}

/// Bytes of a content, at most, where the settings do not say it.
pub const LARGEST: u64 = 100 << 20;

/// Bytes of a segment before it is sealed; only the last one of a content is shorter.
pub const SEGMENT: u64 = 4 << 20;

/// How many segments a content has; an empty one has none.
pub fn segments(size: u64) -> u64 {
    size.div_ceil(SEGMENT)
}

/// What the key and the segments of a document are bound to.
pub fn about(tenant: &str, document_id: uuid::Uuid) -> Vec<u8> {
    [document_id.as_bytes(), tenant.as_bytes()].concat()
}
