//! Japan: corporate number of the National Tax Agency, a check digit and the twelve digits of the company register.
//!
//! Law: Ordinance of the Ministry of Finance 70/2014, annex: 9 less the remainder, modulo 9, of the digits weighted 1 and 2 in turn from the right.

use crate::{
    Kind, Refusal,
    rules::{Format, Rules},
    shape,
};

pub(crate) static CN: Rules = Rules {
    name: "Corporate number",
    local_name: Some("法人番号"),
    country: Some("JP"),
    kind: Kind::Company,
    lengths: &[13],
    // Issuers of qualified invoices write the same number with a T.
    prefixes: &["T"],
    check,
    one_in: 9,
    format: Format::Pattern("#-####-####-####"),
    ..Rules::DEFAULT
};

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let sum: u32 = number[1..]
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * (1 + place as u32 % 2))
        .sum();
    if u32::from(number[0] - b'0') == 9 - sum % 9 { Ok(()) } else { Err(Refusal::check_digit(0)) }
}

#[cfg(test)]
mod tests {
    use crate::{Presentation, Scheme, check, is_valid};

    /// The tax agency's own number and Toyota's, as its public site prints them; the agency's worked example 8700110005901.
    #[test]
    fn published_numbers() {
        for number in ["7000012050002", "1180301018771", "8700110005901"] {
            assert!(is_valid(Scheme::JpCn, number), "{number}");
        }
        let verdict = check(Scheme::JpCn, "T7-0000-1205-0002", Presentation::Lenient);
        assert_eq!(verdict.formatted(), Some("7-0000-1205-0002"));
    }
}
