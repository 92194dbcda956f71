//! How much of a product: a decimal number, exact to the millionth.

use std::fmt;

/// Millionths in a unit.
const MICROS: i64 = 1_000_000;
/// Digits before the point, at most.
const WHOLE_DIGITS: usize = 12;
/// Digits after the point, at most.
const FRACTION_DIGITS: usize = 6;

/// A quantity, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    micros: i64,
}

/// A text that is no quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a decimal number such as 2 or 0.125, with up to {WHOLE_DIGITS} digits before the point and {FRACTION_DIGITS} after it"
)]
pub struct QuantityError;

impl Quantity {
    /// Reads a quantity as the contract writes it.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
        let whole = digits(whole, WHOLE_DIGITS)?;
        let fraction = match fraction {
            Some(fraction) => {
                digits(fraction, FRACTION_DIGITS)? * 10_i64.pow((FRACTION_DIGITS - fraction.len()) as u32)
            }
            None => 0,
        };
        Ok(Self { micros: whole * MICROS + fraction })
    }

    /// From what is stored; `None` for less than nothing.
    pub fn of_micros(micros: i64) -> Option<Self> {
        (micros >= 0).then_some(Self { micros })
    }

    /// In millionths.
    pub const fn micros(self) -> i64 {
        self.micros
    }
}

/// One to `most` digits as a number. So few always fit.
fn digits(text: &str, most: usize) -> Result<i64, QuantityError> {
    if text.is_empty() || text.len() > most || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(QuantityError);
    }
    text.parse().map_err(|_| QuantityError)
}

/// Without needless zeros.
impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.micros / MICROS, self.micros % MICROS);
        if fraction == 0 {
            return write!(formatter, "{whole}");
        }
        let fraction = format!("{fraction:0FRACTION_DIGITS$}");
        write!(formatter, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_quantity_is_exact_and_answered_without_needless_zeros() {
        for (text, micros, answered) in [
            ("2", 2_000_000, "2"),
            ("2.50", 2_500_000, "2.5"),
            ("0.125", 125_000, "0.125"),
            ("007.000001", 7_000_001, "7.000001"),
            ("0", 0, "0"),
            ("999999999999.999999", 999_999_999_999_999_999, "999999999999.999999"),
        ] {
            let quantity = Quantity::parse(text).unwrap();
            assert_eq!((quantity.micros(), quantity.to_string().as_str()), (micros, answered), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1.0000001", "1000000000000", "1.2.3", " 1", "١"] {
            assert_eq!(Quantity::parse(text), Err(QuantityError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_answered_reads_back(micros in 0..1_000_000_000_000_000_000_i64) {
            let quantity = Quantity::of_micros(micros).unwrap();
            prop_assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
        }
    }
}
