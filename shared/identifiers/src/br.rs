//! Brazil: CNPJ, eight characters of the company, four of the establishment, two check digits.
//!
//! Since July 2026 the first twelve may be letters (Receita Federal, Instrução Normativa 2229/2024): a character counts as its ASCII code less
//! 48, so that digits stay what they were.

use crate::{
    Decoded, Kind, Reason, Refusal,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static CNPJ: Rules = Rules {
    name: "National register of legal entities number",
    local_name: Some("CNPJ"),
    country: Some("BR"),
    kind: Kind::Company,
    lengths: &[14],
    separators: Separators::ALL,
    check,
    one_in: 100,
    decode,
    format: Format::Pattern("##.###.###/####-##"),
    ..Rules::DEFAULT
};

/// For the second check digit; the first leaves out the 6.
const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits_at(number, 12..14)?;
    if number == b"00000000000000" {
        return Err(Refusal::of(Reason::Reserved));
    }
    for (place, weights) in [(12, &WEIGHTS[1..]), (13, &WEIGHTS[..])] {
        let sum: u32 = number[..place].iter().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
        let expected = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        if u32::from(number[place] - b'0') != expected {
            return Err(Refusal::check_digit(place));
        }
    }
    Ok(())
}

fn decode(number: &str) -> Decoded {
    Decoded { establishment: Some(number[8..12].to_owned()), ..Decoded::default() }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// Banco do Brasil's number; the worked example of Receita Federal's note on the alphanumeric CNPJ.
    #[test]
    fn digits_and_letters() {
        assert!(check(Scheme::BrCnpj, "00.000.000/0001-91", Presentation::Lenient).is_valid());
        let verdict = check(Scheme::BrCnpj, "12abc34501de35", Presentation::Lenient);
        assert_eq!(verdict.formatted(), Some("12.ABC.345/01DE-35"));
        assert_eq!(verdict.decoded().unwrap().establishment.as_deref(), Some("01DE"));
    }

    #[test]
    fn check_digits_are_digits() {
        let verdict = check(Scheme::BrCnpj, "12ABC34501DE3A", Presentation::Strict);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::IllegalCharacter), Some(14)));
    }
}
