//! An issuer for development and tests: one Ed25519 key pair in a folder. Not for production: whoever reads the folder is everybody.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use ed25519_dalek::{Signer as _, SigningKey};
use jiff::Timestamp;
use rand_core::OsRng;
use serde_json::json;
use sha2::{Digest as _, Sha256};

const PRIVATE_KEY: &str = "private-key.pem";
const JWKS: &str = "jwks.json";

/// Signs tokens with the key of a folder.
pub struct DevIssuer {
    key: SigningKey,
    kid: String,
    folder: PathBuf,
    issuer: String,
    audience: String,
}

/// What a token shall say.
#[derive(Debug, Clone)]
pub struct DevToken<'t> {
    /// Whose data it opens.
    pub tenant: &'t str,
    /// Who holds it.
    pub subject: &'t str,
    /// What they may do.
    pub scopes: &'t [&'t str],
    /// How long from now on.
    pub lifetime: Duration,
    /// Its own id, where tokens of the same second must differ.
    pub id: Option<&'t str>,
}

/// Why the key pair of a folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevIssuerError {
    /// A file cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others on the machine can read the private key.
    #[error("{0} can be read by others; run chmod 600 on it, or remove it to have a new key made")]
    Exposed(PathBuf),
    /// The file is no private key.
    #[error("{0} is not an Ed25519 private key in PKCS#8 PEM; remove it to have a new one made")]
    NotAKey(PathBuf),
    /// A key cannot be written as PEM.
    #[error("a new private key cannot be encoded")]
    Encode(#[source] ed25519_dalek::pkcs8::Error),
}

impl DevIssuer {
    /// Takes the key pair of the folder, or makes one: `private-key.pem` (mode 0600) and `jwks.json`. Several processes may do so at once.
    pub fn open(
        folder: impl Into<PathBuf>,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, DevIssuerError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        let path = folder.join(PRIVATE_KEY);
        if !path.exists() {
            create_key(&path)?;
        }
        let key = read_key(&path)?;
        let x = URL_SAFE_NO_PAD.encode(key.verifying_key());
        let issuer = Self { kid: thumbprint(&x), key, folder, issuer: issuer.into(), audience: audience.into() };
        let jwks = issuer.jwks();
        if fs::read(issuer.jwks_path()).ok().as_deref() != Some(jwks.as_bytes()) {
            replace(&issuer.jwks_path(), &jwks)?;
        }
        Ok(issuer)
    }

    /// The file to give to a [`crate::Verifier`].
    pub fn jwks_path(&self) -> PathBuf {
        self.folder.join(JWKS)
    }

    /// The public key as a JWKS.
    pub fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.key.verifying_key());
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.kid, "x": x });
        json!({ "keys": [key] }).to_string()
    }

    /// The `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The `aud` of its tokens.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// A token that is valid from now on.
    pub fn sign(&self, token: &DevToken<'_>, now: Timestamp) -> String {
        let issued_at = now.as_second();
        let expires_at = issued_at.saturating_add_unsigned(token.lifetime.as_secs());
        let mut claims = json!({
            "iss": self.issuer, "aud": self.audience, "sub": token.subject, "tenant_id": token.tenant,
            "scope": token.scopes.join(" "), "iat": issued_at, "exp": expires_at,
        });
        if let Some(id) = token.id {
            claims["jti"] = id.into();
        }
        self.sign_claims(&claims)
    }

    /// A token that claims anything, for tests of what is refused.
    pub fn sign_claims(&self, claims: &serde_json::Value) -> String {
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.kid });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = self.key.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

/// Linked into place when whole; whoever comes first wins.
fn create_key(path: &Path) -> Result<(), DevIssuerError> {
    let pem = SigningKey::generate(&mut OsRng).to_pkcs8_pem(LineEnding::LF).map_err(DevIssuerError::Encode)?;
    let draft = draft(path);
    write_private(&draft, pem.as_bytes()).map_err(|error| failed(&draft, error))?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(|error| failed(&draft, error))?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(path, error)),
        _ => Ok(()),
    }
}

fn read_key(path: &Path) -> Result<SigningKey, DevIssuerError> {
    let file = fs::metadata(path).map_err(|error| failed(path, error))?;
    if file.permissions().mode() & 0o077 != 0 {
        return Err(DevIssuerError::Exposed(path.to_owned()));
    }
    let pem = fs::read_to_string(path).map_err(|error| failed(path, error))?;
    SigningKey::from_pkcs8_pem(&pem).map_err(|_| DevIssuerError::NotAKey(path.to_owned()))
}

/// A reader sees the old file or the new one.
fn replace(path: &Path, text: &str) -> Result<(), DevIssuerError> {
    let draft = draft(path);
    fs::write(&draft, text).and_then(|()| fs::rename(&draft, path)).map_err(|error| failed(path, error))
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name beside the file that no other process or thread uses.
fn draft(path: &Path) -> PathBuf {
    static DRAFTS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let number = DRAFTS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    path.with_extension(format!("{}-{number}.tmp", std::process::id()))
}

/// RFC 7638.
fn thumbprint(x: &str) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

fn failed(path: &Path, source: io::Error) -> DevIssuerError {
    DevIssuerError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> Result<DevIssuer, DevIssuerError> {
        DevIssuer::open(folder, "dev", "clientele")
    }

    #[test]
    fn the_key_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(&folder.path().join("keys")).unwrap();
        let path = folder.path().join("keys").join(PRIVATE_KEY);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::read_to_string(&path).unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));

        let second = open(&folder.path().join("keys")).unwrap();
        assert_eq!(second.jwks(), first.jwks());
        assert_eq!(fs::read_to_string(first.jwks_path()).unwrap(), first.jwks());
        let files = fs::read_dir(folder.path().join("keys")).unwrap().count();
        assert_eq!(files, 2, "no draft is left behind");
    }

    #[test]
    fn processes_that_start_at_once_share_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let all: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| open(path).unwrap().jwks())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|jwks| jwks == &all[0]));
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).unwrap();
        let path = folder.path().join(PRIVATE_KEY);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(open(folder.path()), Err(DevIssuerError::Exposed(_))));

        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "not a key").unwrap();
        assert!(matches!(open(folder.path()), Err(DevIssuerError::NotAKey(_))));
    }

    #[test]
    fn a_jwks_that_does_not_fit_the_key_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let issuer = open(folder.path()).unwrap();
        fs::write(issuer.jwks_path(), "{}").unwrap();
        open(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(issuer.jwks_path()).unwrap(), issuer.jwks());
    }

    #[test]
    fn the_thumbprint_is_the_one_of_rfc_8037() {
        // Appendix A.3 of RFC 8037.
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert_eq!(thumbprint(x), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
