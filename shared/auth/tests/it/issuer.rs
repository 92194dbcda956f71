//! Issuers of every algorithm, a clock that stands still, and a JWKS file that is replaced atomically.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clientele_auth::{Clock, KeySource, Verifier, VerifierConfig};
use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use rand_core::OsRng;
use serde_json::{Value, json};

pub const NOW: i64 = 1_795_000_000;

/// One key pair and its id.
pub struct Issuer {
    kid: String,
    algorithm: Algorithm,
    private: EncodingKey,
}

impl Issuer {
    pub fn ed25519(kid: &str) -> Self {
        let pem = ed25519_dalek::SigningKey::generate(&mut OsRng).to_pkcs8_der().unwrap();
        // Without the public half, as the library wants it for a JWK.
        let seed = ed25519_dalek::pkcs8::KeypairBytes::try_from(pem.as_bytes()).unwrap().secret_key;
        let der = ed25519_dalek::pkcs8::KeypairBytes { secret_key: seed, public_key: None }.to_pkcs8_der().unwrap();
        Self { kid: kid.into(), algorithm: Algorithm::EdDSA, private: EncodingKey::from_ed_der(der.as_bytes()) }
    }

    pub fn es256(kid: &str) -> Self {
        let pem = p256::SecretKey::random(&mut OsRng).to_pkcs8_pem(LineEnding::LF).unwrap();
        Self {
            kid: kid.into(),
            algorithm: Algorithm::ES256,
            private: EncodingKey::from_ec_pem(pem.as_bytes()).unwrap(),
        }
    }

    /// One key for all tests: it takes a while to find.
    pub fn rs256(kid: &str) -> Self {
        static PEM: OnceLock<String> = OnceLock::new();
        let pem = PEM.get_or_init(|| {
            let key = rsa::RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
            rsa::pkcs8::EncodePrivateKey::to_pkcs8_pem(&key, LineEnding::LF).unwrap().to_string()
        });
        Self {
            kid: kid.into(),
            algorithm: Algorithm::RS256,
            private: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
        }
    }

    pub fn jwk(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.private, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.kid.clone());
        serde_json::to_value(jwk).unwrap()
    }

    pub fn header(&self) -> Value {
        json!({ "typ": "JWT", "alg": format!("{:?}", self.algorithm), "kid": self.kid })
    }

    pub fn token(&self) -> String {
        self.token_of(&claims())
    }

    pub fn token_of(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// Signed as the issuer does, whatever the header says.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

pub fn message(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

pub fn claims() -> Value {
    json!({ "iss": "issuer", "aud": "clientele", "sub": "ana", "tenant_id": "acme", "exp": NOW + 3600, "scope": "customers.read" })
}

pub fn jwks(issuers: &[&Issuer]) -> String {
    json!({ "keys": issuers.iter().map(|issuer| issuer.jwk()).collect::<Vec<_>>() }).to_string()
}

/// A clock that the test moves.
#[derive(Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW)))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Arc::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap())
    }
}

/// A JWKS file in its own folder.
pub struct JwksFile {
    folder: tempfile::TempDir,
}

impl JwksFile {
    pub fn new(content: &str) -> Self {
        let file = Self { folder: tempfile::tempdir().unwrap() };
        file.replace(content);
        file
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("jwks.json")
    }

    pub fn replace(&self, content: &str) {
        let draft = self.folder.path().join("draft");
        std::fs::write(&draft, content).unwrap();
        std::fs::rename(&draft, self.path()).unwrap();
    }

    pub fn config(&self) -> VerifierConfig {
        VerifierConfig::new(KeySource::File(self.path()), "issuer", "clientele")
    }

    pub async fn verifier(&self) -> Arc<Verifier> {
        Verifier::start(self.config(), FakeClock::new().clock()).await.unwrap()
    }
}
