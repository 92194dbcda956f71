//! Keys and tokens that come and go.

use std::sync::Arc;
use std::time::Duration;

use clientele_auth::{AuthError, Verifier};
use serde_json::json;

use crate::issuer::{FakeClock, Issuer, JwksFile, NOW, claims, jwks};

/// Waits for what the background does.
async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within 10 s: {what}");
}

async fn start(file: &JwksFile, clock: &FakeClock) -> Arc<Verifier> {
    Verifier::start(file.config(), clock.clock()).await.unwrap()
}

#[tokio::test]
async fn a_token_expires_by_the_clock_in_memory_too() {
    let (issuer, clock) = (Issuer::ed25519("a"), FakeClock::new());
    let verifier = start(&JwksFile::new(&jwks(&[&issuer])), &clock).await;
    let mut claims = claims();
    claims["exp"] = json!(NOW + 100);
    let token = issuer.token_of(&claims);
    assert!(verifier.verify_cached(&token).is_none(), "it was never verified");
    let caller = verifier.verify(&token).await.unwrap();
    assert_eq!(verifier.verify_cached(&token), Some(caller));

    clock.advance(129);
    assert!(verifier.verify_cached(&token).is_some(), "within the leeway of 30 s");
    clock.advance(1);
    assert!(verifier.verify_cached(&token).is_none());
    assert_eq!(verifier.verify(&token).await, Err(AuthError::Expired));
}

#[tokio::test]
async fn a_refused_token_is_not_remembered() {
    let (issuer, clock) = (Issuer::ed25519("a"), FakeClock::new());
    let verifier = start(&JwksFile::new(&jwks(&[&issuer])), &clock).await;
    let mut claims = claims();
    claims["nbf"] = json!(NOW + 100);
    let token = issuer.token_of(&claims);
    assert_eq!(verifier.verify(&token).await, Err(AuthError::NotYetValid));
    assert!(verifier.verify_cached(&token).is_none());
    clock.advance(100);
    assert!(verifier.verify(&token).await.is_ok(), "and is taken once it is valid");
}

#[tokio::test]
async fn a_new_key_is_found_when_its_first_token_comes() {
    let (old, new) = (Issuer::ed25519("old"), Issuer::es256("new"));
    let file = JwksFile::new(&jwks(&[&old]));
    let mut config = file.config();
    config.file_poll = Duration::from_hours(1);
    let verifier = Verifier::start(config, FakeClock::new().clock()).await.unwrap();
    assert!(verifier.verify(&old.token()).await.is_ok());
    file.replace(&jwks(&[&old, &new]));
    assert!(verifier.verify(&new.token()).await.is_ok());
    assert!(verifier.verify_cached(&old.token()).is_some() || verifier.verify(&old.token()).await.is_ok());
}

#[tokio::test]
async fn a_token_whose_key_is_gone_is_refused_although_it_is_remembered() {
    let (gone, stays) = (Issuer::ed25519("gone"), Issuer::es256("stays"));
    let file = JwksFile::new(&jwks(&[&gone, &stays]));
    let verifier = file.verifier().await;
    let (gone, stays_token) = (gone.token(), stays.token());
    verifier.verify(&gone).await.unwrap();
    verifier.verify(&stays_token).await.unwrap();

    file.replace(&jwks(&[&stays]));
    verifier.refresh().await.unwrap();
    assert!(verifier.verify_cached(&gone).is_none());
    assert_eq!(verifier.verify(&gone).await, Err(AuthError::UnknownKey));
    assert!(verifier.verify_cached(&stays_token).is_some(), "the other key's tokens stay remembered");
}

#[tokio::test]
async fn another_key_under_the_same_kid_retires_the_first() {
    let (first, second) = (Issuer::ed25519("k"), Issuer::ed25519("k"));
    let file = JwksFile::new(&jwks(&[&first]));
    let verifier = file.verifier().await;
    let token = first.token();
    verifier.verify(&token).await.unwrap();
    file.replace(&jwks(&[&second]));
    verifier.refresh().await.unwrap();
    assert_eq!(verifier.verify(&token).await, Err(AuthError::BadSignature));
    assert!(verifier.verify(&second.token()).await.is_ok());
}

#[tokio::test]
async fn a_replaced_file_is_noticed_without_being_asked_for() {
    let (first, second) = (Issuer::ed25519("first"), Issuer::ed25519("second"));
    let file = JwksFile::new(&jwks(&[&first]));
    let mut config = file.config();
    config.file_poll = Duration::from_millis(10);
    let verifier = Verifier::start(config, FakeClock::new().clock()).await.unwrap();
    let token = first.token();
    verifier.verify(&token).await.unwrap();
    file.replace(&jwks(&[&second]));
    eventually("the first key is gone", || verifier.verify_cached(&token).is_none()).await;
    assert_eq!(verifier.verify(&token).await, Err(AuthError::UnknownKey));
}

#[tokio::test]
async fn keys_go_on_serving_while_the_file_is_missing_or_garbage() {
    let issuer = Issuer::ed25519("a");
    let file = JwksFile::new(&jwks(&[&issuer]));
    let verifier = file.verifier().await;
    for broken in [Some("{\"keys\": ["), Some(""), None] {
        match broken {
            Some(content) => file.replace(content),
            None => std::fs::remove_file(file.path()).unwrap(),
        }
        assert!(verifier.refresh().await.is_err());
        let mut claims = claims();
        claims["jti"] = json!(broken);
        assert!(verifier.verify(&issuer.token_of(&claims)).await.is_ok(), "{broken:?}");
    }
}

#[tokio::test]
async fn without_any_keys_callers_are_told_to_come_back_and_served_once_there_are() {
    let (issuer, clock) = (Issuer::ed25519("a"), FakeClock::new());
    let file = JwksFile::new("");
    std::fs::remove_file(file.path()).unwrap();
    let verifier = start(&file, &clock).await;
    assert!(!verifier.has_keys());
    assert_eq!(verifier.verify(&issuer.token()).await, Err(AuthError::KeysUnavailable));

    file.replace(&jwks(&[&issuer]));
    clock.advance(30);
    assert!(verifier.verify(&issuer.token()).await.is_ok());
    assert!(verifier.has_keys());
}

#[tokio::test]
async fn the_background_ends_with_the_verifier() {
    let file = JwksFile::new(&jwks(&[&Issuer::ed25519("a")]));
    let mut config = file.config();
    (config.file_poll, config.refresh_every) = (Duration::from_hours(1), Duration::from_hours(1));
    let verifier = Verifier::start(config, FakeClock::new().clock()).await.unwrap();
    let weak = Arc::downgrade(&verifier);
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert_eq!(tasks(), 1);
    drop(verifier);
    assert!(weak.upgrade().is_none());
    eventually("the task ends", || tasks() == 0).await;
}
