//! Slovakia: the VAT number (IČ DPH), ten digits divisible by 11, the third of them 2, 3, 4, 7, 8 or 9 to tell it from a birth number.
//!
//! Until 2004 persons had their birth number: accepted as superseded.

use crate::{
    Decoded, Kind, Refusal, Term, Warning,
    eu::birth_number::{self, Overflow},
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static DPH: Rules = Rules {
    name: "VAT number",
    local_name: Some("Identifikačné číslo pre daň (IČ DPH)"),
    country: Some("SK"),
    kind: Kind::Vat,
    lengths: &[10],
    separators: Separators::VAT,
    prefixes: &["SK"],
    check,
    one_in: 18,
    warn,
    decode,
    format: Format::Pattern("SK##########"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if is_birth_number(number) {
        return birth_number::check(number, Overflow::Never);
    }
    shape::one_of(number, 0, b"123456789")?;
    shape::one_of(number, 2, b"234789")?;
    if shape::value(number).is_multiple_of(11) { Ok(()) } else { Err(Refusal::check_digit(9)) }
}

/// The months of birth numbers are 01 to 12 and 51 to 62, so the third digit tells.
fn is_birth_number(number: &[u8]) -> bool {
    birth_number::birth(number, Overflow::Never).is_some()
}

fn warn(number: &str) -> Vec<Warning> {
    if is_birth_number(number.as_bytes()) { vec![Warning::Superseded] } else { Vec::new() }
}

fn decode(number: &str) -> Decoded {
    match birth_number::birth(number.as_bytes(), Overflow::Never) {
        Some((date, sex)) => Decoded {
            entity_type: Some(Term::known("person", "Person", "Fyzická osoba")),
            date: Some(date),
            sex: Some(sex),
            ..Decoded::default()
        },
        None => Decoded::default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, Warning, check};

    /// Slovnaft's and Slovak Telekom's own.
    #[test]
    fn published_numbers() {
        for written in ["SK 2020372640", "SK2020273893"] {
            let verdict = check(Scheme::SkDph, written, Presentation::Lenient);
            assert!(verdict.is_valid() && verdict.warnings().is_empty(), "{written}");
        }
    }

    /// python-stdnum's example of a birth number.
    #[test]
    fn birth_numbers_are_superseded() {
        let verdict = check(Scheme::SkDph, "SK7103192745", Presentation::Lenient);
        assert_eq!(verdict.warnings(), [Warning::Superseded]);
        assert_eq!(verdict.decoded().unwrap().date.unwrap().to_string(), "1971-03-19");
    }

    #[test]
    fn refusals_name_reason_and_place() {
        for (number, reason, position) in [
            ("SK2020372641", Reason::BadCheckDigit, 12),
            ("SK2060372640", Reason::IllegalCharacter, 5),
            ("0020372640", Reason::IllegalCharacter, 1),
            ("7103192746", Reason::BadCheckDigit, 10),
        ] {
            let verdict = check(Scheme::SkDph, number, Presentation::Lenient);
            assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
        }
    }
}
