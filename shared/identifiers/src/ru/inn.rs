//! Russian taxpayer number: ten digits for organisations, twelve for persons.
//!
//! Federal Tax Service, order ММВ-7-6/435@: weights modulo 11, then modulo 10; persons have two check digits.

use crate::{
    Decoded, Kind, Reason, Refusal, Term, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Taxpayer number",
    local_name: Some("ИНН"),
    country: Some("RU"),
    kind: Kind::Tax,
    lengths: &[10, 12],
    check,
    one_in: 10,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    // 0000 is no tax office; without this, zeros throughout would fit.
    if number.starts_with(b"0000") {
        return Err(Refusal::at(Reason::UnknownAuthority, 0));
    }
    let first = if number.len() == 10 { 9 } else { 10 };
    for place in first..number.len() {
        let weights = &WEIGHTS[WEIGHTS.len() - place..];
        let expected = checksum::sum(&number[..place], weights) % 11 % 10;
        if u32::from(number[place] - b'0') != expected {
            return Err(Refusal::check_digit(place));
        }
    }
    Ok(())
}

fn decode(number: &str) -> Decoded {
    let entity_type = match number.len() {
        10 => Term::known("organisation", "Organisation", "Юридическое лицо"),
        _ => Term::known("person", "Person", "Физическое лицо"),
    };
    Decoded {
        authority: Some(Term::unknown(&number[..4])),
        region: Some(Term::unknown(&number[..2])),
        entity_type: Some(entity_type),
        ..Decoded::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// Sberbank's and Gazprom's numbers; a person's by hand: 257 leaves 4 modulo 11, then 282 leaves 7.
    #[test]
    fn organisations_and_persons() {
        for number in ["7707083893", "7736050003", "123456789047"] {
            assert!(is_valid(Scheme::RuInn, number), "{number}");
        }
        assert_eq!(check(Scheme::RuInn, "123456789057", Presentation::Strict).position(), Some(11));
        assert_eq!(check(Scheme::RuInn, "0000000000", Presentation::Strict).reason(), Some(Reason::UnknownAuthority));
    }
}
