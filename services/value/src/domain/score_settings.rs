//! What a score run computes: its settings, complete and checked.

use std::collections::BTreeSet;

use btyd::TransactionKind;
use jiff::civil::Date;

use super::currency::Currency;

/// Tiers at most.
pub const MAX_TIERS: usize = 10;

/// The settings of a run, every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreSettings {
    /// The last day whose transactions count.
    pub as_of_date: Date,
    /// The one currency.
    pub currency: Currency,
    /// The model of buying and staying.
    pub transaction_model: TransactionKind,
    /// The unit of the model's parameters.
    pub time_unit: TimeUnit,
    /// Months of 365.25 / 12 days to predict.
    pub horizon_months: u32,
    /// Yearly: 0.1 is ten per cent.
    pub annual_discount_rate: f64,
    /// Share of revenue by which CLV is multiplied.
    pub margin: f64,
    /// How RFM scores are made.
    pub rfm: RfmPolicy,
    /// How tiers are made.
    pub tiers: TierPolicy,
}

/// The unit of time of model parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// One day.
    Day,
    /// Seven days.
    Week,
}

impl TimeUnit {
    /// Its length.
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
        }
    }
}

/// How RFM scores are made; without cut points by n-tiles.
#[derive(Debug, Clone, PartialEq)]
pub struct RfmPolicy {
    /// Number of scores on each axis.
    pub bins: u8,
    /// Days since the last purchase that separate the scores.
    pub recency_cuts: Option<Vec<f64>>,
    /// Purchase days that separate the scores.
    pub frequency_cuts: Option<Vec<f64>>,
    /// Net revenue that separates the scores, in minor units.
    pub monetary_cuts: Option<Vec<i64>>,
}

/// How customers are put into tiers.
#[derive(Debug, Clone, PartialEq)]
pub struct TierPolicy {
    /// The value customers are ranked by.
    pub metric: TierMetric,
    /// Best first; the last takes the rest.
    pub tiers: Vec<Tier>,
}

/// The value that decides the tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierMetric {
    /// Predicted value.
    Clv,
    /// Net revenue so far.
    TotalRevenue,
}

/// One tier.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Who belongs to it.
    pub entry: TierEntry,
}

/// Who belongs to a tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TierEntry {
    /// The best share of all customers, tiers before it included.
    TopShare(f64),
    /// Customers from this value on, in minor units.
    FromMinor(i64),
    /// Everyone the tiers before it left.
    Rest,
}

impl Default for TierPolicy {
    fn default() -> Self {
        let tier = |name: &str, entry| Tier { name: name.to_owned(), entry };
        Self {
            metric: TierMetric::Clv,
            tiers: vec![
                tier("KEY", TierEntry::TopShare(0.05)),
                tier("GROWTH", TierEntry::TopShare(0.2)),
                tier("STANDARD", TierEntry::TopShare(0.5)),
                tier("BASE", TierEntry::Rest),
            ],
        }
    }
}

/// What is wrong with a tier, by its position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TierError {
    /// Too many of them.
    #[error("there are more than {MAX_TIERS} tiers; merge some")]
    TooMany,
    /// Two tiers of one name.
    #[error("another tier has this name; give each its own")]
    NameTaken,
    /// Nothing says who belongs to it.
    #[error("says not who belongs to it: set top_share or from_value; only the last tier takes the rest")]
    NoEntry,
    /// It takes nobody beyond the tier before it.
    #[error("takes nobody: top_share counts from the top, tiers before it included, so it must rise from tier to tier")]
    ShareNotRising,
    /// It takes nobody beyond the tier before it.
    #[error("takes nobody: from_value must fall from tier to tier")]
    ValueNotFalling,
}

impl TierPolicy {
    /// A policy whose every tier can take someone; the last one takes the rest, whatever it says. All errors with their positions.
    pub fn new(metric: TierMetric, tiers: Vec<(String, Option<TierEntry>)>) -> Result<Self, Vec<(usize, TierError)>> {
        let mut errors = Vec::new();
        if tiers.len() > MAX_TIERS {
            errors.push((MAX_TIERS, TierError::TooMany));
        }
        let last = tiers.len().saturating_sub(1);
        let (mut names, mut share, mut value) = (BTreeSet::new(), 0.0, None);
        let mut made = Vec::with_capacity(tiers.len());
        for (at, (name, entry)) in tiers.into_iter().enumerate() {
            if !names.insert(name.clone()) {
                errors.push((at, TierError::NameTaken));
            }
            let entry = match entry {
                _ if at == last => TierEntry::Rest,
                Some(entry) => entry,
                None => {
                    errors.push((at, TierError::NoEntry));
                    continue;
                }
            };
            match entry {
                TierEntry::TopShare(top) if top <= share => errors.push((at, TierError::ShareNotRising)),
                TierEntry::TopShare(top) => share = top,
                TierEntry::FromMinor(from) if value.is_some_and(|before| from >= before) => {
                    errors.push((at, TierError::ValueNotFalling));
                }
                TierEntry::FromMinor(from) => value = Some(from),
                TierEntry::Rest => {}
            }
            made.push(Tier { name, entry });
        }
        if errors.is_empty() { Ok(Self { metric, tiers: made }) } else { Err(errors) }
    }
}

/// Whether values can separate `bins` scores: one fewer than scores, rising.
pub fn are_cuts<T: PartialOrd>(values: &[T], bins: u8) -> bool {
    values.len() + 1 == usize::from(bins) && values.is_sorted_by(|left, right| left < right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(tiers: &[(&str, Option<TierEntry>)]) -> Vec<(String, Option<TierEntry>)> {
        tiers.iter().map(|(name, entry)| ((*name).to_owned(), *entry)).collect()
    }

    fn errors(tiers: &[(&str, Option<TierEntry>)]) -> Vec<(usize, TierError)> {
        TierPolicy::new(TierMetric::Clv, named(tiers)).unwrap_err()
    }

    #[test]
    fn the_last_tier_takes_the_rest_whatever_it_says() {
        let share = Some(TierEntry::TopShare(0.1));
        let policy =
            TierPolicy::new(TierMetric::Clv, named(&[("A", share), ("B", Some(TierEntry::TopShare(0.05)))])).unwrap();
        assert_eq!(policy.tiers[1].entry, TierEntry::Rest);
    }

    #[test]
    fn a_tier_that_can_take_nobody_is_refused_where_it_stands() {
        let share = |share| Some(TierEntry::TopShare(share));
        let from = |minor| Some(TierEntry::FromMinor(minor));
        assert_eq!(errors(&[("A", share(0.2)), ("B", share(0.2)), ("C", None)]), [(1, TierError::ShareNotRising)]);
        assert_eq!(errors(&[("A", from(5)), ("B", from(5)), ("C", None)]), [(1, TierError::ValueNotFalling)]);
        assert_eq!(errors(&[("A", None), ("A", None)]), [(0, TierError::NoEntry), (1, TierError::NameTaken)]);
    }

    #[test]
    fn cuts_are_one_fewer_than_scores_and_rise() {
        assert!(are_cuts(&[1.0, 2.0], 3));
        assert!(!are_cuts(&[1.0, 1.0], 3));
        assert!(!are_cuts(&[1.0], 3));
    }
}
