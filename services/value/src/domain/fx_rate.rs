//! Exchange rates: exact decimal numbers, for a pair of currencies and a day.

use std::fmt;

use jiff::civil::Date;

use super::currency::Currency;

/// Digits before the point and after it, at most.
const DIGITS: usize = 12;

/// How many units of one currency a unit of another is; more than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The digits without the point, and without zeros at the end of what stood behind it.
    mantissa: u128,
    /// How many of them stand behind the point.
    decimals: u32,
}

/// A text that is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Not digits with a point.
    #[error(
        "must be a decimal number such as 1.0842, with up to {DIGITS} digits before the point and {DIGITS} after it"
    )]
    NoNumber,
    /// Nothing costs nothing.
    #[error("must be more than zero")]
    Zero,
}

impl Rate {
    /// Reads a rate as the contract writes it.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) => (whole, digits(fraction)?),
            None => (text, ""),
        };
        let whole = digits(whole)?;
        let fraction = fraction.trim_end_matches('0');
        let mantissa = format!("{whole}{fraction}").parse().map_err(|_| RateError::NoNumber)?;
        if mantissa == 0 {
            return Err(RateError::Zero);
        }
        Ok(Self { mantissa, decimals: fraction.len() as u32 })
    }

    /// The rate as a fraction: numerator and denominator.
    pub fn ratio(self) -> (u128, u128) {
        (self.mantissa, 10_u128.pow(self.decimals))
    }
}

/// One to [`DIGITS`] digits.
fn digits(text: &str) -> Result<&str, RateError> {
    let are = !text.is_empty() && text.len() <= DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    are.then_some(text).ok_or(RateError::NoNumber)
}

/// Without needless zeros.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mantissa, one) = self.ratio();
        let decimals = self.decimals as usize;
        if decimals == 0 {
            return write!(formatter, "{mantissa}");
        }
        write!(formatter, "{}.{:0decimals$}", mantissa / one, mantissa % one)
    }
}

/// The rate of a pair on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FxRate {
    /// Of which one unit is priced.
    pub base: Currency,
    /// That the price is in; another one.
    pub quote: Currency,
    /// The day.
    pub date: Date,
    /// The price.
    pub rate: Rate,
}

impl FxRate {
    /// The pair and the day, such as `EUR-USD-2026-01-31`.
    pub fn id(&self) -> String {
        format!("{}-{}-{}", self.base.code(), self.quote.code(), self.date)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rate_is_exact_and_answered_without_needless_zeros() {
        for (text, ratio, answered) in [
            ("1.0842", (10_842, 10_000), "1.0842"),
            ("1.50", (15, 10), "1.5"),
            ("160.00", (160, 1), "160"),
            ("007", (7, 1), "7"),
            ("0.000000000001", (1, 1_000_000_000_000), "0.000000000001"),
            (
                "999999999999.999999999999",
                (999_999_999_999_999_999_999_999, 1_000_000_000_000),
                "999999999999.999999999999",
            ),
        ] {
            let rate = Rate::parse(text).unwrap();
            assert_eq!((rate.ratio(), rate.to_string().as_str()), (ratio, answered), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0.0000000000001", "1000000000000", "1.2.3", " 1", "١"]
        {
            assert_eq!(Rate::parse(text), Err(RateError::NoNumber), "{text:?}");
        }
        assert_eq!([Rate::parse("0"), Rate::parse("0.000")], [Err(RateError::Zero); 2]);
    }

    #[test]
    fn a_rate_is_known_by_its_pair_and_day() {
        let [base, quote] = ["EUR", "USD"].map(|code| Currency::of_code(code).unwrap());
        let rate = FxRate { base, quote, date: Date::constant(2026, 1, 31), rate: Rate::parse("1.1").unwrap() };
        assert_eq!(rate.id(), "EUR-USD-2026-01-31");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn what_is_answered_reads_back(whole in 0..1_000_000_000_000_u64, fraction in 1..1_000_000_000_000_u64) {
            let rate = Rate::parse(&format!("{whole}.{fraction:012}")).unwrap();
            prop_assert_eq!(Rate::parse(&rate.to_string()), Ok(rate));
        }
    }
}
