//! The keys of the audit log: the one that signs its heads, and those that did before. They stand in a PEM file of the settings.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use ed25519_dalek::{
    SigningKey, VerifyingKey,
    pkcs8::{
        DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _,
        spki::der::pem::LineEnding,
    },
};
use merkle::{HeadSigner, KeyId, PublicKey};
use rand_core::OsRng;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const PRIVATE: &str = "PRIVATE KEY-----";
const PUBLIC: &str = "PUBLIC KEY-----";

/// The keys, the one that signs first. Without any, entries are sealed and no head is signed.
#[derive(Debug, Default)]
pub struct AuditKeys {
    signer: Option<HeadSigner>,
    public: Vec<PublicKey>,
}

/// Why a file of keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditKeysError {
    /// It cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A block is not a key, or one of another kind.
    #[error("block {number} is not an Ed25519 key in PEM: neither a `PRIVATE KEY` (PKCS#8) nor a `PUBLIC KEY`")]
    NotAKey {
        /// Which block, from 1.
        number: usize,
    },
    /// There is nothing in it.
    #[error("there is no PEM block in it")]
    Empty,
    /// A new key cannot be written as PEM.
    #[error("a new private key cannot be encoded")]
    Encode,
}

impl AuditKeys {
    /// One key that signs.
    pub fn of(signer: HeadSigner) -> Self {
        Self { public: vec![signer.public_key()], signer: Some(signer) }
    }

    /// Reads PEM blocks: `PRIVATE KEY` (PKCS#8) or `PUBLIC KEY`, Ed25519. The first private one signs; of the others only the public half is
    /// used, to check heads that they signed. To rotate, put a new private key before the old ones.
    ///
    /// # Errors
    ///
    /// [`AuditKeysError::Empty`], [`AuditKeysError::NotAKey`].
    pub fn parse(pem: &str) -> Result<Self, AuditKeysError> {
        let mut keys = Self::default();
        for (place, block) in pem.split(BEGIN).skip(1).enumerate() {
            let refused = || AuditKeysError::NotAKey { number: place + 1 };
            let text = format!("{BEGIN}{}", within(block));
            let text = text.trim_end();
            let public = if block.starts_with(PRIVATE) {
                let signer =
                    HeadSigner::from_seed(&SigningKey::from_pkcs8_pem(text).map_err(|_| refused())?.to_bytes());
                let public = signer.public_key();
                keys.signer.get_or_insert(signer);
                public
            } else if block.starts_with(PUBLIC) {
                let key = VerifyingKey::from_public_key_pem(text).map_err(|_| refused())?;
                PublicKey::from_bytes(key.as_bytes()).map_err(|_| refused())?
            } else {
                return Err(refused());
            };
            if keys.find(public.id()).is_none() {
                keys.public.push(public);
            }
        }
        if keys.public.is_empty() {
            return Err(AuditKeysError::Empty);
        }
        // The one that signs first, also where public keys stand before it.
        if let Some(signing) = keys.signer.as_ref().map(HeadSigner::public_key) {
            keys.public.sort_by_key(|key| *key != signing);
        }
        Ok(keys)
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`], and [`AuditKeysError::File`].
    pub fn read(path: &Path) -> Result<Self, AuditKeysError> {
        Self::parse(&fs::read_to_string(path).map_err(|error| failed(path, error))?)
    }

    /// Reads the file, or makes one with a new key that only its owner can read. Several processes may do so at once.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn open(path: &Path) -> Result<Self, AuditKeysError> {
        if !path.exists() {
            create(path)?;
        }
        Self::read(path)
    }

    /// Signs, where there is a key that does.
    pub fn signer(&self) -> Option<&HeadSigner> {
        self.signer.as_ref()
    }

    /// All public keys; the one that signs comes first.
    pub fn public(&self) -> &[PublicKey] {
        &self.public
    }

    /// The key of this name.
    pub fn find(&self, id: KeyId) -> Option<&PublicKey> {
        self.public.iter().find(|key| key.id() == id)
    }
}

/// A public key as PEM.
///
/// # Errors
///
/// [`AuditKeysError::Encode`].
pub fn public_pem(key: &PublicKey) -> Result<String, AuditKeysError> {
    let key = VerifyingKey::from_bytes(&key.to_bytes()).map_err(|_| AuditKeysError::Encode)?;
    key.to_public_key_pem(LineEnding::LF).map_err(|_| AuditKeysError::Encode)
}

/// A block up to the line that ends it: what stands between blocks is for people.
fn within(block: &str) -> &str {
    let end = block.find(END).and_then(|end| Some(end + block[end..].find('\n')?));
    end.and_then(|end| block.get(..end)).unwrap_or(block)
}

/// Linked into place when whole; whoever comes first wins.
fn create(path: &Path) -> Result<(), AuditKeysError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    }
    let key = SigningKey::generate(&mut OsRng);
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| AuditKeysError::Encode)?;
    let mut extension = "tmp".to_owned();
    // Part of the public key: a name that no other process uses.
    for byte in &key.verifying_key().as_bytes()[..8] {
        let _ = write!(extension, "{byte:02x}");
    }
    let draft = path.with_extension(extension);
    let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
    written
        .and_then(|mut file| file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| failed(&draft, error))?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(|error| failed(&draft, error))?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(path, error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path, source: io::Error) -> AuditKeysError {
    AuditKeysError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// RFC 8410, section 10.3 and 10.1: a private key and its public half.
    const PRIVATE_PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    const PUBLIC_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn a_private_key_and_its_public_half_are_one_key() {
        let private = AuditKeys::parse(PRIVATE_PEM).unwrap();
        let public = AuditKeys::parse(PUBLIC_PEM).unwrap();
        assert_eq!(private.public(), public.public());
        assert!(private.signer().is_some() && public.signer().is_none());
        assert_eq!(public_pem(&public.public()[0]).unwrap(), PUBLIC_PEM);
    }

    #[test]
    fn the_first_private_key_signs_and_the_others_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").join("audit.pem");
        let made = AuditKeys::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(AuditKeys::open(&path).unwrap().public(), made.public());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left behind");

        let rotated =
            format!("the old one\n{PUBLIC_PEM}the new one\n{}{PRIVATE_PEM}", fs::read_to_string(&path).unwrap());
        let keys = AuditKeys::parse(&rotated).unwrap();
        assert_eq!(keys.signer().unwrap().public_key(), made.public()[0]);
        assert_eq!((keys.public().len(), keys.public()[0]), (2, made.public()[0]));
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_place() {
        let refused = |pem: &str| AuditKeys::parse(pem).unwrap_err().to_string();
        assert!(refused("").contains("no PEM block"));
        assert!(refused(&format!("{PUBLIC_PEM}-----BEGIN CERTIFICATE-----\n")).contains("block 2"));
        assert!(refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").contains("block 1"));
    }
}
