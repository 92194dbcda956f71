//! The development issuer's tokens are verified like any others.

use std::time::Duration;

use clientele_auth::{AuthError, DevIssuer, DevToken, KeySource, Verifier, VerifierConfig};
use jiff::Timestamp;

use crate::issuer::{FakeClock, NOW};

#[tokio::test]
async fn a_development_token_names_its_caller_until_it_expires() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = DevIssuer::open(folder.path(), "dev", "clientele").unwrap();
    let clock = FakeClock::new();
    let config = VerifierConfig::new(KeySource::File(issuer.jwks_path()), issuer.issuer(), issuer.audience());
    let verifier = Verifier::start(config, clock.clock()).await.unwrap();
    let token = DevToken {
        tenant: "acme",
        subject: "ana",
        scopes: &["customers.read", "customers.write"],
        lifetime: Duration::from_mins(1),
        id: None,
    };
    let now = Timestamp::from_second(NOW).unwrap();
    let signed = issuer.sign(&token, now);
    let caller = verifier.verify(&signed).await.unwrap();
    assert_eq!((caller.tenant.as_str(), caller.subject.as_str()), ("acme", "ana"));
    assert!(caller.may("customers.read") && caller.may("customers.write") && !caller.may("customers.delete"));
    assert_eq!(caller.token_expires_at.as_second(), NOW + 60);

    assert_ne!(
        issuer.sign(&DevToken { id: Some("1"), ..token.clone() }, now),
        issuer.sign(&DevToken { id: Some("2"), ..token }, now)
    );
    clock.advance(90);
    assert_eq!(verifier.verify(&signed).await, Err(AuthError::Expired));
}

#[tokio::test]
async fn a_copy_of_the_folder_issues_tokens_that_the_first_verifier_takes() {
    let folder = tempfile::tempdir().unwrap();
    let open = || DevIssuer::open(folder.path(), "dev", "clientele").unwrap();
    let config = VerifierConfig::new(KeySource::File(open().jwks_path()), "dev", "clientele");
    let verifier = Verifier::start(config, FakeClock::new().clock()).await.unwrap();
    let claims = serde_json::json!({ "iss": "dev", "aud": "clientele", "sub": "s", "tenant_id": "t", "exp": NOW + 1 });
    assert!(verifier.verify(&open().sign_claims(&claims)).await.is_ok());
}
