//! Ireland: the VAT number, seven digits, a check letter, and for numbers since 2013 often a second letter; or, old, a digit, a letter (or + or *), five
//! digits and the check letter.
//!
//! The check letter is the sum of the digits by weights 8 to 2 and nine times the second letter (A to I as 1 to 9; W, of married women's numbers, as 0), modulo 23 in
//! W A B C to V. An old number counts as 0, its five digits, its first digit (Revenue; the Commission's check algorithms).

use crate::{
    Kind, Refusal, Warning, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static VAT: Rules = Rules {
    name: "VAT number",
    local_name: Some("Uimhir CBL"),
    country: Some("IE"),
    kind: Kind::Vat,
    lengths: &[8, 9],
    separators: Separators::VAT,
    prefixes: &["IE"],
    extra,
    check,
    one_in: 30,
    warn,
    format: Format::Pattern("IE#"),
    ..Rules::DEFAULT
};

/// The second character of old numbers.
fn extra(character: char) -> Option<u8> {
    match character {
        '+' => Some(b'+'),
        '*' => Some(b'*'),
        _ => None,
    }
}

fn is_old(number: &[u8]) -> bool {
    !number[1].is_ascii_digit()
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 0..1)?;
    // An old number is never longer than eight.
    if number.len() == 9 {
        shape::digits_at(number, 1..2)?;
    }
    shape::digits_at(number, 2..7)?;
    shape::one_of(number, 7, b"WABCDEFGHIJKLMNOPQRSTUV")?;
    if number.len() == 9 {
        shape::one_of(number, 8, b"WABCDEFGHI")?;
    }
    let sum = if is_old(number) {
        checksum::sum(&number[2..7], &[7, 6, 5, 4, 3]) + 2 * checksum::value36(number[0])
    } else {
        checksum::sum(&number[..7], &[8, 7, 6, 5, 4, 3, 2]) + 9 * number.get(8).map_or(0, |it| letter(*it))
    };
    if letter(number[7]) == sum % 23 { Ok(()) } else { Err(Refusal::check_digit(7)) }
}

/// A to V as 1 to 22, W as 0.
fn letter(byte: u8) -> u32 {
    u32::from(byte - b'A' + 1) % 23
}

fn warn(number: &str) -> Vec<Warning> {
    if is_old(number.as_bytes()) { vec![Warning::Superseded] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Warning, check};

    /// Google's and Meta's own; python-stdnum's with a second letter; one of the old kind from lists of examples.
    #[test]
    fn published_numbers() {
        for (written, normalised, formatted) in [
            ("IE 6388047V", "6388047V", "IE6388047V"),
            ("IE9692928F", "9692928F", "IE9692928F"),
            ("ie6433435oa", "6433435OA", "IE6433435OA"),
            ("IE8Z49289F", "8Z49289F", "IE8Z49289F"),
        ] {
            let verdict = check(Scheme::IeVat, written, Presentation::Lenient);
            assert_eq!((verdict.normalised(), verdict.formatted()), (Some(normalised), Some(formatted)));
        }
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (written, reason, position) in [
            ("IE 6388047W", Reason::BadCheckDigit, 11),
            ("IE6388047X", Reason::IllegalCharacter, 10),
            ("IE6433435OJ", Reason::IllegalCharacter, 11),
            ("8Z49289FA", Reason::IllegalCharacter, 2),
        ] {
            let verdict = check(Scheme::IeVat, written, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{written}");
        }
    }

    /// 0, 4 9 2 8 9, 8 by weights 8 to 2: 28 + 54 + 10 + 32 + 27 + 16 = 167 = 7 * 23 + 6, F: whatever the second character is.
    #[test]
    fn old_numbers_are_marked() {
        for number in ["8Z49289F", "8+49289F", "8*49289F"] {
            let verdict = check(Scheme::IeVat, number, Presentation::Strict);
            assert_eq!(verdict.warnings(), [Warning::Superseded], "{number}");
        }
        assert_eq!(check(Scheme::IeVat, "6388047V", Presentation::Strict).warnings(), []);
        assert_eq!(check(Scheme::EuVat, "IE8+49289F", Presentation::Strict).warnings(), [Warning::Superseded]);
    }
}
