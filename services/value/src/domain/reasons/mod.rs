//! Why a customer has the scores it has, in sentences for the person who looks after it.
//!
//! A score to explain: a file with its sentence, and a line in [`reasons`].

mod clv;
#[cfg(test)]
mod example;
mod expected_purchases;
mod expected_spend;
mod index;
mod p_alive;
mod phrases;
mod segment;
mod stage;
mod tier;

use btyd::{Code, TransactionKind};
use jiff::civil::Date;

pub use phrases::{days, decimal, percent};

use super::{
    currency::Currency,
    index::Judgement,
    lifecycle::{LifecyclePolicy, Stage},
    tier_policy::TierMetric,
};

/// What the reasons of one customer rest on. Money in minor units.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts<'a> {
    /// The customer's scores and what it did.
    pub customer: CustomerFacts<'a>,
    /// What the run computed for everyone.
    pub run: RunFacts<'a>,
}

/// One customer.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerFacts<'a> {
    /// Place among all.
    pub rank: u64,
    /// Name of the tier.
    pub tier: &'a str,
    /// Name of the segment.
    pub segment: &'a str,
    /// The RFM scores.
    pub code: Code,
    /// Purchase days after the first.
    pub frequency: u32,
    /// Days from the first to the last purchase.
    pub recency_days: u32,
    /// Days from the first purchase to the as-of date.
    pub age_days: u32,
    /// Net revenue.
    pub total_revenue_minor: i64,
    /// Net revenue after the first purchase day.
    pub repeat_revenue_minor: i64,
    /// P(alive).
    pub p_alive: f64,
    /// Over the horizon.
    pub expected_purchases: f64,
    /// Of a purchase day.
    pub expected_spend_minor: Option<f64>,
    /// Over the horizon.
    pub clv_minor: Option<f64>,
    /// The key-account index and all it is made of.
    pub judgement: Option<&'a Judgement>,
    /// The tier by its own numbers.
    pub earned_tier: &'a str,
    /// Since when it is below what that tier asks for.
    pub below_since: Option<Date>,
    /// The lifecycle stage and since when; `None` in runs of before there were stages.
    pub stage: Option<(Stage, Date)>,
}

/// The run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFacts<'a> {
    /// Its currency.
    pub currency: Currency,
    /// Customers with a score.
    pub customers: u64,
    /// Number of RFM scores.
    pub bins: u8,
    /// The model of buying and staying.
    pub model: TransactionKind,
    /// Months predicted.
    pub horizon_months: u32,
    /// Yearly.
    pub annual_discount_rate: f64,
    /// Share of revenue.
    pub margin: f64,
    /// Whether rank is by CLV, else by expected purchases.
    pub ranked_by_clv: bool,
    /// What tiers are made by.
    pub tier_metric: TierMetric,
    /// First and last place by which the customer's tier is entered, and the value of the last one: minor units or the index.
    pub tier: (u64, u64, Option<f64>),
    /// The rules by which the customer's tier is entered and kept; `None` where it is no tier by rule.
    pub tier_rules: Option<(&'a str, &'a str)>,
    /// Days of grace below a tier.
    pub grace_days: u32,
    /// The rules of the lifecycle stages.
    pub lifecycle: &'a LifecyclePolicy,
    /// Scores of the customer in the middle.
    pub medians: &'a crate::scoring::Medians,
}

/// A reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What is explained.
    pub score: &'static str,
    /// The sentence.
    pub text: String,
    /// What it rests on.
    pub inputs: Vec<(&'static str, f64)>,
    /// How many times larger than the median; 0 where that says nothing.
    pub ratio_to_median: f64,
}

/// The reasons, in the order a person asks.
pub fn reasons(facts: &Facts<'_>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = facts.index().into_iter().collect();
    reasons.extend([facts.tier(), facts.segment(), facts.p_alive(), facts.expected_purchases()]);
    reasons.extend(facts.expected_spend());
    reasons.extend(facts.clv());
    reasons.extend(facts.stage());
    reasons
}

impl Facts<'_> {
    fn units(&self, minor: f64) -> f64 {
        minor / self.run.currency.minor_per_unit() as f64
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::{example::facts, *};

    #[test]
    fn every_score_has_a_sentence_with_its_numbers() {
        let texts: Vec<_> = reasons(&facts()).into_iter().map(|reason| reason.text).collect();
        assert_eq!(
            texts,
            [
                "Rank 12 of 2,357 by CLV; KEY holds the first 118 places, from 80.00 EUR on.",
                "Champions (RFM 554, scores from 1 to 5): bought last 45 days ago, on 6 days in all, for 300.00 EUR in total.",
                "Came back on 5 days, every 20.0 days on average; bought last 45 days ago, which is 2.25 times that rhythm: still active with 78.4 %.",
                "3.40 purchase days expected in the next 12 months: further purchases on 5 days in the 145 days since the first one, and still \
                 active with 78.4 %.",
                "42.10 EUR a purchase day: 50.00 EUR on average on 5 days after the first, drawn towards what all customers spend.",
                "138.22 EUR over the next 12 months: 3.40 purchase days of 42.10 EUR, discounted month by month at 10 % a year.",
            ]
        );
    }

    #[test]
    fn ratios_tell_how_many_times_the_median_a_score_is() {
        let ratios: Vec<_> = reasons(&facts()).iter().map(|reason| reason.ratio_to_median).collect();
        assert_eq!(ratios, [13_822.4 / 2_500.0, 0.0, 0.784 / 0.5, 3.4, 4_210.0 / 2_000.0, 13_822.4 / 2_500.0]);
    }

    #[test]
    fn without_a_spend_model_there_is_nothing_to_say_about_spend() {
        let mut facts = facts();
        facts.run.ranked_by_clv = false;
        (facts.customer.expected_spend_minor, facts.customer.clv_minor) = (None, None);
        let reasons = reasons(&facts);
        assert_eq!(reasons.len(), 4);
        assert_eq!(
            reasons[0].text,
            "Rank 12 of 2,357 by expected purchases, as there is no CLV; KEY holds the first 118 places."
        );
        assert_eq!(reasons[0].ratio_to_median, 0.0);
    }
}
