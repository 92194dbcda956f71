//! The keys that documents' own keys are wrapped with. The first one wraps; all of them unwrap, so that keys can be changed: put the new one first.

use std::{fmt, fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};
use sha2::{Digest as _, Sha256};

use super::seal::DataKey;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// A key could not be made, wrapped or unwrapped.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No key of the settings has that id.
    #[error("the document was sealed under the key {0}, which the settings do not name")]
    Unknown(String),
    /// The wrapped key does not open under the key it names.
    #[error("the document's key does not open: it was altered, or belongs to another document")]
    Altered,
    /// The system gives no randomness.
    #[error("the system gave no randomness")]
    Randomness,
}

/// The keys of the settings, the one that wraps first.
pub struct Keyring {
    keys: Vec<(String, LessSafeKey)>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

impl Keyring {
    /// Keys out of files, 32 bytes in base64 each; the first one wraps.
    pub fn read(files: &[impl AsRef<Path>]) -> Result<Self> {
        let mut keys = Vec::new();
        for file in files {
            let file = file.as_ref();
            let text = fs::read_to_string(file).with_context(|| format!("cannot read the key {}", file.display()))?;
            let bytes = STANDARD.decode(text.trim()).ok().filter(|bytes| bytes.len() == KEY_BYTES);
            let bytes = bytes.with_context(|| format!("{} must hold 32 bytes in base64", file.display()))?;
            keys.push(Self::key(&bytes)?);
        }
        ensure!(!keys.is_empty(), "there is no key to seal documents with");
        Ok(Self { keys })
    }

    /// The key of a file, which is made where there is none.
    pub fn read_or_make(file: &Path) -> Result<Self> {
        if !file.exists() {
            let mut key = [0; KEY_BYTES];
            if SystemRandom::new().fill(&mut key).is_err() {
                bail!("the system gave no randomness for a key");
            }
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let made = options.open(file).and_then(|mut made| made.write_all(STANDARD.encode(key).as_bytes()));
            made.with_context(|| format!("cannot make the key {}", file.display()))?;
        }
        Self::read(&[file])
    }

    /// A key of this process alone.
    pub fn temporary() -> Result<Self> {
        let mut key = [0; KEY_BYTES];
        if SystemRandom::new().fill(&mut key).is_err() {
            bail!("the system gave no randomness for a key");
        }
        Ok(Self { keys: vec![Self::key(&key)?] })
    }

    fn key(bytes: &[u8]) -> Result<(String, LessSafeKey)> {
        let digest = Sha256::digest(bytes);
        let id = digest.iter().take(8).fold(String::new(), |id, byte| id + &format!("{byte:02x}"));
        let Ok(key) = UnboundKey::new(&AES_256_GCM, bytes) else { bail!("a key must have 32 bytes") };
        Ok((id, LessSafeKey::new(key)))
    }

    /// A new key for the document that `about` names, wrapped, with the id of the key it is wrapped with.
    pub fn new_data_key(&self, about: &[u8]) -> Result<(String, Vec<u8>), KeyError> {
        let random = SystemRandom::new();
        let (mut key, mut nonce) = ([0; KEY_BYTES], [0; NONCE_LEN]);
        random.fill(&mut key).map_err(|_| KeyError::Randomness)?;
        random.fill(&mut nonce).map_err(|_| KeyError::Randomness)?;
        let Some((id, wrapping)) = self.keys.first() else { return Err(KeyError::Unknown(String::new())) };
        let mut sealed = key.to_vec();
        wrapping
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(about), &mut sealed)
            .map_err(|_| KeyError::Altered)?;
        Ok((id.clone(), [nonce.as_slice(), &sealed].concat()))
    }

    /// The key of the document that `about` names, unwrapped.
    pub fn data_key(&self, key_id: &str, wrapped: &[u8], about: &[u8]) -> Result<DataKey, KeyError> {
        let wrapping = self.keys.iter().find(|(id, _)| id == key_id).map(|(_, key)| key);
        let wrapping = wrapping.ok_or_else(|| KeyError::Unknown(key_id.to_owned()))?;
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or(KeyError::Altered)?;
        let mut sealed = sealed.to_vec();
        let key = wrapping
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(about), &mut sealed)
            .map_err(|_| KeyError::Altered)?;
        DataKey::new(key, about).ok_or(KeyError::Altered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_wraps_and_the_old_one_still_unwraps() {
        let folder = tempfile::tempdir().unwrap();
        let (old_file, new_file) = (folder.path().join("old"), folder.path().join("new"));
        let old = Keyring::read_or_make(&old_file).unwrap();
        Keyring::read_or_make(&new_file).unwrap();
        let (old_id, wrapped) = old.new_data_key(b"a document").unwrap();
        let both = Keyring::read(&[&new_file, &old_file]).unwrap();
        assert!(both.data_key(&old_id, &wrapped, b"a document").is_ok());
        assert_ne!(both.new_data_key(b"a document").unwrap().0, old_id);
        assert!(matches!(both.data_key(&old_id, &wrapped, b"another"), Err(KeyError::Altered)));
        let new = Keyring::read(&[&new_file]).unwrap();
        assert!(matches!(new.data_key(&old_id, &wrapped, b"a document"), Err(KeyError::Unknown(id)) if id == old_id));
    }

    #[test]
    fn a_file_that_holds_no_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("short");
        fs::write(&file, "c2hvcnQ=").unwrap();
        assert!(Keyring::read(&[&file]).unwrap_err().to_string().contains("short"));
    }
}
