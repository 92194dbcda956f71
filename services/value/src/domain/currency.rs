//! The one currency of a score run: minor units inside, units of the currency where a person reads.

use super::money::{AmountError, currency};

/// A currency with its minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency of an ISO 4217 code that amounts can be paid in.
    pub fn of_code(code: &str) -> Result<Self, AmountError> {
        currency(code).map(Self)
    }

    /// ISO 4217 code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits after the point; 0 where ISO names none.
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// Minor units in a unit: 100 for euro and cent.
    pub fn minor_per_unit(self) -> i64 {
        10_i64.pow(self.digits())
    }

    /// An amount of minor units as units and billionths.
    pub fn units_and_nanos(self, minor: i64) -> (i64, i32) {
        let per_unit = self.minor_per_unit();
        let nanos = (minor % per_unit) * (1_000_000_000 / per_unit);
        (minor / per_unit, nanos as i32)
    }

    /// An amount for a person, such as `1,234.50 EUR`.
    pub fn text(self, minor: f64) -> String {
        let minor = rounded(minor);
        let (units, nanos) = self.units_and_nanos(minor);
        let sign = if minor < 0 { "-" } else { "" };
        let units = grouped(units.unsigned_abs());
        let width = self.digits() as usize;
        if width == 0 {
            return format!("{sign}{units} {}", self.code());
        }
        let fraction = i64::from(nanos.unsigned_abs()) * self.minor_per_unit() / 1_000_000_000;
        format!("{sign}{units}.{fraction:0width$} {}", self.code())
    }
}

/// A prediction in minor units as it is shown: rounded half away from zero.
pub fn rounded(minor: f64) -> i64 {
    minor.round() as i64
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(code: &str) -> Currency {
        Currency::of_code(code).unwrap()
    }

    /// Minor units by ISO 4217: the yen has none, the Bahraini dinar three.
    #[test]
    fn minor_units_are_those_of_iso_4217() {
        for (code, digits) in [("EUR", 2), ("USD", 2), ("CNY", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4)] {
            assert_eq!(of(code).digits(), digits, "{code}");
        }
    }

    #[test]
    fn amounts_read_as_a_person_writes_them() {
        assert_eq!(of("EUR").text(123_450.4), "1,234.50 EUR");
        assert_eq!(of("EUR").text(-5.0), "-0.05 EUR");
        assert_eq!(of("JPY").text(1_234_567.0), "1,234,567 JPY");
        assert_eq!(of("BHD").text(1_005.0), "1.005 BHD");
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!([0.5, 1.5, 2.5, -0.5, -2.5].map(rounded), [1, 2, 3, -1, -3]);
    }

    proptest! {
        #[test]
        fn minor_units_are_told_exactly(minor: i64, code in "EUR|JPY|BHD|CLF") {
            let currency = of(&code);
            let (units, nanos) = currency.units_and_nanos(minor);
            let nanos_per_minor = 1_000_000_000 / i128::from(currency.minor_per_unit());
            let back = (i128::from(units) * 1_000_000_000 + i128::from(nanos)) / nanos_per_minor;
            prop_assert_eq!(back, i128::from(minor));
        }
    }
}
