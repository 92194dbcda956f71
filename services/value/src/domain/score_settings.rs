//! What a score run computes: its settings, complete and checked.

use btyd::{SegmentMap, TransactionKind, rfm::SegmentError};
use jiff::civil::Date;

use super::{
    affinity::AffinityPolicy, churn::ChurnPolicy, conversion::Conversion, currency::Currency, index::IndexPolicy,
    lifecycle::LifecyclePolicy, tier_policy::TierPolicy,
};

/// The settings of a run, every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreSettings {
    /// The last day whose transactions count.
    pub as_of_date: Date,
    /// The one currency.
    pub currency: Currency,
    /// The model of buying and staying; `None` for the one that foretells best.
    pub transaction_model: Option<TransactionKind>,
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
    /// How the key-account index is made.
    pub index: IndexPolicy,
    /// The rules of the lifecycle stages.
    pub lifecycle: LifecyclePolicy,
    /// Whom to watch, and when to raise a churn alert.
    pub churn: ChurnPolicy,
    /// The last days that are held back to try the model on; 0 for none, with an open model for the usual share.
    pub holdout_days: u32,
    /// How money in other currencies is converted; `None` for not at all.
    pub conversion: Option<Conversion>,
    /// Which purchases count for affinities, and which of these are kept.
    pub affinity: AffinityPolicy,
    /// The version of the value policy that said what the settings did not; 0 for none.
    pub value_policy_version: i32,
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
    /// The named segments of the codes, for so many scores; `None` for the usual ones.
    pub own_segments: Option<SegmentMap>,
}

impl Default for RfmPolicy {
    fn default() -> Self {
        Self { bins: 5, recency_cuts: None, frequency_cuts: None, monetary_cuts: None, own_segments: None }
    }
}

impl RfmPolicy {
    /// The named segments of the codes.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Scores`] unless `bins` is 2 to 9.
    pub fn segments(&self) -> Result<SegmentMap, SegmentError> {
        self.own_segments.clone().map_or_else(|| SegmentMap::usual(self.bins), Ok)
    }
}

/// Whether values can separate `bins` scores: one fewer than scores, rising.
pub fn are_cuts<T: PartialOrd>(values: &[T], bins: u8) -> bool {
    values.len() + 1 == usize::from(bins) && values.is_sorted_by(|left, right| left < right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_one_fewer_than_scores_and_rise() {
        assert!(are_cuts(&[1.0, 2.0], 3));
        assert!(!are_cuts(&[1.0, 1.0], 3));
        assert!(!are_cuts(&[1.0], 3));
    }
}
