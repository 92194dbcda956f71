//! Tokens for tests, of an issuer that lives as long as the test.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clientele_auth::{DevIssuer, DevToken, KeySource, Verifier, VerifierConfig};
use clientele_proto::contract::METHODS;
use clientele_service::context::Clock;
use jiff::Timestamp;

const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "clientele";

/// Who calls when a test does not say it.
pub const SUBJECT: &str = "ana";

/// Makes tokens, and the verifier that takes them.
pub struct Tokens {
    issuer: DevIssuer,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

impl Tokens {
    /// Tokens that are valid for ten years from `now`, so that tests may move the clock.
    ///
    /// # Panics
    /// When the issuer's key cannot be written.
    pub fn new(now: Timestamp) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let issuer = DevIssuer::open(folder.path().join("keys"), ISSUER, AUDIENCE).expect("an issuer");
        Self { issuer, now, _folder: folder }
    }

    /// A verifier that takes them.
    ///
    /// # Panics
    /// When the keys cannot be read.
    pub async fn verifier(&self, clock: Clock) -> Arc<Verifier> {
        let keys = KeySource::File(self.jwks_path());
        Verifier::start(VerifierConfig::new(keys, ISSUER, AUDIENCE), clock).await.expect("a verifier")
    }

    /// The key set that the tokens are verified with.
    pub fn jwks_path(&self) -> PathBuf {
        self.issuer.jwks_path()
    }

    /// The issuer, for tokens out of the ordinary.
    pub fn issuer(&self) -> &DevIssuer {
        &self.issuer
    }

    /// A token of [`SUBJECT`] that may call every method of the contract, within its tenant.
    pub fn of_tenant(&self, tenant: &str) -> String {
        self.of_person(tenant, SUBJECT)
    }

    /// The same of a person that the test names.
    pub fn of_person(&self, tenant: &str, subject: &str) -> String {
        let mut scopes: Vec<_> = METHODS.values().filter_map(|method| method.permission.as_deref()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        self.sign(tenant, subject, &scopes)
    }

    /// A token of [`SUBJECT`] that holds these scopes only.
    pub fn with_scopes(&self, tenant: &str, scopes: &[&str]) -> String {
        self.sign(tenant, SUBJECT, scopes)
    }

    fn sign(&self, tenant: &str, subject: &str, scopes: &[&str]) -> String {
        let lifetime = Duration::from_hours(24 * 3650);
        self.issuer.sign(&DevToken { tenant, subject, scopes, lifetime, id: None }, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FakeClock;

    #[tokio::test]
    async fn a_token_says_who_calls_and_what_they_may() {
        let clock = FakeClock::default();
        let tokens = Tokens::new(clock.now());
        let verifier = tokens.verifier(clock.clock()).await;
        let caller = verifier.verify(&tokens.of_tenant("acme")).await.unwrap();
        assert_eq!((caller.tenant.as_str(), caller.subject.as_str()), ("acme", SUBJECT));
        assert!(caller.may("customers.read") && caller.may("customers.write"));
        assert!(!caller.may("events.all_tenants"), "that is for services");

        let reader = tokens.with_scopes("acme", &["customers.read"]);
        assert!(!verifier.verify(&reader).await.unwrap().may("customers.write"));
    }
}
