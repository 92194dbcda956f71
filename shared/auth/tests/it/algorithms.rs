//! Which signatures count, and which tricks do not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clientele_auth::AuthError;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::issuer::{Issuer, JwksFile, claims, jwks, message};

fn all() -> [Issuer; 3] {
    [Issuer::rs256("rsa"), Issuer::es256("ec"), Issuer::ed25519("ed")]
}

fn with(mut header: Value, name: &str, value: &Value) -> Value {
    header[name] = value.clone();
    header
}

#[tokio::test]
async fn tokens_of_all_three_algorithms_are_verified() {
    let issuers = all();
    let verifier = JwksFile::new(&jwks(&issuers.each_ref())).verifier().await;
    for issuer in &issuers {
        let caller = verifier.verify(&issuer.token()).await.unwrap();
        assert_eq!((caller.tenant.as_str(), caller.subject.as_str()), ("acme", "ana"));
        assert!(caller.may("customers.read") && !caller.may("customers.write"));
    }
}

#[tokio::test]
async fn a_public_key_is_not_a_secret_for_hmac() {
    let issuers = all();
    let jwks = jwks(&issuers.each_ref());
    let verifier = JwksFile::new(&jwks).verifier().await;
    let rsa = issuers[0].jwk();
    let modulus = URL_SAFE_NO_PAD.decode(rsa["n"].as_str().unwrap()).unwrap();
    for secret in [modulus, rsa.to_string().into_bytes(), jwks.into_bytes(), vec![]] {
        let message = message(&with(issuers[0].header(), "alg", &json!("HS256")), &claims());
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(&secret), Algorithm::HS256)
                .unwrap();
        assert_eq!(verifier.verify(&format!("{message}.{signature}")).await, Err(AuthError::WrongAlgorithm));
    }
}

#[tokio::test]
async fn the_header_cannot_choose_another_algorithm_for_a_key() {
    let issuers = all();
    let verifier = JwksFile::new(&jwks(&issuers.each_ref())).verifier().await;
    for issuer in &issuers {
        for alg in ["none", "None", "", "HS256", "HS512", "RS512", "PS256", "ES384", "RS256", "ES256", "EdDSA"] {
            let header = with(issuer.header(), "alg", &json!(alg));
            if header == issuer.header() {
                continue;
            }
            let token = issuer.token_with(&header, &claims());
            assert_eq!(verifier.verify(&token).await, Err(AuthError::WrongAlgorithm), "{header}");
            let unsigned = message(&header, &claims()) + ".";
            assert_eq!(verifier.verify(&unsigned).await, Err(AuthError::WrongAlgorithm), "{header}");
        }
    }
}

#[tokio::test]
async fn a_key_answers_for_its_own_signatures_only() {
    let issuers = all();
    let verifier = JwksFile::new(&jwks(&issuers.each_ref())).verifier().await;
    for issuer in &issuers {
        let stranger = match issuer.header()["kid"].as_str() {
            Some("ec") => Issuer::es256("ec"),
            _ => Issuer::ed25519("ed"),
        };
        let forged = stranger.token_with(&issuer.header(), &claims());
        assert_eq!(verifier.verify(&forged).await, Err(AuthError::BadSignature), "{}", issuer.header());

        let token = issuer.token();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let other = with(claims(), "tenant_id", &json!("other"));
        for changed in [
            format!("{}.{signature}", message(&issuer.header(), &other)),
            format!("{signed}."),
            format!("{signed}.AAAA"),
            format!("{signed}.{}", "A".repeat(signature.len())),
        ] {
            assert_eq!(verifier.verify(&changed).await, Err(AuthError::BadSignature), "{}", issuer.header());
        }
    }
}

#[tokio::test]
async fn what_is_no_token_is_malformed_whatever_it_is() {
    let issuer = Issuer::ed25519("ed");
    let verifier = JwksFile::new(&jwks(&[&issuer])).verifier().await;
    let token = issuer.token();
    for garbage in [
        String::new(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        "é.ü.ö".into(),
        token.replace('.', ""),
        format!("{token}.{token}"),
        "a".repeat(100_000),
        format!("{}.{}", URL_SAFE_NO_PAD.encode("[]"), "a.b"),
        issuer.token_with(&with(issuer.header(), "crit", &json!(["b64"])), &claims()),
        issuer.token_of(&json!([1, 2])),
    ] {
        let refused = verifier.verify(&garbage).await;
        assert!(matches!(refused, Err(AuthError::Malformed | AuthError::BadSignature)), "{garbage}: {refused:?}");
    }
    let mut no_kid = issuer.header();
    no_kid.as_object_mut().unwrap().remove("kid");
    assert_eq!(verifier.verify(&issuer.token_with(&no_kid, &claims())).await, Err(AuthError::UnknownKey));
}
