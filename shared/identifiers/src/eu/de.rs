//! Germany: the VAT number, nine digits, the first not 0, the last a check digit of ISO 7064 MOD 11,10.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static VAT: Rules = Rules {
    name: "VAT number",
    local_name: Some("Umsatzsteuer-Identifikationsnummer"),
    country: Some("DE"),
    kind: Kind::Vat,
    lengths: &[9],
    separators: crate::rules::Separators::VAT,
    prefixes: &["DE"],
    check,
    format: Format::Pattern("DE ### ### ###"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    shape::one_of(number, 0, b"123456789")?;
    if checksum::mod_11_10(number) { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Reason, Scheme, check};

    /// The example of the Federal Central Tax Office's description of the check digit.
    #[test]
    fn the_published_example() {
        let verdict = check(Scheme::DeVat, "de 136 695 976", Presentation::Lenient);
        assert_eq!((verdict.normalised(), verdict.formatted()), (Some("136695976"), Some("DE 136 695 976")));
    }

    #[test]
    fn the_first_digit_is_not_zero() {
        let verdict = check(Scheme::DeVat, "DE012345678", Presentation::Lenient);
        assert_eq!((verdict.reason(), verdict.position()), (Some(Reason::IllegalCharacter), Some(3)));
    }
}
