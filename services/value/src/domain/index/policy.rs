//! How the index is made.

use std::collections::BTreeSet;

use super::{metric::Metric, wallet::WalletBenchmark};

/// The metrics that count, each at most once, with weights above zero.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexPolicy {
    rules: Vec<MetricRule>,
    wallet_benchmark: Option<WalletBenchmark>,
}

/// What one metric counts for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricRule {
    /// Which.
    pub metric: Metric,
    /// Only proportions of weights count.
    pub weight: f64,
    /// How a value becomes a score.
    pub scale: Scale,
}

/// How a value becomes a score from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// By the share of all customers who do worse.
    Percentile,
    /// In a straight line between two values.
    Linear {
        /// The value that scores 0.
        zero_at: f64,
        /// The value that scores 100.
        full_at: f64,
    },
}

/// What is wrong with a rule, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexPolicyError {
    /// A metric twice.
    #[error("another rule has this metric; give each metric one rule")]
    MetricTaken,
    /// A weight that is none.
    #[error("must be above 0 and at most 1,000")]
    NoWeight,
    /// A scale without length.
    #[error("must differ from zero_at, or every customer would score the same")]
    FlatScale,
}

impl IndexPolicyError {
    /// The field of an `IndexMetricRule` message it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::MetricTaken => "metric",
            Self::NoWeight => "weight",
            Self::FlatScale => "linear_scale.full_at",
        }
    }
}

impl IndexPolicy {
    /// A policy of these rules; of none the default. All errors with their positions.
    pub fn new(rules: Vec<MetricRule>) -> Result<Self, Vec<(usize, IndexPolicyError)>> {
        if rules.is_empty() {
            return Ok(Self::default());
        }
        let mut errors = Vec::new();
        let mut metrics = BTreeSet::new();
        for (at, rule) in rules.iter().enumerate() {
            if !metrics.insert(rule.metric) {
                errors.push((at, IndexPolicyError::MetricTaken));
            }
            if !(rule.weight > 0.0 && rule.weight <= 1_000.0) {
                errors.push((at, IndexPolicyError::NoWeight));
            }
            if let Scale::Linear { zero_at, full_at } = rule.scale
                && !((full_at - zero_at).is_finite()
                    && full_at.total_cmp(&zero_at).is_ne()
                    && (full_at - zero_at).abs() > 0.0)
            {
                errors.push((at, IndexPolicyError::FlatScale));
            }
        }
        if errors.is_empty() { Ok(Self { rules, wallet_benchmark: None }) } else { Err(errors) }
    }

    /// The rules.
    pub fn rules(&self) -> &[MetricRule] {
        &self.rules
    }

    /// The policy with wallets that customers did not declare taken from their peers.
    #[must_use]
    pub fn with_wallet_benchmark(self, wallet_benchmark: Option<WalletBenchmark>) -> Self {
        Self { wallet_benchmark, ..self }
    }

    /// How wallets that customers did not declare are taken from their peers; `None` where they are not.
    pub fn wallet_benchmark(&self) -> Option<&WalletBenchmark> {
        self.wallet_benchmark.as_ref()
    }

    /// Whether a metric counts.
    pub fn weighs(&self, metric: Metric) -> bool {
        self.rules.iter().any(|rule| rule.metric == metric)
    }
}

impl Default for IndexPolicy {
    fn default() -> Self {
        let by_percentile = |metric, weight| MetricRule { metric, weight, scale: Scale::Percentile };
        let linear =
            |metric, weight, zero_at, full_at| MetricRule { metric, weight, scale: Scale::Linear { zero_at, full_at } };
        Self {
            rules: vec![
                by_percentile(Metric::Clv, 25.0),
                by_percentile(Metric::RevenueLastYear, 10.0),
                by_percentile(Metric::Profit, 10.0),
                by_percentile(Metric::Growth, 10.0),
                linear(Metric::WalletHeadroom, 10.0, 0.0, 1.0),
                by_percentile(Metric::ExpectedPurchases, 5.0),
                by_percentile(Metric::Tenure, 4.0),
                by_percentile(Metric::Silence, 6.0),
                by_percentile(Metric::DaysSinceInteraction, 2.0),
                linear(Metric::Nps, 3.0, 0.0, 10.0),
                linear(Metric::Csat, 2.0, 1.0, 5.0),
                linear(Metric::OpenComplaints, 3.0, 3.0, 0.0),
                linear(Metric::StrategicFit, 5.0, 0.0, 100.0),
                // Whoever has declared no needs is judged by its strategic fit alone, with the weight of both.
                linear(Metric::NeedsCoverage, 5.0, 0.0, 1.0),
            ],
            wallet_benchmark: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::index::Component;

    #[test]
    fn the_default_weighs_as_the_contract_says_and_contribution_most() {
        let policy = IndexPolicy::default();
        let weights = Component::ALL.map(|component| {
            let of = policy.rules().iter().filter(|rule| rule.metric.component() == component);
            of.map(|rule| rule.weight).sum::<f64>()
        });
        assert!(weights.iter().zip([45.0, 25.0, 20.0, 10.0]).all(|(weight, said)| (weight - said).abs() < 1e-9));
        assert!(IndexPolicy::new(policy.rules().to_vec()).is_ok());
    }

    #[test]
    fn bad_rules_are_told_where_they_stand() {
        let rule = |weight, scale| MetricRule { metric: Metric::Clv, weight, scale };
        let flat = Scale::Linear { zero_at: 1.0, full_at: 1.0 };
        let errors = IndexPolicy::new(vec![rule(1.0, flat), rule(0.0, Scale::Percentile)]).unwrap_err();
        assert_eq!(
            errors,
            [(0, IndexPolicyError::FlatScale), (1, IndexPolicyError::MetricTaken), (1, IndexPolicyError::NoWeight)]
        );
    }
}
