//! Sealing segments: AES-256-GCM with a random nonce each, bound to the document, the place within it, and whether it is the last one. A segment
//! that was altered, moved, taken from another document, or that is not the last one and stands last, does not open.

use std::fmt;

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};

/// Bytes that sealing adds: the nonce before, the tag behind.
pub const OVERHEAD: usize = NONCE_LEN + 16;

/// A segment could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[error("segment {number} of the document is not what was sealed")]
pub struct Broken {
    /// Which.
    pub number: u64,
}

/// The key of one document. A document has few segments, so that random nonces do not meet.
pub struct DataKey {
    key: LessSafeKey,
    about: Vec<u8>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey")
    }
}

impl DataKey {
    /// A key of 32 bytes for the document that `about` names.
    pub fn new(key: &[u8], about: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, key).ok()?;
        Some(Self { key: LessSafeKey::new(key), about: about.to_vec() })
    }

    fn bound_to(&self, number: u64, is_last: bool) -> Aad<Vec<u8>> {
        Aad::from([self.about.as_slice(), &number.to_be_bytes(), &[u8::from(is_last)]].concat())
    }

    /// Seals a segment: nonce, ciphertext, tag.
    pub fn seal(&self, number: u64, is_last: bool, plain: &[u8]) -> Result<Vec<u8>, Broken> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Broken { number })?;
        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                self.bound_to(number, is_last),
                &mut sealed[NONCE_LEN..],
            )
            .map_err(|_| Broken { number })?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens a segment.
    pub fn open(&self, number: u64, is_last: bool, mut sealed: Vec<u8>) -> Result<Vec<u8>, Broken> {
        let broken = Broken { number };
        let Some(nonce) = sealed.first_chunk::<NONCE_LEN>().copied() else { return Err(broken) };
        let nonce = Nonce::assume_unique_for_key(nonce);
        let Ok(plain) = self.key.open_within(nonce, self.bound_to(number, is_last), &mut sealed, NONCE_LEN..) else {
            return Err(broken);
        };
        let length = plain.len();
        sealed.truncate(length);
        Ok(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(about: &[u8]) -> DataKey {
        DataKey::new(&[7; 32], about).unwrap()
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_in_its_place_only(plain in prop::collection::vec(any::<u8>(), 0..200), number in 0u64..50, is_last: bool) {
            let sealed = key(b"a").seal(number, is_last, &plain).unwrap();
            prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
            prop_assert_eq!(key(b"a").open(number, is_last, sealed.clone()).unwrap(), plain);
            prop_assert!(key(b"a").open(number + 1, is_last, sealed.clone()).is_err(), "moved");
            prop_assert!(key(b"a").open(number, !is_last, sealed.clone()).is_err(), "cut off or gone on from");
            prop_assert!(key(b"b").open(number, is_last, sealed.clone()).is_err(), "another document's");
        }

        #[test]
        fn a_changed_or_missing_byte_is_found(plain in prop::collection::vec(any::<u8>(), 0..60), place in any::<prop::sample::Index>(), bit in 0u8..8) {
            let sealed = key(b"a").seal(0, true, &plain).unwrap();
            let mut changed = sealed.clone();
            let place = place.index(sealed.len());
            changed[place] ^= 1 << bit;
            prop_assert!(key(b"a").open(0, true, changed).is_err());
            prop_assert!(key(b"a").open(0, true, sealed[..place].to_vec()).is_err());
        }
    }
}
