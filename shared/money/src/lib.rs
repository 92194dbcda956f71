//! Amounts: from units and billionths, as the contract writes them, to whole minor units, as they are stored, and back. Exactly, or not
//! at all.

use std::fmt;

use clientele_proto::Money;
use iso_currency::Currency;

/// Billionths in a unit.
const NANOS: i128 = 1_000_000_000;
/// Digits of a billionth.
const NANO_DIGITS: u16 = 9;

/// An amount that is not negative, in the smallest unit its currency has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    minor: i64,
    currency: Currency,
}

/// What is wrong with an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not three capital letters.
    #[error("must be a currency code of ISO 4217: three capital letters, such as EUR")]
    MalformedCurrency,
    /// No such currency.
    #[error("is not a currency code of ISO 4217")]
    UnknownCurrency,
    /// A code without minor units: metals, funds' units of account, test codes, `XXX`.
    #[error("is not a currency that amounts can be paid in")]
    NoMoney,
    /// Less than nothing.
    #[error("must not be negative")]
    Negative,
    /// `nanos` of another sign than `units`.
    #[error("must have the sign of units")]
    MixedSigns,
    /// A whole unit or more in `nanos`.
    #[error("must be between -999999999 and 999999999")]
    NanosOutOfRange,
    /// Digits the currency does not have.
    #[error("has more decimals than {} has, which is {}", .0.code(), .0.exponent().unwrap_or_default())]
    TooManyDecimals(Currency),
    /// More than can be stored.
    #[error("is too large: at most {} minor units can be stored", i64::MAX)]
    TooLarge,
}

impl AmountError {
    /// The field of a `Money` message the error is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::MalformedCurrency | Self::UnknownCurrency | Self::NoMoney => "currency_code",
            Self::Negative | Self::TooLarge => "units",
            Self::MixedSigns | Self::NanosOutOfRange | Self::TooManyDecimals(_) => "nanos",
        }
    }
}

impl Amount {
    /// From the parts of a `Money` message; every error at once, currency first.
    pub fn new(currency_code: &str, units: i64, nanos: i32) -> Result<Self, Vec<AmountError>> {
        let number = signed(units, nanos);
        match (currency(currency_code), number) {
            (Ok(currency), Ok(nanos)) => Self::of_nanos(currency, nanos).map_err(|error| vec![error]),
            (currency, number) => Err([currency.err(), number.err()].into_iter().flatten().collect()),
        }
    }

    /// From a message; every error at once, currency first.
    pub fn read(money: &Money) -> Result<Self, Vec<AmountError>> {
        Self::new(&money.currency_code, money.units, money.nanos)
    }

    /// So many minor units; less than none is none.
    pub fn of_minor(minor: i64, currency: Currency) -> Self {
        Self { minor: minor.max(0), currency }
    }

    fn of_nanos(currency: Currency, nanos: i128) -> Result<Self, AmountError> {
        let nanos_of_minor = 10_i128.pow(u32::from(NANO_DIGITS - exponent(currency)));
        if nanos % nanos_of_minor != 0 {
            return Err(AmountError::TooManyDecimals(currency));
        }
        let minor = i64::try_from(nanos / nanos_of_minor).map_err(|_| AmountError::TooLarge)?;
        Ok(Self { minor, currency })
    }

    /// From what is stored; `None` where the code is no currency or the amount is negative.
    pub fn stored(minor: i64, currency_code: &str) -> Option<Self> {
        let currency = currency(currency_code).ok()?;
        (minor >= 0).then_some(Self { minor, currency })
    }

    /// In minor units, such as cents; not negative.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Its currency's code.
    pub fn currency_code(self) -> &'static str {
        self.currency.code()
    }

    /// Its currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// True for nothing at all.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// As a message.
    pub fn message(self) -> Money {
        let (units, nanos) = self.units_and_nanos();
        Money { currency_code: self.currency.code().to_owned(), units, nanos }
    }

    /// Whole units, and billionths of one.
    pub fn units_and_nanos(self) -> (i64, i32) {
        let exponent = exponent(self.currency);
        let minor_of_unit = 10_i64.pow(u32::from(exponent));
        let nanos_of_minor = 10_i64.pow(u32::from(NANO_DIGITS - exponent));
        (self.minor / minor_of_unit, (self.minor % minor_of_unit * nanos_of_minor) as i32)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&text(i128::from(self.minor), self.currency))
    }
}

/// So many minor units, exactly, such as `12.50 EUR`.
pub fn text(minor: i128, currency: Currency) -> String {
    let (code, digits) = (currency.code(), usize::from(exponent(currency)));
    let sign = if minor < 0 { "-" } else { "" };
    let minor_of_unit = 10_u128.pow(digits as u32);
    let (units, rest) = (minor.unsigned_abs() / minor_of_unit, minor.unsigned_abs() % minor_of_unit);
    if digits == 0 { format!("{sign}{units} {code}") } else { format!("{sign}{units}.{rest:0digits$} {code}") }
}

/// A currency with minor units, by its code.
pub fn currency(code: &str) -> Result<Currency, AmountError> {
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(AmountError::MalformedCurrency);
    }
    let currency = Currency::from_code(code).ok_or(AmountError::UnknownCurrency)?;
    if currency.exponent().is_none_or(|exponent| exponent > NANO_DIGITS) {
        return Err(AmountError::NoMoney);
    }
    Ok(currency)
}

/// Decimals of a currency that [`currency`] let through.
fn exponent(currency: Currency) -> u16 {
    currency.exponent().unwrap_or_default()
}

/// The whole amount in billionths.
fn signed(units: i64, nanos: i32) -> Result<i128, AmountError> {
    if i128::from(nanos).abs() >= NANOS {
        return Err(AmountError::NanosOutOfRange);
    }
    if units > 0 && nanos < 0 || units < 0 && nanos > 0 {
        return Err(AmountError::MixedSigns);
    }
    if units < 0 || nanos < 0 {
        return Err(AmountError::Negative);
    }
    Ok(i128::from(units) * NANOS + i128::from(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minor(code: &str, units: i64, nanos: i32) -> Result<i64, Vec<AmountError>> {
        Amount::new(code, units, nanos).map(Amount::minor)
    }

    /// Minor units: ISO 4217, list one.
    #[test]
    fn an_amount_has_the_minor_unit_of_its_currency() {
        for (code, units, nanos, expected) in [
            ("EUR", 1, 750_000_000, 175),
            ("USD", 0, 10_000_000, 1),
            ("JPY", 1250, 0, 1250),
            ("KWD", 1, 5_000_000, 1005),
            ("CLF", 2, 100_000, 20_001),
            ("GBP", 0, 0, 0),
        ] {
            assert_eq!(minor(code, units, nanos), Ok(expected), "{code}");
            let amount = Amount::stored(expected, code).unwrap();
            assert_eq!(amount.units_and_nanos(), (units, nanos), "{code}");
        }
    }

    #[test]
    fn an_amount_reads_as_a_person_writes_it() {
        for (code, minor, expected) in [
            ("EUR", 1_250, "12.50 EUR"),
            ("EUR", -5, "-0.05 EUR"),
            ("JPY", 1250, "1250 JPY"),
            ("KWD", 1005, "1.005 KWD"),
        ] {
            assert_eq!(text(minor, currency(code).unwrap()), expected);
        }
    }

    #[test]
    fn decimals_the_currency_does_not_have_are_refused_and_never_rounded() {
        for (code, nanos) in [("EUR", 755_000_000), ("EUR", 1), ("JPY", 500_000_000), ("KWD", 100_000)] {
            let errors = minor(code, 1, nanos).unwrap_err();
            assert!(matches!(errors.as_slice(), [AmountError::TooManyDecimals(_)]), "{code} {nanos}: {errors:?}");
            assert_eq!(errors[0].field(), "nanos");
        }
    }

    #[test]
    fn what_is_no_money_is_refused() {
        for (code, expected) in [
            ("", AmountError::MalformedCurrency),
            ("eur", AmountError::MalformedCurrency),
            ("EURO", AmountError::MalformedCurrency),
            ("ÄÖ", AmountError::MalformedCurrency),
            ("ZZZ", AmountError::UnknownCurrency),
            ("XXX", AmountError::NoMoney),
            ("XAU", AmountError::NoMoney),
        ] {
            assert_eq!(minor(code, 1, 0), Err(vec![expected]), "{code}");
            assert_eq!(expected.field(), "currency_code");
        }
    }

    #[test]
    fn a_bad_currency_and_a_bad_number_are_both_told() {
        assert_eq!(minor("euro", -1, 0), Err(vec![AmountError::MalformedCurrency, AmountError::Negative]));
    }

    #[test]
    fn signs_and_sizes_have_limits() {
        assert_eq!(minor("EUR", -1, 0), Err(vec![AmountError::Negative]));
        assert_eq!(minor("EUR", 0, -10_000_000), Err(vec![AmountError::Negative]));
        assert_eq!(minor("EUR", 1, -10_000_000), Err(vec![AmountError::MixedSigns]));
        assert_eq!(minor("EUR", -1, 10_000_000), Err(vec![AmountError::MixedSigns]));
        assert_eq!(minor("EUR", 0, 1_000_000_000), Err(vec![AmountError::NanosOutOfRange]));
        assert_eq!(minor("EUR", 0, i32::MIN), Err(vec![AmountError::NanosOutOfRange]));
        assert_eq!(minor("EUR", 92_233_720_368_547_758, 70_000_000), Ok(i64::MAX));
        assert_eq!(minor("EUR", 92_233_720_368_547_758, 80_000_000), Err(vec![AmountError::TooLarge]));
        assert_eq!(minor("JPY", i64::MAX, 0), Ok(i64::MAX));
        assert_eq!(minor("EUR", i64::MAX, 999_999_999), Err(vec![AmountError::TooManyDecimals(Currency::EUR)]));
    }

    proptest! {
        #[test]
        fn an_accepted_amount_is_the_same_number(units in 0..i64::MAX, nanos in 0..999_999_999_i32, code in "EUR|JPY|KWD|CLF|USD") {
            if let Ok(amount) = Amount::new(&code, units, nanos) {
                prop_assert_eq!(amount.units_and_nanos(), (units, nanos));
            }
        }

        #[test]
        fn whatever_is_stored_reads_back(minor in 0..=i64::MAX, code in "EUR|JPY|KWD|CLF|USD") {
            let amount = Amount::stored(minor, &code).unwrap();
            let (units, nanos) = amount.units_and_nanos();
            prop_assert_eq!(Amount::new(&code, units, nanos), Ok(amount));
            prop_assert_eq!(Amount::read(&amount.message()), Ok(amount));
        }
    }
}
