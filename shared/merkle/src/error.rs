//! Why a proof, a head or a request for one is refused.

/// A proof that proves nothing, or a request for one that there cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A leaf beyond the end.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Index {
        /// The leaf, from 0.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// A tree that shrinks.
    #[error("a tree of {old} leaves does not grow into one of {new}")]
    Shrinks {
        /// Leaves of the older tree.
        old: u64,
        /// Leaves of the newer tree.
        new: u64,
    },
    /// Consistency with a tree without leaves: every tree is, and no proof says so.
    #[error("a proof of consistency with a tree without leaves proves nothing")]
    OldTreeEmpty,
    /// A number of hashes that cannot be right for these sizes.
    #[error("{expected} hashes are needed here, {found} were given")]
    Count {
        /// Hashes that the sizes ask for.
        expected: usize,
        /// Hashes given.
        found: usize,
    },
    /// Leaf and proof lead to another root.
    #[error("the proof does not lead from the leaf to the root: leaf, index, proof or root is not the log's")]
    Root,
    /// The proof leads to another older root.
    #[error("the proof does not lead to the root of the older tree: that root or the proof is not the log's")]
    OldRoot,
    /// The proof leads to another newer root.
    #[error("the proof does not lead to the root of the newer tree: the log was rewritten, or the proof is not its")]
    NewRoot,
    /// No leaf can follow.
    #[error("the log is full: it has 2^64 - 1 leaves")]
    LogFull,
}

/// A proof that could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError<E> {
    /// There is no such proof.
    #[error(transparent)]
    Request(#[from] ProofError),
    /// A stored hash could not be read.
    #[error("a hash of the tree could not be read")]
    Store(#[source] E),
}

/// A tree head that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// A log without a name, or with one that is too long.
    #[error("log_id has {bytes} bytes: it takes 1 to 255 bytes of UTF-8")]
    LogIdLength {
        /// Bytes given.
        bytes: usize,
    },
    /// A name that is not text.
    #[error("log_id is not UTF-8")]
    LogIdText,
    /// Bytes that begin otherwise.
    #[error("these bytes are no tree head: they do not begin with `merkle/treehead` and version 1")]
    Format,
    /// Bytes that end early or late.
    #[error("a tree head with this log_id has {expected} bytes, these are {found}")]
    Length {
        /// Bytes that there should be, as far as is known.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// Bytes that are no Ed25519 public key, or a key that would accept signatures of others.
    #[error("these bytes are no usable Ed25519 public key")]
    PublicKey,
    /// Signed with another key.
    #[error("the head was signed with key {found}, not with {expected}")]
    OtherKey {
        /// The key at hand.
        expected: crate::KeyId,
        /// The key that the head names.
        found: crate::KeyId,
    },
    /// The key did not sign this head.
    #[error("the signature is not the key's for this log, size, root and time")]
    Signature,
    /// A head over no leaves has one root only.
    #[error("tree_size is 0 and root_hash is not that of a tree without leaves")]
    EmptyRoot,
}

/// Two heads of which the newer does not continue the older.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrowthError {
    /// Heads of two logs.
    #[error("the heads are of two logs, `{old}` and `{new}`")]
    OtherLog {
        /// The older head's.
        old: String,
        /// The newer head's.
        new: String,
    },
    /// The newer head is the older.
    #[error("the newer head's timestamp_ms is {new}, before the older's {old}")]
    Time {
        /// The older head's, milliseconds since 1970-01-01 UTC.
        old: u64,
        /// The newer head's.
        new: u64,
    },
    /// The leaves of the older are not the first of the newer.
    #[error(transparent)]
    Proof(#[from] ProofError),
}
