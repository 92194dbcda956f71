//! The reasons of errors, their codes and what the comments say of them are one thing.

use clientele_error::{Reason, code_of, reason_name};
use clientele_proto::contract::POOL;
use clientele_tests::contract::{comment, methods};
use tonic::Code;

fn reasons() -> Vec<(Reason, String)> {
    let of = POOL.get_enum_by_name("clientele.errors.v1.ErrorReason").unwrap();
    of.values()
        .map(|value| (Reason::try_from(value.number()).unwrap(), comment(&of.parent_file(), value.path()).unwrap()))
        .collect()
}

/// `NOT_FOUND` for `NotFound`.
fn canonical(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_uppercase());
    }
    name
}

#[test]
fn the_comment_of_a_reason_names_the_code_it_is_sent_with() {
    for (reason, comment) in reasons().iter().filter(|(reason, _)| *reason != Reason::Unspecified) {
        let said = comment.split('.').next().unwrap();
        assert_eq!(said, canonical(code_of(*reason)), "{reason:?}");
    }
}

/// `Errors: NOT_FOUND; ABORTED (ETAG_MISMATCH).`: every word in capitals is a code, or in parentheses a reason that is sent with it.
#[test]
fn the_comment_of_a_method_names_errors_that_exist() {
    let codes: Vec<String> = (0..=16).map(|code| canonical(Code::from_i32(code))).collect();
    for method in methods() {
        let text = comment(&method.parent_service().parent_file(), method.path()).unwrap();
        let Some((_, errors)) = text.split_once("Errors:") else { continue };
        let mut code = String::new();
        for word in errors.split(|letter: char| !(letter.is_uppercase() || "_()".contains(letter))) {
            let name = word.trim_matches(['(', ')']);
            if name.len() < 4 {
                continue;
            }
            if codes.iter().any(|known| known == name) {
                name.clone_into(&mut code);
                continue;
            }
            let reason = Reason::from_str_name(&format!("ERROR_REASON_{name}"))
                .unwrap_or_else(|| panic!("{}: {name} is neither a code nor a reason", method.full_name()));
            assert_eq!(canonical(code_of(reason)), code, "{}: the code of {name}", method.full_name());
        }
    }
}

#[test]
fn every_reason_reads_as_upper_snake_case() {
    for (reason, _) in reasons() {
        let name = reason_name(reason);
        assert!(name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'), "{name}");
    }
}
