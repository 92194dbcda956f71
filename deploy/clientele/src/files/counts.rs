//! Plain numbers of small tables: counts, and counts that may have decimals.

use super::error::Problem;

/// Reads a whole number of 0 or more: digits only.
pub fn whole(text: &str) -> Result<u64, Problem> {
    match text.as_bytes() {
        [] => Err(Problem::Empty),
        [b'-', digits @ ..] if is_decimal(digits) => Err(Problem::NegativeCount),
        digits if digits.iter().all(u8::is_ascii_digit) => text.parse().map_err(|_| Problem::CountOverflow),
        _ => Err(Problem::BadCount),
    }
}

/// Reads `869` or `86.9`: digits and at most one point, 0 or more.
pub fn decimal(text: &str) -> Result<f64, Problem> {
    match text.as_bytes() {
        [] => Err(Problem::Empty),
        [b'-', digits @ ..] if is_decimal(digits) => Err(Problem::NegativeCount),
        digits if is_decimal(digits) => {
            let value = text.parse().map_err(|_| Problem::BadNumber)?;
            // Beyond, doubles have gaps between whole numbers.
            if value <= 9_007_199_254_740_992.0 { Ok(value) } else { Err(Problem::CountOverflow) }
        }
        _ => Err(Problem::BadNumber),
    }
}

fn is_decimal(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b'.');
    let digits = |part: Option<&[u8]>| part.unwrap_or_default().iter().all(u8::is_ascii_digit);
    digits(parts.next()) && digits(parts.next()) && parts.next().is_none() && text.iter().any(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_digits_only() {
        assert_eq!(whole("0").ok(), Some(0));
        assert_eq!(whole("18446744073709551615").ok(), Some(u64::MAX));
        let label = |text| whole(text).unwrap_err().label();
        assert_eq!(label("18446744073709551616"), "number too large");
        assert_eq!(label("-3"), "negative number");
        assert_eq!(label(""), "empty value");
        for text in ["1.0", "1e3", "+1", "1,000", "NaN", "٣", "-", "0x1"] {
            assert_eq!(label(text), "not a whole number", "{text}");
        }
    }

    #[test]
    fn numbers_are_plain_decimals() {
        assert_eq!(decimal("86.9").ok(), Some(86.9));
        assert_eq!(decimal("1000").ok(), Some(1000.0));
        assert_eq!(decimal(".5").ok(), Some(0.5));
        let label = |text: &str| decimal(text).unwrap_err().label();
        assert_eq!(label(&"9".repeat(400)), "number too large");
        assert_eq!(label("-0.5"), "negative number");
        assert_eq!(label(""), "empty value");
        for text in ["NaN", "inf", "1e3", "86.9%", "86,9", ".", "-", "1.2.3", "- 1"] {
            assert_eq!(label(text), "bad number", "{text}");
        }
    }
}
