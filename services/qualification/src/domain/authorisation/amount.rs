//! Amounts in whole minor units: from units and billionths, as the contract writes them, and back. Exactly, or not at all.

use clientele_proto::Money;
use iso_currency::Currency;

/// Billionths in a unit.
const NANOS: i128 = 1_000_000_000;
/// Digits of a billionth.
const NANO_DIGITS: u16 = 9;

/// An amount that is not negative, in the smallest unit its currency has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Such as cents.
    pub minor: i64,
    /// Which.
    pub currency: Currency,
}

/// What is wrong with an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not in ISO 4217, or nothing that can be paid in, such as metals and `XXX`.
    #[error("must be the code of a currency in ISO 4217 that can be paid in, such as CNY")]
    Currency,
    /// Less than nothing.
    #[error("must not be negative")]
    Negative,
    /// A whole unit or more in `nanos`.
    #[error("must be between 0 and 999999999")]
    Nanos,
    /// Digits that the currency does not have.
    #[error("has more decimals than the currency, which has {0}")]
    TooManyDecimals(u16),
    /// More than can be stored.
    #[error("is too large: at most {} minor units can be stored", i64::MAX)]
    TooLarge,
}

impl AmountError {
    /// The field of a `Money` message that it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Currency => "currency_code",
            Self::Negative | Self::TooLarge => "units",
            Self::Nanos | Self::TooManyDecimals(_) => "nanos",
        }
    }
}

impl Amount {
    /// From a message.
    pub fn of(money: &Money) -> Result<Self, AmountError> {
        let currency = currency(&money.currency_code).ok_or(AmountError::Currency)?;
        if money.units < 0 || money.nanos < 0 {
            return Err(AmountError::Negative);
        }
        if i128::from(money.nanos) >= NANOS {
            return Err(AmountError::Nanos);
        }
        let digits = exponent(currency);
        let nanos_of_minor = 10_i128.pow(u32::from(NANO_DIGITS - digits));
        let nanos = i128::from(money.units) * NANOS + i128::from(money.nanos);
        if nanos % nanos_of_minor != 0 {
            return Err(AmountError::TooManyDecimals(digits));
        }
        let minor = i64::try_from(nanos / nanos_of_minor).map_err(|_| AmountError::TooLarge)?;
        Ok(Self { minor, currency })
    }

    /// From what is stored; `None` where the code is no currency.
    pub fn stored(minor: i64, currency_code: &str) -> Option<Self> {
        currency(currency_code).map(|currency| Self { minor, currency })
    }

    /// As a message.
    pub fn message(self) -> Money {
        let digits = exponent(self.currency);
        let minor_of_unit = 10_i64.pow(u32::from(digits));
        let nanos_of_minor = 10_i64.pow(u32::from(NANO_DIGITS - digits));
        Money {
            currency_code: self.currency.code().to_owned(),
            units: self.minor / minor_of_unit,
            nanos: (self.minor % minor_of_unit * nanos_of_minor) as i32,
        }
    }
}

/// A currency that can be paid in, by its code.
pub fn currency(code: &str) -> Option<Currency> {
    Currency::from_code(code).filter(|currency| currency.exponent().is_some_and(|digits| digits <= NANO_DIGITS))
}

fn exponent(currency: Currency) -> u16 {
    currency.exponent().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(code: &str, units: i64, nanos: i32) -> Money {
        Money { currency_code: code.into(), units, nanos }
    }

    /// Minor units by ISO 4217: the yen has none, the Kuwaiti dinar three.
    #[test]
    fn digits_are_those_of_iso_4217() {
        for (code, units, nanos, minor) in
            [("CNY", 12, 500_000_000, 1_250), ("JPY", 1_250, 0, 1_250), ("KWD", 1, 5_000_000, 1_005), ("CNY", 0, 0, 0)]
        {
            assert_eq!(Amount::of(&money(code, units, nanos)).unwrap().minor, minor, "{code}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_by_its_field() {
        for (bad, expected) in [
            (money("XXX", 1, 0), AmountError::Currency),
            (money("XAU", 1, 0), AmountError::Currency),
            (money("cny", 1, 0), AmountError::Currency),
            (money("CNY", -1, 0), AmountError::Negative),
            (money("CNY", 0, -1), AmountError::Negative),
            (money("CNY", 0, 1_000_000_000), AmountError::Nanos),
            (money("CNY", 0, 5_000_000), AmountError::TooManyDecimals(2)),
            (money("JPY", 0, 500_000_000), AmountError::TooManyDecimals(0)),
            (money("CNY", i64::MAX, 0), AmountError::TooLarge),
        ] {
            assert_eq!(Amount::of(&bad), Err(expected), "{bad:?}");
        }
        assert_eq!(AmountError::TooManyDecimals(2).field(), "nanos");
    }

    proptest! {
        #[test]
        fn whatever_is_stored_reads_back(minor in 0..=i64::MAX, code in "CNY|JPY|KWD|CLF|USD") {
            let amount = Amount::stored(minor, &code).unwrap();
            prop_assert_eq!(Amount::of(&amount.message()), Ok(amount));
        }
    }
}
