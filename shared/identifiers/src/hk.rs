//! Hong Kong: Business Registration number, eight digits; since December 2023 it is the company's Unique Business Identifier.
//!
//! The number on a certificate goes on after it: branch (3), expiry (2 + 2), check digit (1); that tail is dropped. No check rule of the eight
//! digits is published.

use crate::{
    Kind, Reason, Refusal,
    number::Compact,
    rules::{Format, Rules},
    shape,
};

pub(crate) static BR: Rules = Rules {
    name: "Business Registration number",
    local_name: Some("商業登記號碼"),
    country: Some("HK"),
    kind: Kind::Company,
    lengths: &[8],
    prefixes: &["BRN", "BR", "UBI"],
    complete: drop_certificate_tail,
    check,
    one_in: 1,
    format: Format::Plain,
    ..Rules::DEFAULT
};

/// 12345678-000-05-25-1, or with the branch alone.
fn drop_certificate_tail(number: &mut Compact) {
    if matches!(number.len(), 11 | 16) && number.as_bytes().iter().take(15).all(u8::is_ascii_digit) {
        number.truncate(8);
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    if number == b"00000000" { Err(Refusal::of(Reason::Reserved)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Scheme, check};

    /// The layout of the Inland Revenue Department's certificate.
    #[test]
    fn a_certificates_number_is_cut_to_the_business() {
        let verdict = check(Scheme::HkBr, "12345678-000-05-25-A", Presentation::Lenient);
        assert_eq!(verdict.normalised(), Some("12345678"));
    }
}
