//! Russian state registration number: thirteen digits for organisations (OGRN), fifteen for sole traders (OGRNIP).
//!
//! Ministry of Finance, order 165n: the number before the check digit modulo 11 (13 for sole traders), last digit of that.

use crate::{
    Decoded, Kind, Reason, Refusal, Term,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "State registration number",
    local_name: Some("ОГРН"),
    country: Some("RU"),
    kind: Kind::Company,
    lengths: &[13, 15],
    check,
    one_in: 10,
    decode,
    format: Format::Plain,
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let (kinds, modulus): (&[u8], u64) = if number.len() == 13 { (b"123456789", 11) } else { (b"34", 13) };
    if !kinds.contains(&number[0]) {
        return Err(Refusal::at(Reason::UnknownEntityType, 0));
    }
    let last = number.len() - 1;
    let expected = shape::value(&number[..last]) % modulus % 10;
    if u64::from(number[last] - b'0') == expected { Ok(()) } else { Err(Refusal::check_digit(last)) }
}

fn decode(number: &str) -> Decoded {
    let code = &number[..1];
    let entity_type = match code {
        "1" | "5" => Some(Term::known(code, "Organisation", "Юридическое лицо")),
        "3" if number.len() == 15 => Some(Term::known(code, "Sole trader", "Индивидуальный предприниматель")),
        _ => None,
    };
    Decoded { entity_type, region: Some(Term::unknown(&number[3..5])), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check, is_valid};

    /// Sberbank's and Gazprom's numbers in the state register.
    #[test]
    fn organisations() {
        assert!(is_valid(Scheme::RuOgrn, "1027700132195"));
        assert!(is_valid(Scheme::RuOgrn, "1027700070518"));
        let reason = |number| check(Scheme::RuOgrn, number, Presentation::Strict).reason();
        assert_eq!(reason("1027700132196"), Some(Reason::BadCheckDigit));
        assert_eq!(reason("0027700132195"), Some(Reason::UnknownEntityType));
    }
}
