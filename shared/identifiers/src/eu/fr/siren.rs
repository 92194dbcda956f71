//! SIREN: the number of a company or other entity in INSEE's register, nine digits with Luhn's check digit.

use crate::{
    Refusal, checksum,
    rules::{Format, Rules, Separators},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "SIREN number",
    local_name: Some("Numéro SIREN"),
    country: Some("FR"),
    lengths: &[9],
    separators: Separators::ALL,
    prefixes: &["SIREN"],
    check,
    format: Format::Pattern("### ### ###"),
    ..Rules::DEFAULT
};

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::not_zeros(number)?;
    if checksum::luhn(number) { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The example of the French Wikipedia's article on the SIRENE register; Danone's and La Poste's own.
    #[test]
    fn published_numbers() {
        for number in ["732 829 320", "552 032 534", "356 000 000"] {
            assert_eq!(check(Scheme::FrSiren, number, Presentation::Lenient).formatted(), Some(number));
        }
        let verdict = check(Scheme::FrSiren, "732 829 321", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::BadCheckDigit), Some(11)));
    }
}
