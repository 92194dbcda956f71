//! Keys over HTTP.

use std::sync::Arc;
use std::time::Duration;

use clientele_auth::{AuthError, KeySource, KeysError, Verifier, VerifierConfig};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::issuer::{FakeClock, Issuer, claims, jwks};
use crate::server::Server;

fn config(source: KeySource) -> VerifierConfig {
    VerifierConfig::new(source, "issuer", "clientele")
}

#[tokio::test]
async fn unknown_keys_fetch_once_per_floor_however_many_tokens_name_them() {
    let (known, later, clock) = (Issuer::ed25519("known"), Issuer::ed25519("later"), FakeClock::new());
    let server = Server::start(&jwks(&[&known])).await;
    let verifier = Verifier::start(config(server.source()), clock.clock()).await.unwrap();
    assert_eq!(server.requests(), 1);
    assert!(verifier.verify(&known.token()).await.is_ok());
    assert_eq!(server.requests(), 1, "a known key asks nobody");

    let flood = async || {
        let tasks = (0..50).map(|n| {
            let (verifier, token) = (Arc::clone(&verifier), Issuer::ed25519(&format!("unknown-{n}")).token());
            tokio::spawn(async move { verifier.verify(&token).await })
        });
        for task in tasks.collect::<Vec<_>>() {
            assert_eq!(task.await.unwrap(), Err(AuthError::UnknownKey));
        }
    };
    flood().await;
    assert_eq!(server.requests(), 2);

    server.answer(200, &jwks(&[&known, &later]));
    clock.advance(29);
    flood().await;
    assert_eq!(verifier.verify(&later.token()).await, Err(AuthError::UnknownKey));
    assert_eq!(server.requests(), 2, "the floor is 30 s");
    clock.advance(1);
    assert!(verifier.verify(&later.token()).await.is_ok());
    flood().await;
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn keys_go_on_serving_while_the_server_is_down() {
    let issuer = Issuer::ed25519("a");
    let server = Server::start(&jwks(&[&issuer])).await;
    let verifier = Verifier::start(config(server.source()), FakeClock::new().clock()).await.unwrap();
    for (status, body) in [(500, ""), (404, ""), (302, ""), (200, "<html>"), (200, "{}")] {
        server.answer(status, body);
        let refused = verifier.refresh().await.unwrap_err();
        assert_eq!(matches!(refused, KeysError::Status(seen) if seen == status), status != 200, "{refused:?}");
        let mut fresh = claims();
        fresh["jti"] = serde_json::json!([status.to_string(), body]);
        assert!(verifier.verify(&issuer.token_of(&fresh)).await.is_ok());
    }
    server.answer(200, &" ".repeat(1024 * 1024 + 1));
    assert!(matches!(verifier.refresh().await, Err(KeysError::TooBig(_))));
    server.answer(200, r#"{"keys":[]}"#);
    verifier.refresh().await.unwrap();
    assert_eq!(verifier.verify(&issuer.token()).await, Err(AuthError::UnknownKey), "no keys is an answer");
}

#[tokio::test]
async fn keys_are_fetched_again_in_the_background() {
    let (first, second) = (Issuer::ed25519("first"), Issuer::ed25519("second"));
    let server = Server::start(&jwks(&[&first])).await;
    let mut config = config(server.source());
    config.refresh_every = Duration::from_millis(20);
    let verifier = Verifier::start(config, FakeClock::new().clock()).await.unwrap();
    let token = first.token();
    verifier.verify(&token).await.unwrap();
    server.answer(200, &jwks(&[&second]));
    for _ in 0..500 {
        if verifier.verify_cached(&token).is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the first key still serves after 10 s");
}

#[tokio::test]
async fn a_server_that_never_answers_costs_the_timeout_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let source = format!("http://{}/jwks", listener.local_addr().unwrap()).parse().unwrap();
    let mut config = config(source);
    config.fetch_timeout = Duration::from_millis(50);
    let verifier = Verifier::start(config, FakeClock::new().clock()).await.unwrap();
    assert!(matches!(verifier.refresh().await, Err(KeysError::Timeout(_))));
    assert_eq!(verifier.verify(&Issuer::ed25519("a").token()).await, Err(AuthError::KeysUnavailable));
}

#[tokio::test]
async fn an_https_source_is_spoken_to_in_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let source = format!("https://{}/jwks", listener.local_addr().unwrap()).parse().unwrap();
    let first_byte = tokio::spawn(async move { listener.accept().await.unwrap().0.read_u8().await.unwrap() });
    let verifier = Verifier::start(config(source), FakeClock::new().clock()).await.unwrap();
    assert_eq!(first_byte.await.unwrap(), 0x16, "the handshake record of TLS");
    assert!(!verifier.has_keys());
}

#[tokio::test]
async fn plain_http_to_another_machine_does_not_start() {
    let source = KeySource::Url("http://192.0.2.1/jwks".parse().unwrap());
    let refused = Verifier::start(config(source), FakeClock::new().clock()).await;
    assert!(matches!(refused, Err(KeysError::BadSource(_))));
}
