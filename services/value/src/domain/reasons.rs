//! Why a customer has the scores it has, in sentences for the person who looks after it.

use btyd::{Code, TransactionKind};
use jiff::civil::Date;

use super::{
    currency::{Currency, grouped},
    index::{Component, Judgement, MetricScore},
    lifecycle::{Bought, LifecyclePolicy, Stage},
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
    fn index(&self) -> Option<Reason> {
        let judged = self.customer.judgement?;
        let points = Component::ALL.map(|component| {
            let of = judged.metrics.iter().filter(|metric| metric.metric.component() == component);
            (component, of.clone().count(), of.map(MetricScore::points).sum::<f64>())
        });
        let known = points.iter().filter(|(_, metrics, _)| *metrics > 0);
        let parts: Vec<String> =
            known.map(|(component, _, points)| format!("{} {points:.1}", component.name())).collect();
        let most = judged.metrics.iter().max_by(|left, right| left.gain().total_cmp(&right.gain()));
        let most = most.filter(|metric| metric.gain() >= 0.05).map(|metric| {
            format!(
                " Most to gain: {} ({:.0} of 100), up to {:.1} points.",
                metric.metric.name(),
                metric.score,
                metric.gain()
            )
        });
        let text = format!("Index {:.1} of 100: {}.{}", judged.index, parts.join(" + "), most.unwrap_or_default());
        let inputs = points.iter().filter(|(_, metrics, _)| *metrics > 0).map(|(of, _, points)| (of.name(), *points));
        let ratio_to_median = ratio(Some(judged.index), self.run.medians.index);
        Some(Reason { score: "index", text, inputs: inputs.collect(), ratio_to_median })
    }

    fn tier(&self) -> Reason {
        let (customer, run) = (&self.customer, &self.run);
        let (first, last, threshold) = run.tier;
        let told = |value| match run.tier_metric {
            TierMetric::Index => format!("{value:.1}"),
            TierMetric::Clv | TierMetric::TotalRevenue => run.currency.text(value),
        };
        let threshold = threshold.map(|value| format!(", from {} on", told(value))).unwrap_or_default();
        let places = if first == 1 {
            format!("the first {}", places(last))
        } else {
            format!("places {} to {}", grouped(first), grouped(last))
        };
        let (rank, customers) = (grouped(customer.rank), grouped(run.customers));
        let mut text = match run.tier_metric {
            TierMetric::Clv if run.ranked_by_clv => {
                format!("Rank {rank} of {customers} by CLV; {} holds {places}{threshold}.", customer.tier)
            }
            TierMetric::Clv => {
                format!(
                    "Rank {rank} of {customers} by expected purchases, as there is no CLV; {} holds {places}.",
                    customer.tier
                )
            }
            TierMetric::TotalRevenue => format!(
                "{} net revenue so far; by that {} holds {places} of {customers}{threshold}.",
                run.currency.text(customer.total_revenue_minor as f64),
                customer.tier
            ),
            TierMetric::Index => {
                let index = customer.judgement.map(|judged| judged.index).unwrap_or_default();
                format!("Index {index:.1}; by that {} holds {places} of {customers}{threshold}.", customer.tier)
            }
        };
        let value = match run.tier_metric {
            TierMetric::Clv => customer.clv_minor,
            TierMetric::TotalRevenue => Some(customer.total_revenue_minor as f64),
            TierMetric::Index => customer.judgement.map(|judged| judged.index),
        };
        let stays = value.zip(run.tier.2).is_some_and(|(value, threshold)| value < threshold);
        if stays && customer.below_since.is_none() && customer.earned_tier == customer.tier {
            text.push_str(" It was there before, and is still above what staying asks for.");
        }
        if customer.earned_tier != customer.tier {
            text.push_str(" By its own numbers it would be in ");
            text.push_str(customer.earned_tier);
            text.push_str(": people decided, or the gate holds it.");
        }
        if let Some(since) = customer.below_since {
            let (earned, grace) = (customer.earned_tier, days(run.grace_days));
            text = format!("{text} Below what {earned} asks for since {since}: it falls after {grace} of that.");
        }
        let ratio_to_median = match run.tier_metric {
            TierMetric::Clv => ratio(customer.clv_minor, run.medians.clv_minor),
            TierMetric::TotalRevenue => {
                ratio(Some(customer.total_revenue_minor as f64), Some(run.medians.total_revenue_minor))
            }
            TierMetric::Index => ratio(customer.judgement.map(|judged| judged.index), run.medians.index),
        };
        let mut inputs = vec![("rank", customer.rank as f64), ("customers", run.customers as f64)];
        let per_unit = if run.tier_metric == TierMetric::Index { 1.0 } else { run.currency.minor_per_unit() as f64 };
        inputs.extend(run.tier.2.map(|value| ("tier_threshold", value / per_unit)));
        Reason { score: "tier", text, inputs, ratio_to_median }
    }

    fn segment(&self) -> Reason {
        let (customer, run) = (&self.customer, &self.run);
        let Code { r, f, m } = customer.code;
        let since = customer.age_days - customer.recency_days;
        let text = format!(
            "{} (RFM {}, scores from 1 to {}): bought last {}, on {} in all, for {} in total.",
            customer.segment,
            customer.code,
            run.bins,
            ago(since),
            days(customer.frequency + 1),
            run.currency.text(customer.total_revenue_minor as f64)
        );
        let inputs = vec![
            ("recency_score", f64::from(r)),
            ("frequency_score", f64::from(f)),
            ("monetary_score", f64::from(m)),
            ("days_since_last_purchase", f64::from(since)),
            ("purchase_days", f64::from(customer.frequency + 1)),
            ("total_revenue", self.units(customer.total_revenue_minor as f64)),
        ];
        Reason { score: "segment", text, inputs, ratio_to_median: 0.0 }
    }

    fn p_alive(&self) -> Reason {
        let (customer, run) = (&self.customer, &self.run);
        let since = customer.age_days - customer.recency_days;
        let active = percent(customer.p_alive);
        let mut inputs = vec![
            ("frequency", f64::from(customer.frequency)),
            ("recency_days", f64::from(customer.recency_days)),
            ("age_days", f64::from(customer.age_days)),
            ("days_since_last_purchase", f64::from(since)),
        ];
        let text = match (customer.frequency, run.model) {
            (0, TransactionKind::BgNbd) => format!(
                "Bought on one day only, {}: BG/NBD takes every such customer for active, so {active} says nothing about leaving.",
                ago(since)
            ),
            (0, TransactionKind::MbgNbd | TransactionKind::ParetoNbd | TransactionKind::MbgCnbd) => {
                format!("Bought on one day only, {}: still active with {active}.", ago(since))
            }
            (frequency, _) => {
                let rhythm = f64::from(customer.recency_days) / f64::from(frequency);
                inputs.push(("days_between_purchases", rhythm));
                format!(
                    "Came back on {}, every {} days on average; bought last {}, which is {} times that rhythm: still active with {active}.",
                    days(frequency),
                    decimal(rhythm),
                    ago(since),
                    decimal(f64::from(since) / rhythm)
                )
            }
        };
        Reason {
            score: "p_alive",
            text,
            inputs,
            ratio_to_median: ratio(Some(customer.p_alive), Some(run.medians.p_alive)),
        }
    }

    fn expected_purchases(&self) -> Reason {
        let (customer, run) = (&self.customer, &self.run);
        let text = format!(
            "{} expected in the next {}: {} in the {} since the first one, and still active with {}.",
            purchase_days(customer.expected_purchases),
            months(run.horizon_months),
            match customer.frequency {
                0 => "no further purchase".to_owned(),
                frequency => format!("further purchases on {}", days(frequency)),
            },
            days(customer.age_days),
            percent(customer.p_alive)
        );
        let inputs = vec![
            ("frequency", f64::from(customer.frequency)),
            ("age_days", f64::from(customer.age_days)),
            ("p_alive", customer.p_alive),
            ("horizon_months", f64::from(run.horizon_months)),
        ];
        let ratio_to_median = ratio(Some(customer.expected_purchases), Some(run.medians.expected_purchases));
        Reason { score: "expected_purchases", text, inputs, ratio_to_median }
    }

    fn expected_spend(&self) -> Option<Reason> {
        let (customer, run) = (&self.customer, &self.run);
        let spend = customer.expected_spend_minor?;
        let expected = run.currency.text(spend);
        let (text, own) = match customer.frequency {
            0 => (
                format!(
                    "{expected} a purchase day: with no purchase after the first, what customers spend on average."
                ),
                0.0,
            ),
            frequency => {
                let own = customer.repeat_revenue_minor as f64 / f64::from(frequency);
                let text = format!(
                    "{expected} a purchase day: {} on average on {} after the first, drawn towards what all customers spend.",
                    run.currency.text(own),
                    days(frequency)
                );
                (text, own)
            }
        };
        let inputs = vec![("frequency", f64::from(customer.frequency)), ("monetary_value", self.units(own))];
        Some(Reason {
            score: "expected_spend",
            text,
            inputs,
            ratio_to_median: ratio(Some(spend), run.medians.expected_spend_minor),
        })
    }

    fn clv(&self) -> Option<Reason> {
        let (customer, run) = (&self.customer, &self.run);
        let (clv, spend) = (customer.clv_minor?, customer.expected_spend_minor?);
        let margin = if run.margin < 1.0 { format!(" at a margin of {}", percent(run.margin)) } else { String::new() };
        let text = format!(
            "{} over the next {}: {} of {}{margin}, discounted month by month at {} a year.",
            run.currency.text(clv),
            months(run.horizon_months),
            purchase_days(customer.expected_purchases),
            run.currency.text(spend),
            percent(run.annual_discount_rate)
        );
        let inputs = vec![
            ("expected_purchases", customer.expected_purchases),
            ("expected_spend", self.units(spend)),
            ("margin", run.margin),
            ("annual_discount_rate", run.annual_discount_rate),
            ("horizon_months", f64::from(run.horizon_months)),
        ];
        Some(Reason { score: "clv", text, inputs, ratio_to_median: ratio(Some(clv), run.medians.clv_minor) })
    }

    fn stage(&self) -> Option<Reason> {
        let customer = &self.customer;
        let (stage, since) = customer.stage?;
        let silence = customer.age_days - customer.recency_days;
        let limits = self.run.lifecycle.limits(Bought {
            first_day: 0,
            last_day: i32::try_from(customer.recency_days).unwrap_or(i32::MAX),
            frequency: customer.frequency,
        });
        let bought = match customer.frequency {
            0 => format!("bought on one day only, {}", ago(silence)),
            frequency => format!(
                "bought on {}, every {} days on average, last {}",
                days(frequency + 1),
                decimal(f64::from(customer.recency_days) / f64::from(frequency)),
                ago(silence)
            ),
        };
        let next = Stage::ALL[Stage::AtRisk as usize..].iter().zip(limits).find(|(_, limit)| silence <= *limit);
        let next = next.map(|(next, limit)| format!("; after {} of silence {}", days(limit), next.name()));
        let text = format!("{} since {since}: {bought}{}.", stage.name(), next.unwrap_or_default());
        let mut inputs = vec![
            ("days_since_last_purchase", f64::from(silence)),
            ("purchase_days", f64::from(customer.frequency + 1)),
        ];
        let names = ["at_risk_after_days", "dormant_after_days", "lost_after_days"];
        inputs.extend(names.into_iter().zip(limits).map(|(name, limit)| (name, f64::from(limit))));
        Some(Reason { score: "stage", text, inputs, ratio_to_median: 0.0 })
    }

    fn units(&self, minor: f64) -> f64 {
        minor / self.run.currency.minor_per_unit() as f64
    }
}

fn ratio(value: Option<f64>, median: Option<f64>) -> f64 {
    match (value, median) {
        (Some(value), Some(median)) if median > 0.0 => value / median,
        _ => 0.0,
    }
}

fn places(number: u64) -> String {
    if number == 1 { "place".to_owned() } else { format!("{} places", grouped(number)) }
}

pub(super) fn days(number: u32) -> String {
    if number == 1 { "1 day".to_owned() } else { format!("{} days", grouped(u64::from(number))) }
}

fn ago(number: u32) -> String {
    if number == 0 { "on the as-of date".to_owned() } else { format!("{} ago", days(number)) }
}

fn months(number: u32) -> String {
    if number == 1 { "month".to_owned() } else { format!("{number} months") }
}

fn purchase_days(number: f64) -> String {
    format!("{} purchase days", decimal(number))
}

/// Two digits below ten, one above: what such an estimate is worth.
pub(super) fn decimal(number: f64) -> String {
    if number < 9.995 { format!("{number:.2}") } else { format!("{number:.1}") }
}

/// A share in per cent; what is not quite all or nothing is not called so.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match format!("{percent:.1}").as_str() {
        "100.0" if share < 1.0 => "more than 99.9 %".to_owned(),
        "0.0" if share > 0.0 => "less than 0.1 %".to_owned(),
        rounded => format!("{} %", rounded.strip_suffix(".0").unwrap_or(rounded)),
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::{domain::index::Metric, scoring::Medians};

    const MEDIANS: Medians = Medians {
        p_alive: 0.5,
        expected_purchases: 1.0,
        expected_spend_minor: Some(2_000.0),
        clv_minor: Some(2_500.0),
        total_revenue_minor: 4_000.0,
        index: Some(40.0),
    };

    fn facts() -> Facts<'static> {
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
                grace_days: 90,
                medians: &MEDIANS,
                lifecycle: &LIFECYCLE,
            },
        }
    }

    fn text(facts: &Facts<'_>, score: &str) -> String {
        reasons(facts).into_iter().find(|reason| reason.score == score).unwrap().text
    }

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
    fn the_index_is_told_by_its_parts_and_what_would_change_it_most() {
        let metric = |metric, weight, score| MetricScore { metric, value: 1.0, weight, score };
        let judged = Judgement {
            index: 60.0,
            metrics: vec![metric(Metric::Clv, 0.6, 80.0), metric(Metric::Growth, 0.4, 30.0)],
            unknown: vec![Metric::Nps],
        };
        let mut facts = facts();
        facts.customer.judgement = Some(&judged);
        assert_eq!(
            text(&facts, "index"),
            "Index 60.0 of 100: contribution 48.0 + potential 12.0. Most to gain: growth (30 of 100), up to 28.0 points."
        );
        assert_eq!(reasons(&facts)[0].ratio_to_median, 1.5);
    }

    #[test]
    fn who_could_not_rise_to_its_tier_any_more_is_told_to_stay() {
        let mut facts = facts();
        facts.customer.clv_minor = Some(7_900.0);
        assert!(text(&facts, "tier").ends_with("It was there before, and is still above what staying asks for."));
        facts.customer.clv_minor = Some(8_000.0);
        assert!(text(&facts, "tier").ends_with("from 80.00 EUR on."));
    }

    #[test]
    fn a_tier_that_is_not_earned_or_no_longer_says_so() {
        let mut facts = facts();
        (facts.customer.earned_tier, facts.customer.below_since) = ("GROWTH", Some(Date::constant(2026, 3, 1)));
        assert_eq!(
            text(&facts, "tier"),
            "Rank 12 of 2,357 by CLV; KEY holds the first 118 places, from 80.00 EUR on. By its own numbers it would be in GROWTH: people \
             decided, or the gate holds it. Below what GROWTH asks for since 2026-03-01: it falls after 90 days of that."
        );
    }

    /// Every 20 days: at risk after 40, dormant after 90, the least that the default allows.
    #[test]
    fn the_stage_says_what_it_rests_on_and_what_comes_next() {
        let mut facts = facts();
        facts.customer.stage = Some((Stage::AtRisk, Date::constant(2026, 3, 1)));
        assert_eq!(
            text(&facts, "stage"),
            "AT_RISK since 2026-03-01: bought on 6 days, every 20.0 days on average, last 45 days ago; after 90 days of silence DORMANT."
        );
        (facts.customer.frequency, facts.customer.recency_days, facts.customer.age_days) = (0, 0, 731);
        facts.customer.stage = Some((Stage::Lost, Date::constant(2026, 3, 1)));
        assert_eq!(text(&facts, "stage"), "LOST since 2026-03-01: bought on one day only, 731 days ago.");
    }

    #[test]
    fn ratios_tell_how_many_times_the_median_a_score_is() {
        let ratios: Vec<_> = reasons(&facts()).iter().map(|reason| reason.ratio_to_median).collect();
        assert_eq!(ratios, [13_822.4 / 2_500.0, 0.0, 0.784 / 0.5, 3.4, 4_210.0 / 2_000.0, 13_822.4 / 2_500.0]);
    }

    #[test]
    fn a_certain_p_alive_of_a_one_time_buyer_is_called_what_it_is() {
        let mut once = facts();
        (once.customer.frequency, once.customer.recency_days, once.customer.p_alive) = (0, 0, 1.0);
        assert_eq!(
            text(&once, "p_alive"),
            "Bought on one day only, 145 days ago: BG/NBD takes every such customer for active, so 100 % says nothing about leaving."
        );
        once.customer.p_alive = 0.999_99;
        for model in [TransactionKind::MbgNbd, TransactionKind::ParetoNbd] {
            once.run.model = model;
            let told = text(&once, "p_alive");
            assert_eq!(told, "Bought on one day only, 145 days ago: still active with more than 99.9 %.");
        }
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
