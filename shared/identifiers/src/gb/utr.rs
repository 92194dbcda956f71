//! British Unique Taxpayer Reference: a check digit and nine digits.

use crate::{
    Kind, Refusal, checksum,
    number::Compact,
    rules::{Format, Rules},
    shape,
};

pub(crate) static RULES: Rules = Rules {
    name: "Unique Taxpayer Reference",
    country: Some("GB"),
    kind: Kind::Tax,
    lengths: &[10],
    complete: drop_k,
    check,
    one_in: 10,
    format: Format::Pattern("##### #####"),
    ..Rules::DEFAULT
};

/// The check digit by the weighted sum of the others modulo 11.
const CHECK_DIGITS: &[u8; 11] = b"21987654321";

/// Letters of HMRC print a K after the number, or before it.
fn drop_k(number: &mut Compact) {
    if number.len() == 11 {
        if number.as_bytes().ends_with(b"K") {
            number.truncate(10);
        } else if number.starts_with("K") {
            number.drop_first(1);
        }
    }
}

fn check(number: &[u8]) -> Result<(), Refusal> {
    shape::digits(number)?;
    let rest = checksum::sum(&number[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    if number[0] == CHECK_DIGITS[rest as usize] { Ok(()) } else { Err(Refusal::check_digit(0)) }
}

#[cfg(test)]
mod tests {
    use crate::{Scheme, is_valid};

    /// The number in HMRC's examples, by hand: 6 + 14 + 24 + 36 + 50 + 30 + 28 + 24 + 18 = 230 leaves 10, whose digit is 1.
    #[test]
    fn with_and_without_k() {
        assert!(is_valid(Scheme::GbUtr, "1123456789"));
        assert!(is_valid(Scheme::GbUtr, "11234 56789 K"));
        assert!(!is_valid(Scheme::GbUtr, "2123456789"));
    }
}
