//! Which purchases count for affinities, and which affinities are kept.

/// The rules of a run's affinities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AffinityPolicy {
    /// Days up to the as-of date whose purchases count.
    pub window_days: u32,
    /// Customers (or baskets) that must have both.
    pub min_count: u32,
    /// The share of all customers (or baskets) that must have both.
    pub min_support: f64,
    /// The share of the kept ones that chance may have made.
    pub max_false_discovery_rate: f64,
}

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AffinityPolicyError {
    /// No window.
    #[error("must be 1 to 3,660 days")]
    WindowDays,
    /// Too few or too many.
    #[error("must be 2 to 1,000,000")]
    MinCount,
    /// No share.
    #[error("must be 0 to 1, such as 0.001 for 0.1 %")]
    MinSupport,
    /// No rate.
    #[error("must be above 0 and at most 1, such as 0.05 for 5 %")]
    MaxFalseDiscoveryRate,
}

impl AffinityPolicyError {
    /// The field of an `AffinityPolicy` message it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::WindowDays => "window_days",
            Self::MinCount => "min_count",
            Self::MinSupport => "min_support",
            Self::MaxFalseDiscoveryRate => "max_false_discovery_rate",
        }
    }
}

impl AffinityPolicy {
    /// All that does not hold.
    pub fn errors(&self) -> Vec<AffinityPolicyError> {
        let rate = self.max_false_discovery_rate;
        let sound = [
            ((1..=3_660).contains(&self.window_days), AffinityPolicyError::WindowDays),
            ((2..=1_000_000).contains(&self.min_count), AffinityPolicyError::MinCount),
            ((0.0..=1.0).contains(&self.min_support), AffinityPolicyError::MinSupport),
            (rate > 0.0 && rate <= 1.0, AffinityPolicyError::MaxFalseDiscoveryRate),
        ];
        sound.into_iter().filter_map(|(holds, error)| (!holds).then_some(error)).collect()
    }

    /// How many of so many must have both.
    pub fn least(&self, all: u64) -> u64 {
        u64::from(self.min_count).max((self.min_support * all as f64).ceil() as u64)
    }
}

impl Default for AffinityPolicy {
    fn default() -> Self {
        Self { window_days: 730, min_count: 5, min_support: 0.001, max_false_discovery_rate: 0.05 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_of_count_and_share_decides() {
        let policy = AffinityPolicy::default();
        assert_eq!((policy.least(100), policy.least(5_001), policy.least(1_000_000)), (5, 6, 1_000));
        assert_eq!(policy.errors(), []);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let wrong =
            AffinityPolicy { window_days: 0, min_count: 1, min_support: f64::NAN, max_false_discovery_rate: 0.0 };
        let fields: Vec<_> = wrong.errors().into_iter().map(AffinityPolicyError::field).collect();
        assert_eq!(fields, ["window_days", "min_count", "min_support", "max_false_discovery_rate"]);
    }
}
