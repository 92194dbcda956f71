//! One line in, one answer out.

use std::borrow::Cow;

use identifiers::{Decoded, Presentation, Scheme, Warning, check};
use serde::Serialize;

/// The answer to a line, with the keys of the output.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    pub scheme: Option<&'a str>,
    pub input: Cow<'a, str>,
    pub valid: bool,
    pub normalised: Option<String>,
    pub reason: Option<&'static str>,
    pub position: Option<usize>,
    pub formatted: Option<String>,
    pub warnings: Vec<Warning>,
    pub decoded: Option<Decoded>,
}

/// The answer to `line`, which has no line break. `fixed` is the scheme of all lines, if there is one.
pub fn answer(line: &[u8], fixed: Option<Scheme>, presentation: Presentation) -> Answer<'_> {
    let Ok(text) = str::from_utf8(line) else { return unreadable(line, fixed) };
    if let Some(scheme) = fixed {
        return of(scheme, text, presentation);
    }
    match text.split_once('\t') {
        None => refused(None, text.into(), "no_tab"),
        Some((code, value)) => match code.trim().parse() {
            Ok(scheme) => of(scheme, value, presentation),
            Err(_) => refused(Some(code), value.into(), "unknown_scheme"),
        },
    }
}

/// The answer to a line of which only the beginning was read.
pub fn too_long(beginning: &[u8], fixed: Option<Scheme>) -> Answer<'_> {
    Answer { reason: Some("line_too_long"), ..unreadable(beginning, fixed) }
}

/// A line that is not UTF-8: its scheme is still said where that part can be read.
fn unreadable(line: &[u8], fixed: Option<Scheme>) -> Answer<'_> {
    let mut parts = line.splitn(2, |byte| *byte == b'\t');
    let (first, rest) = (parts.next().unwrap_or_default(), parts.next());
    match (fixed, rest) {
        (Some(scheme), _) => refused(Some(scheme.code()), String::from_utf8_lossy(line), "not_utf8"),
        (None, Some(value)) => refused(str::from_utf8(first).ok(), String::from_utf8_lossy(value), "not_utf8"),
        (None, None) => refused(None, String::from_utf8_lossy(line), "not_utf8"),
    }
}

fn refused<'a>(scheme: Option<&'a str>, input: Cow<'a, str>, reason: &'static str) -> Answer<'a> {
    Answer {
        scheme,
        input,
        valid: false,
        normalised: None,
        reason: Some(reason),
        position: None,
        formatted: None,
        warnings: Vec::new(),
        decoded: None,
    }
}

fn of(scheme: Scheme, value: &str, presentation: Presentation) -> Answer<'_> {
    match check(scheme, value, presentation).result {
        Ok(accepted) => Answer {
            scheme: Some(scheme.code()),
            input: value.into(),
            valid: true,
            normalised: Some(accepted.normalised.as_str().to_owned()),
            reason: None,
            position: None,
            formatted: Some(accepted.formatted),
            warnings: accepted.warnings,
            decoded: Some(accepted.decoded),
        },
        Err(refusal) => {
            Answer { position: refusal.position, ..refused(Some(scheme.code()), value.into(), refusal.reason.code()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn json(line: &[u8], fixed: Option<Scheme>) -> Value {
        serde_json::to_value(answer(line, fixed, Presentation::Lenient)).unwrap()
    }

    #[test]
    fn a_valid_number_has_every_key() {
        assert_eq!(
            json(b"de.vat\tDE 136 695 976", None),
            json!({
                "scheme": "de.vat", "input": "DE 136 695 976", "valid": true, "normalised": "136695976", "reason": null,
                "position": null, "formatted": "DE 136 695 976", "warnings": [], "decoded": {"country": "DE"},
            })
        );
    }

    #[test]
    fn a_refused_number_says_why_and_where() {
        let answer = json(b"de.vat\tDE 136 695 975", None);
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(false), &json!("bad_check_digit")));
        assert_eq!((&answer["position"], &answer["normalised"]), (&json!(14), &json!(null)));
    }

    #[test]
    fn lines_that_cannot_be_read_have_their_own_reasons() {
        for (line, scheme, reason) in [
            (&b"DE136695976"[..], json!(null), "no_tab"),
            (b"", json!(null), "no_tab"),
            (b"xx.none\t1", json!("xx.none"), "unknown_scheme"),
            (b"lei\t\xff\xfe", json!("lei"), "not_utf8"),
            (b"\xff", json!(null), "not_utf8"),
        ] {
            let answer = json(line, None);
            assert_eq!((&answer["scheme"], &answer["valid"]), (&scheme, &json!(false)));
            assert_eq!(answer["reason"], reason);
        }
    }

    #[test]
    fn with_a_scheme_for_all_the_line_is_the_value() {
        assert_eq!(json(b"DE136695976", Some(Scheme::DeVat))["valid"], true);
        assert_eq!(json(b"\xff", Some(Scheme::DeVat))["reason"], "not_utf8");
    }
}
