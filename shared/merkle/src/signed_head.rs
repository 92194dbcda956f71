//! A head that its log answers for.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::{HASH_BYTES, Hash, HeadError, TreeHead};

/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

/// Which key: SHA-256 of the 32 bytes of the public key. Text is 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; HASH_BYTES]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hash(self.0).fmt(f)
    }
}

/// The Ed25519 key that heads are checked with (RFC 8032).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads the 32 bytes of a key.
    ///
    /// # Errors
    ///
    /// [`HeadError::PublicKey`] for bytes that are no point of the curve, and for points of small order, under which one signature fits
    /// many messages.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, HeadError> {
        match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(HeadError::PublicKey),
        }
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The name that signed heads give it.
    pub fn id(&self) -> KeyId {
        KeyId(Sha256::digest(self.to_bytes()).into())
    }
}

/// The key that a log signs its heads with.
pub struct HeadSigner(SigningKey);

impl HeadSigner {
    /// The key of a 32-byte seed, RFC 8032's private key: from a secret store or the system's randomness, never made up.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// What others check its signatures with.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a head. The same head gets the same signature.
    pub fn sign(&self, head: TreeHead) -> SignedTreeHead {
        let signature = self.0.sign(&head.encode()).to_bytes();
        SignedTreeHead { head, key_id: self.public_key().id(), signature }
    }
}

impl fmt::Debug for HeadSigner {
    /// Names the key and keeps the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeadSigner({})", self.public_key().id())
    }
}

/// A head, the signature over its [`TreeHead::encode`], and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTreeHead {
    /// What was signed.
    pub head: TreeHead,
    /// The key that signed, or is said to have.
    pub key_id: KeyId,
    /// Ed25519 over the head's bytes.
    pub signature: [u8; SIGNATURE_BYTES],
}

impl SignedTreeHead {
    /// The head, once it is known to be signed with this key. Signatures are checked strictly: no second one can be made from a first.
    ///
    /// # Errors
    ///
    /// [`HeadError::OtherKey`], [`HeadError::Signature`], and [`HeadError::EmptyRoot`] for a head that contradicts itself.
    pub fn verify(&self, key: &PublicKey) -> Result<&TreeHead, HeadError> {
        let expected = key.id();
        if self.key_id != expected {
            return Err(HeadError::OtherKey { expected, found: self.key_id });
        }
        let signature = Signature::from_bytes(&self.signature);
        key.0.verify_strict(&self.head.encode(), &signature).map_err(|_| HeadError::Signature)?;
        self.head.check()?;
        Ok(&self.head)
    }

    /// The head's bytes, then the 32 of the key's id and the 64 of the signature.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.head.encode();
        bytes.extend(self.key_id.0);
        bytes.extend(self.signature);
        bytes
    }

    /// Reads what [`Self::encode`] wrote, and nothing else. The signature is not checked.
    ///
    /// # Errors
    ///
    /// [`HeadError`] for any other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeadError> {
        let too_short = HeadError::Length { expected: HASH_BYTES + SIGNATURE_BYTES, found: bytes.len() };
        let (rest, signature) = bytes.split_last_chunk().ok_or(too_short.clone())?;
        let (head, key_id) = rest.split_last_chunk().ok_or(too_short)?;
        Ok(Self { head: TreeHead::decode(head)?, key_id: KeyId(*key_id), signature: *signature })
    }
}
