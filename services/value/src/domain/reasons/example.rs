//! A customer to try reasons on.

use std::sync::LazyLock;

use btyd::{Code, TransactionKind};

use super::{CustomerFacts, Facts, RunFacts, reasons};
use crate::{
    domain::{currency::Currency, lifecycle::LifecyclePolicy, tier_policy::TierMetric},
    scoring::Medians,
};

/// Of the run.
const MEDIANS: Medians = Medians {
    p_alive: 0.5,
    expected_purchases: 1.0,
    expected_spend_minor: Some(2_000.0),
    clv_minor: Some(2_500.0),
    total_revenue_minor: 4_000.0,
    index: Some(40.0),
};

/// A customer in KEY with every score but an index and a stage.
pub fn facts() -> Facts<'static> {
    static LIFECYCLE: LazyLock<LifecyclePolicy> = LazyLock::new(LifecyclePolicy::default);
    Facts {
        customer: CustomerFacts {
            rank: 12,
            tier: "KEY",
            segment: "Champions",
            code: Code { r: 5, f: 5, m: 4 },
            frequency: 5,
            recency_days: 100,
            age_days: 145,
            total_revenue_minor: 30_000,
            repeat_revenue_minor: 25_000,
            p_alive: 0.784,
            expected_purchases: 3.4,
            expected_spend_minor: Some(4_210.0),
            clv_minor: Some(13_822.4),
            judgement: None,
            earned_tier: "KEY",
            below_since: None,
            stage: None,
        },
        run: RunFacts {
            currency: Currency::of_code("EUR").unwrap(),
            customers: 2_357,
            bins: 5,
            model: TransactionKind::BgNbd,
            horizon_months: 12,
            annual_discount_rate: 0.1,
            margin: 1.0,
            ranked_by_clv: true,
            tier_metric: TierMetric::Clv,
            tier: (1, 118, Some(8_000.0)),
            tier_rules: None,
            grace_days: 90,
            medians: &MEDIANS,
            lifecycle: &LIFECYCLE,
        },
    }
}

/// The sentence about a score.
pub fn text(facts: &Facts<'_>, score: &str) -> String {
    reasons(facts).into_iter().find(|reason| reason.score == score).unwrap().text
}
