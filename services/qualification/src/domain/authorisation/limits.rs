//! How much acts may come to.

use iso_currency::Currency;

use clientele_money::Amount;

/// Limits in minor units of one currency: at least one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of both.
    pub currency: Currency,
    /// What one act may come to.
    pub act: Option<i64>,
    /// What all acts together may come to.
    pub total: Option<i64>,
}

/// Limits in two currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be in the currency of act_limit")]
pub struct TwoCurrencies;

impl Limits {
    /// Limits of an authorisation; none where it has neither.
    pub fn of(act: Option<Amount>, total: Option<Amount>) -> Result<Option<Self>, TwoCurrencies> {
        if let (Some(act), Some(total)) = (act, total)
            && act.currency() != total.currency()
        {
            return Err(TwoCurrencies);
        }
        let currency = act.or(total).map(Amount::currency);
        let minor = |amount: Option<Amount>| amount.map(Amount::minor);
        Ok(currency.map(|currency| Self { currency, act: minor(act), total: minor(total) }))
    }

    /// What one act may come to.
    pub fn act_amount(&self) -> Option<Amount> {
        self.act.map(|minor| Amount::of_minor(minor, self.currency))
    }

    /// What all may come to.
    pub fn total_amount(&self) -> Option<Amount> {
        self.total.map(|minor| Amount::of_minor(minor, self.currency))
    }
}

/// Whether a limit is no higher than another one.
pub fn is_within(inner: Option<i64>, outer: Option<i64>) -> bool {
    outer.is_none_or(|outer| inner.is_some_and(|inner| inner <= outer))
}
