//! Australian Company Number: eight digits and a check digit.
//!
//! Australian Securities and Investments Commission, "Australian Company Number digit check": weights 8 to 1, complement of the remainder modulo 10.

use crate::{
    Kind, Refusal, checksum,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Australian Company Number",
    local_name: Some("ACN"),
    country: Some("AU"),
    kind: Kind::Company,
    lengths: &[9],
    prefixes: &["ACN"],
    check,
    one_in: 10,
    format: Format::Pattern("### ### ###"),
    ..Rules::DEFAULT
};

pub(super) fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let fits = checksum::sum(number, &[8, 7, 6, 5, 4, 3, 2, 1, 1]).is_multiple_of(10);
    if fits { Ok(()) } else { Err(Refusal::check_digit(8)) }
}

#[cfg(test)]
mod tests {
    use crate::{Scheme, is_valid};

    /// The commission's list of numbers to test programs with (its beginning).
    #[test]
    fn the_commissions_test_numbers() {
        for number in ["000 000 019", "000 250 000", "000 500 005", "000 750 005", "001 000 004", "001 250 004"] {
            assert!(is_valid(Scheme::AuAcn, number), "{number}");
        }
    }
}
