//! No RPC without a token, none without its permission, and both before anything else is looked at (AIP-211).

use std::collections::HashMap;

use bytes::Bytes;
use clientele_error::Reason;
use clientele_tests::{Raw, World, contract::methods, garbage::Garbage, status::well_formed};

/// Bodies that a service would complain of, if it looked.
fn bodies() -> Vec<Bytes> {
    let mut garbage = Garbage::new(11, HashMap::default());
    vec![Bytes::new(), Bytes::from_static(b"\xff\xff\xff\xff"), garbage.bytes().into()]
}

#[tokio::test]
async fn a_call_without_a_token_is_unauthenticated_whatever_it_says() {
    let world = World::start().await;
    for method in methods() {
        for service in world.serving(&method) {
            for body in bodies() {
                let raw = Raw::new(service.anonymous(), None);
                let status = raw.send(&method, vec![body]).await.expect_err(method.full_name());
                assert_eq!(well_formed(&status, method.full_name()), Reason::TokenMissing);
            }
        }
    }
}

#[tokio::test]
async fn a_call_with_a_token_of_someone_else_is_unauthenticated() {
    let world = World::start().await;
    let strange = clientele_testkit::Tokens::new(world.clock.now());
    for method in methods() {
        for service in world.serving(&method) {
            for token in [strange.of_tenant("acme"), "garbage".to_owned(), "a.b.c".to_owned()] {
                let raw = Raw::new(service.anonymous(), Some(token));
                let status = raw.send(&method, vec![Bytes::new()]).await.expect_err(method.full_name());
                assert_eq!(well_formed(&status, method.full_name()), Reason::TokenInvalid);
            }
        }
    }
}

#[tokio::test]
async fn a_call_without_the_permission_is_denied_before_its_body_is_read() {
    let world = World::start().await;
    for method in methods() {
        let needed = clientele_proto::contract::permission(&method).unwrap();
        let every = [
            "customers.erase",
            "customers.merge",
            "customers.read",
            "customers.write",
            "events.read",
            "value.read",
            "value.score",
            "value.write",
        ];
        let others: Vec<&str> = every.into_iter().filter(|scope| *scope != needed).collect();
        for service in world.serving(&method) {
            for scopes in [&[][..], &others] {
                for body in bodies() {
                    let token = service.tokens.with_scopes("acme", scopes);
                    let raw = Raw::new(service.anonymous(), Some(token));
                    let status = raw.send(&method, vec![body]).await.expect_err(method.full_name());
                    assert_eq!(well_formed(&status, method.full_name()), Reason::PermissionDenied);
                }
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_method_says_so_in_the_words_of_the_contract() {
    let world = World::start().await;
    for service in world.services() {
        let raw = world.raw(service, "acme");
        for path in ["/clientele.customers.v1.CustomerService/Nothing", "/nothing.v1.Nothing/Get", "/nothing"] {
            let status = raw.at(path).await.expect_err(path);
            assert_eq!(well_formed(&status, path), Reason::UnknownMethod);
        }
    }
}
