//! The validation rules of the contract are rules that the validator can apply.

use std::collections::HashMap;

use clientele_tests::{
    contract::{inputs, rule},
    garbage::Garbage,
};
use prost_protovalidate::{Error, Validator};

/// A rule that does not compile, or that breaks on some value, would answer INTERNAL to every caller.
#[test]
fn every_rule_compiles_and_decides_about_every_value() {
    let validator = Validator::new();
    for message in inputs() {
        let mut garbage = Garbage::new(7, HashMap::new());
        let mut valid = 0;
        for round in 0..400 {
            let sample = garbage.message(&message, [0.0, 0.1, 0.5, 1.0][round % 4]);
            match validator.validate(&sample) {
                Ok(()) => valid += 1,
                Err(Error::Validation(broken)) => {
                    assert!(!broken.violations().is_empty(), "{}", message.full_name());
                }
                Err(fault) => panic!("{}: {fault}\n{sample:?}", message.full_name()),
            }
        }
        assert!(
            valid > 0,
            "{}: nothing made up from its names is valid; teach `garbage` its fields",
            message.full_name()
        );
    }
}

/// Postgres takes no NUL in a text: a key with one would fail the query it goes into, and with it the coalesced reads of others.
#[test]
fn no_key_that_callers_send_holds_control_characters() {
    for message in inputs() {
        for field in message.fields().filter(|field| field.name().ends_with("external_id")) {
            assert!(
                rule(&field, &["string", "pattern"]).is_some(),
                "{}: say pattern: \"^\\\\P{{Cc}}*$\"",
                field.full_name()
            );
        }
    }
}
