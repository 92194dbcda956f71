//! Applies a policy to a customer.
//!
//! With w the weight of a metric by the policy and K the customer's known metrics, a metric m of component c decides
//!
//! ```text
//! w(m) / w(c, known) * w(c) / sum of w over the components with a known metric
//! ```
//!
//! of the index: what is not known takes nothing away and gives nothing; its weight goes to what is known, nearest first.

use super::{
    metric::{Component, Metric, Subject},
    policy::{IndexPolicy, MetricRule, Scale},
    yardstick::Yardstick,
};

/// A policy with the yardsticks of a run.
#[derive(Debug, Clone)]
pub struct Judge {
    rules: Vec<(MetricRule, Yardstick)>,
    /// The weight of each component by the policy.
    weights: [f64; Component::ALL.len()],
}

/// The index of a customer and all it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// 0 to 100; the sum of the metrics' points. One half of all where nothing is known.
    pub index: f64,
    /// The metrics that count, in the order of the policy.
    pub metrics: Vec<MetricScore>,
    /// Those of the policy that are not known.
    pub unknown: Vec<Metric>,
}

/// What a metric does to the index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricScore {
    /// Which.
    pub metric: Metric,
    /// The customer's value.
    pub value: f64,
    /// The part of the index it decides, 0 to 1.
    pub weight: f64,
    /// 0 to 100.
    pub score: f64,
}

impl MetricScore {
    /// What it adds to the index.
    pub fn points(&self) -> f64 {
        self.weight * self.score
    }

    /// What the index would gain if it scored 100.
    pub fn gain(&self) -> f64 {
        self.weight * (100.0 - self.score)
    }
}

/// The index of a customer of whom nothing is known that the policy asks for.
const UNKNOWN: f64 = 50.0;

impl Judge {
    /// A policy with a yardstick for each of its rules, in their order; rules without a percentile need none.
    pub fn new(policy: &IndexPolicy, yardsticks: impl IntoIterator<Item = Yardstick>) -> Self {
        let rules: Vec<_> = policy.rules().iter().copied().zip(yardsticks).collect();
        let weights = Component::ALL.map(|component| {
            rules.iter().filter(|(rule, _)| rule.metric.component() == component).map(|(rule, _)| rule.weight).sum()
        });
        Self { rules, weights }
    }

    /// The index alone: the same bits as [`Judge::judge`] gives.
    pub fn index(&self, subject: &Subject<'_>) -> f64 {
        let mut sums = [(0.0, 0.0); Component::ALL.len()];
        for (rule, yardstick) in &self.rules {
            if let Some(value) = rule.metric.value(subject) {
                let (weight, points) = &mut sums[rule.metric.component() as usize];
                *weight += rule.weight;
                *points += rule.weight * score(rule, yardstick, value);
            }
        }
        self.joined(&sums)
    }

    /// The index with all it is made of.
    pub fn judge(&self, subject: &Subject<'_>) -> Judgement {
        let mut unknown = Vec::new();
        let mut known = Vec::with_capacity(self.rules.len());
        let mut of_component = [0.0; Component::ALL.len()];
        for (rule, yardstick) in &self.rules {
            match rule.metric.value(subject) {
                None => unknown.push(rule.metric),
                Some(value) => {
                    of_component[rule.metric.component() as usize] += rule.weight;
                    known.push((rule, value, score(rule, yardstick, value)));
                }
            }
        }
        let shared: f64 = self.known_weight(|component| of_component[component] > 0.0);
        let metrics = known.iter().map(|(rule, value, score)| {
            let component = rule.metric.component() as usize;
            let weight = rule.weight / of_component[component] * self.weights[component] / shared;
            MetricScore { metric: rule.metric, value: *value, weight, score: *score }
        });
        Judgement { index: self.index(subject), metrics: metrics.collect(), unknown }
    }

    fn joined(&self, sums: &[(f64, f64); Component::ALL.len()]) -> f64 {
        let shared = self.known_weight(|component| sums[component].0 > 0.0);
        if shared <= 0.0 {
            return UNKNOWN;
        }
        let joined = sums
            .iter()
            .zip(self.weights)
            .map(|((weight, points), of)| if *weight > 0.0 { points / weight * (of / shared) } else { 0.0 });
        joined.sum::<f64>().clamp(0.0, 100.0)
    }

    fn known_weight(&self, is_known: impl Fn(usize) -> bool) -> f64 {
        self.weights.iter().enumerate().filter(|(at, _)| is_known(*at)).map(|(_, weight)| weight).sum()
    }
}

fn score(rule: &MetricRule, yardstick: &Yardstick, value: f64) -> f64 {
    match rule.scale {
        Scale::Linear { zero_at, full_at } => (100.0 * (value - zero_at) / (full_at - zero_at)).clamp(0.0, 100.0),
        Scale::Percentile if rule.metric.less_is_better() => 100.0 * (1.0 - yardstick.place(value)),
        Scale::Percentile => 100.0 * yardstick.place(value),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan as _, civil::Date};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::index::{Purchased, Signals};

    fn subject(purchased: Purchased, signals: Option<&Signals>) -> Subject<'_> {
        let as_of_date = Date::constant(2026, 6, 30);
        Subject { purchased, signals, benchmark_wallet_minor: None, as_of_date, margin: 1.0, minor_per_unit: 100.0 }
    }

    fn judge(rules: &[(Metric, f64, f64, f64)]) -> Judge {
        let rules = rules.iter().map(|(metric, weight, zero_at, full_at)| MetricRule {
            metric: *metric,
            weight: *weight,
            scale: Scale::Linear { zero_at: *zero_at, full_at: *full_at },
        });
        let policy = IndexPolicy::new(rules.collect()).unwrap();
        Judge::new(&policy, std::iter::repeat_with(Yardstick::default))
    }

    /// By hand: contribution 60 of 100 at half, relationship 40: NPS (30) at 90, CSAT (10) unknown.
    #[test]
    fn the_weight_of_what_is_unknown_goes_to_its_component_first() {
        let judge = judge(&[
            (Metric::RevenueLastYear, 60.0, 0.0, 200.0),
            (Metric::Nps, 30.0, 0.0, 10.0),
            (Metric::Csat, 10.0, 1.0, 5.0),
        ]);
        let signals = Signals { nps: Some(9.0), ..Signals::default() };
        let judged =
            judge.judge(&subject(Purchased { last_year_minor: 10_000, ..Purchased::default() }, Some(&signals)));
        assert!((judged.index - (0.6 * 50.0 + 0.4 * 90.0)).abs() < 1e-12);
        assert_eq!(judged.unknown, [Metric::Csat]);
        assert!((judged.metrics[1].weight - 0.4).abs() < 1e-12);
        assert!((judged.metrics[0].gain() - 30.0).abs() < 1e-12);
    }

    #[test]
    fn the_weight_of_an_unknown_component_goes_to_the_others() {
        let judge = judge(&[(Metric::RevenueLastYear, 60.0, 0.0, 200.0), (Metric::StrategicFit, 40.0, 0.0, 100.0)]);
        let purchased = Purchased { last_year_minor: 10_000, ..Purchased::default() };
        assert!((judge.index(&subject(purchased, None)) - 50.0).abs() < 1e-12);
        assert!(
            (judge.index(&subject(purchased, Some(&Signals { strategic_fit: Some(100.0), ..Signals::default() })))
                - 70.0)
                .abs()
                < 1e-12
        );
    }

    #[test]
    fn of_whom_nothing_is_known_is_in_the_middle() {
        let judged = judge(&[(Metric::Nps, 1.0, 0.0, 10.0)]).judge(&subject(Purchased::default(), None));
        assert_eq!((judged.index, judged.metrics.len()), (UNKNOWN, 0));
    }

    /// By hand: met 29 days ago, usually every 14.5: twice the usual, half way from three times (0) to once (100).
    #[test]
    fn who_is_met_less_often_than_usual_scores_less() {
        let judge = judge(&[(Metric::InteractionSilence, 1.0, 3.0, 1.0)]);
        let met = |day, interval| Signals {
            last_interaction_date: Some(Date::constant(2026, 6, day)),
            interaction_interval_days: Some(interval),
            ..Signals::default()
        };
        let index = |signals: &Signals| judge.index(&subject(Purchased::default(), Some(signals)));
        assert!((index(&met(1, 14.5)) - 50.0).abs() < 1e-12);
        assert!((index(&met(1, 29.0)) - 100.0).abs() < 1e-12);
        assert!(index(&met(1, 0.01)).abs() < 1e-12);

        let by_percentile = MetricRule { metric: Metric::InteractionSilence, weight: 1.0, scale: Scale::Percentile };
        let others = [Some(0.5), Some(1.0), Some(4.0), Some(8.0)];
        let policy = IndexPolicy::new(vec![by_percentile]).unwrap();
        let judge = Judge::new(&policy, [Yardstick::of(others.into_iter())]);
        // The least silent of four has half of itself to share: (4 - 1/2) / 4.
        let least = judge.index(&subject(Purchased::default(), Some(&met(20, 20.0))));
        assert!((least - 87.5).abs() < 1e-12, "{least}");
    }

    fn signals() -> impl Strategy<Value = Signals> {
        (
            prop::option::of(1_i64..1_000_000),
            prop::option::of(0.0..=100.0),
            prop::option::of(0.0..=10.0),
            prop::option::of(0_i32..9),
            prop::option::of(0_i32..2_000),
            prop::option::of(0.01..=3_650.0),
        )
            .prop_map(|(yearly_wallet_minor, strategic_fit, nps, open_complaints, silent_days, interval)| {
                Signals {
                    yearly_wallet_minor,
                    strategic_fit,
                    nps,
                    open_complaints,
                    last_interaction_date: silent_days
                        .map(|days| Date::constant(2026, 6, 30).saturating_sub(days.days())),
                    interaction_interval_days: interval,
                    ..Signals::default()
                }
            })
    }

    /// The default, and one that weighs every metric there is, by percentile and on a scale in turn.
    fn policies() -> [IndexPolicy; 2] {
        let rules = Metric::ALL.into_iter().enumerate().map(|(at, metric)| MetricRule {
            metric,
            weight: 1.0 + at as f64,
            scale: if at % 2 == 0 { Scale::Percentile } else { Scale::Linear { zero_at: 3.0, full_at: 1.0 } },
        });
        [IndexPolicy::default(), IndexPolicy::new(rules.collect()).unwrap()]
    }

    proptest! {
        #[test]
        fn what_explains_an_index_sums_to_it(
            clv in prop::option::of(0.0..1e9), last in 0_i64..1_000_000, before in 0_i64..1_000_000, frequency in 0_i32..500,
            recency in 0_i32..2_000, silent in 0_i32..2_000, signals in signals(), others in prop::collection::vec(0.0_f64..1e6, 0..50),
        ) {
            let recency_days = if frequency == 0 { 0 } else { recency.max(frequency) };
            let purchased = Purchased {
                clv_minor: clv, last_year_minor: last, year_before_minor: before, total_revenue_minor: last + before, frequency,
                recency_days, age_days: recency_days + silent, ..Purchased::default()
            };
            for policy in policies() {
                let judge = Judge::new(&policy, std::iter::repeat_with(|| Yardstick::of(others.iter().copied().map(Some))));
                let judged = judge.judge(&subject(purchased, Some(&signals)));
                let points: f64 = judged.metrics.iter().map(MetricScore::points).sum();
                let weights: f64 = judged.metrics.iter().map(|metric| metric.weight).sum();
                prop_assert!((points - judged.index).abs() < 1e-9, "{} {}", points, judged.index);
                prop_assert!((weights - 1.0).abs() < 1e-12);
                prop_assert!((0.0..=100.0).contains(&judged.index));
                prop_assert_eq!(judged.metrics.len() + judged.unknown.len(), policy.rules().len());
            }
        }
    }
}
