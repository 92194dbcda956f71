//! Tier and index policies between the contract and the rules.

use clientele_page::Filter;
use clientele_proto::value::v1::{
    IndexMetric, IndexMetricRule, IndexPolicy as IndexMessage, LinearScale, TierMetric as MetricMessage,
    TierPolicy as TierMessage, TierRule, WalletBenchmark as BenchmarkMessage,
    tier_rule::{Entry, Stay},
};

use super::settings_message::{Wrong, minor, money};
use crate::domain::{
    currency::Currency,
    index::{IndexPolicy, Metric, MetricRule, PeerAttribute, Scale, WalletBenchmark},
    tier_policy::{NewTier, Threshold, TierMetric, TierPolicy},
    tier_rule::Rule,
};
use crate::store::tier_rule::tier_rule;

/// The tier policy asked for; without `currency` amounts may be in any one.
pub fn tiers(message: Option<&TierMessage>, currency: Option<Currency>, wrong: &mut Wrong) -> Option<TierPolicy> {
    let default = TierMessage::default();
    let message = message.unwrap_or(&default);
    let metric = match message.metric() {
        MetricMessage::TotalRevenue => TierMetric::TotalRevenue,
        MetricMessage::Index => TierMetric::Index,
        MetricMessage::Clv | MetricMessage::Unspecified => TierMetric::Clv,
    };
    let policy = if message.tiers.is_empty() {
        TierPolicy { metric, ..TierPolicy::default() }
    } else {
        TierPolicy::new(metric, new_tiers(&message.tiers, currency, wrong))
            .map_err(|errors| {
                for (at, error) in errors {
                    wrong.add(&format!("tier_policy.tiers[{at}]"), error.to_string());
                }
            })
            .ok()?
    };
    let best_unqualified = match message.best_unqualified_tier.as_str() {
        "" => None,
        name => {
            let place = policy.place(name);
            if place.is_none() {
                wrong.add("tier_policy.best_unqualified_tier", "must be the name of one of the tiers");
            }
            place
        }
    };
    let Ok(grace_days) = u32::try_from(message.grace_days) else {
        wrong.add("tier_policy.grace_days", "must not be negative");
        return None;
    };
    Some(TierPolicy { grace_days, best_unqualified, ..policy })
}

fn new_tiers(rules: &[TierRule], currency: Option<Currency>, wrong: &mut Wrong) -> Vec<NewTier> {
    let mut tiers = Vec::with_capacity(rules.len());
    let mut currency = currency;
    for (at, rule) in rules.iter().enumerate() {
        let field = |field: &str| format!("tier_policy.tiers[{at}].{field}");
        let mut from = |name: &str, from: &clientele_proto::Money, wrong: &mut Wrong| {
            // Amounts of one policy are in one currency.
            currency = currency.or_else(|| Currency::of_code(&from.currency_code).ok());
            Threshold::FromMinor(minor(&field(name), from, currency, wrong).unwrap_or_default())
        };
        let entry = rule.entry.as_ref().map(|entry| match entry {
            Entry::TopShare(share) => Threshold::TopShare(*share),
            Entry::FromIndex(index) => Threshold::FromIndex(*index),
            Entry::FromValue(value) => from("from_value", value, wrong),
            Entry::Rule(text) => by_rule(&field("rule"), text, wrong),
        });
        let stay = rule.stay.as_ref().map(|stay| match stay {
            Stay::StayTopShare(share) => Threshold::TopShare(*share),
            Stay::StayFromIndex(index) => Threshold::FromIndex(*index),
            Stay::StayFromValue(value) => from("stay_from_value", value, wrong),
            Stay::StayRule(text) => by_rule(&field("stay_rule"), text, wrong),
        });
        tiers.push(NewTier { name: rule.tier.clone(), entry, stay, entitlements: rule.entitlements.clone() });
    }
    tiers
}

/// The threshold that a rule stands for; one that cannot be read is told and stands for one that takes everybody.
fn by_rule(field: &str, text: &str, wrong: &mut Wrong) -> Threshold {
    let filter = match tier_rule(text) {
        Ok(filter) => {
            if filter.is_empty() {
                wrong.add(field, "is empty, which everybody fits: say whom the tier takes, such as clv > 500");
            }
            filter
        }
        Err(error) => {
            wrong.add(field, error.to_string());
            Filter::everything()
        }
    };
    Threshold::Rule(Rule::new(text, filter))
}

/// The tier policy as the contract tells it.
pub fn tiers_message(policy: &TierPolicy, currency: Currency) -> TierMessage {
    let rule = |tier: &crate::domain::tier_policy::Tier| TierRule {
        tier: tier.name.clone(),
        entry: match &tier.entry {
            Threshold::TopShare(share) => Some(Entry::TopShare(*share)),
            Threshold::FromMinor(from) => Some(Entry::FromValue(money(currency, *from))),
            Threshold::FromIndex(from) => Some(Entry::FromIndex(*from)),
            Threshold::Rule(rule) => Some(Entry::Rule(rule.text().to_owned())),
            Threshold::Rest => None,
        },
        stay: match &tier.stay {
            Threshold::TopShare(share) => Some(Stay::StayTopShare(*share)),
            Threshold::FromMinor(from) => Some(Stay::StayFromValue(money(currency, *from))),
            Threshold::FromIndex(from) => Some(Stay::StayFromIndex(*from)),
            Threshold::Rule(rule) => Some(Stay::StayRule(rule.text().to_owned())),
            Threshold::Rest => None,
        },
        entitlements: tier.entitlements.clone(),
    };
    let metric = match policy.metric {
        TierMetric::Clv => MetricMessage::Clv,
        TierMetric::TotalRevenue => MetricMessage::TotalRevenue,
        TierMetric::Index => MetricMessage::Index,
    };
    let best_unqualified = policy.best_unqualified.and_then(|place| policy.tiers.get(place));
    TierMessage {
        metric: metric.into(),
        tiers: policy.tiers.iter().map(rule).collect(),
        grace_days: policy.grace_days as i32,
        best_unqualified_tier: best_unqualified.map(|tier| tier.name.clone()).unwrap_or_default(),
    }
}

/// The index policy asked for.
pub fn index(message: Option<&IndexMessage>, wrong: &mut Wrong) -> Option<IndexPolicy> {
    let mut rules = Vec::new();
    for (at, rule) in message.map(|message| message.metrics.as_slice()).unwrap_or_default().iter().enumerate() {
        let Some(metric) = metric(rule.metric()) else {
            wrong.add(&format!("index_policy.metrics[{at}].metric"), "must be one of the metrics");
            continue;
        };
        let scale = match rule.linear_scale {
            None => Scale::Percentile,
            Some(LinearScale { zero_at, full_at }) => Scale::Linear { zero_at, full_at },
        };
        rules.push(MetricRule { metric, weight: rule.weight, scale });
    }
    let benchmark = wallet_benchmark(message.and_then(|message| message.wallet_benchmark.as_ref()), wrong);
    match IndexPolicy::new(rules) {
        Ok(policy) => Some(policy.with_wallet_benchmark(benchmark?)),
        Err(errors) => {
            for (at, error) in errors {
                wrong.add(&format!("index_policy.metrics[{at}].{}", error.field()), error.to_string());
            }
            None
        }
    }
}

/// The benchmark of wallets asked for: none, or `None` where what is asked for does not hold.
#[expect(clippy::option_option, reason = "none asked for is not the same as none that holds")]
fn wallet_benchmark(message: Option<&BenchmarkMessage>, wrong: &mut Wrong) -> Option<Option<WalletBenchmark>> {
    let Some(message) = message else { return Some(None) };
    let quantile = if message.quantile == 0.0 { WalletBenchmark::QUANTILE } else { message.quantile };
    let minimum_wallets = match message.minimum_wallets {
        0 => WalletBenchmark::MINIMUM_WALLETS,
        wallets => u32::try_from(wallets).unwrap_or_default(),
    };
    match WalletBenchmark::new(&message.attributes, quantile, minimum_wallets) {
        Ok(benchmark) => Some(Some(benchmark)),
        Err(errors) => {
            for error in errors {
                wrong.add(&format!("index_policy.wallet_benchmark.{}", error.field()), error.to_string());
            }
            None
        }
    }
}

/// The index policy as the contract tells it.
pub fn index_message(policy: &IndexPolicy) -> IndexMessage {
    let rule = |rule: &MetricRule| IndexMetricRule {
        metric: metric_message(rule.metric).into(),
        weight: rule.weight,
        linear_scale: match rule.scale {
            Scale::Percentile => None,
            Scale::Linear { zero_at, full_at } => Some(LinearScale { zero_at, full_at }),
        },
    };
    let benchmark = |benchmark: &WalletBenchmark| BenchmarkMessage {
        attributes: benchmark.attributes().iter().map(PeerAttribute::name).collect(),
        quantile: benchmark.quantile(),
        minimum_wallets: benchmark.minimum_wallets() as i32,
    };
    IndexMessage {
        metrics: policy.rules().iter().map(rule).collect(),
        wallet_benchmark: policy.wallet_benchmark().map(benchmark),
    }
}

/// The metric of the contract's number.
fn metric(message: IndexMetric) -> Option<Metric> {
    Metric::ALL.into_iter().find(|metric| metric_message(*metric) == message)
}

/// The contract's number of a metric.
pub fn metric_message(metric: Metric) -> IndexMetric {
    match metric {
        Metric::Clv => IndexMetric::Clv,
        Metric::RevenueLastYear => IndexMetric::RevenueLastYear,
        Metric::Profit => IndexMetric::Profit,
        Metric::Growth => IndexMetric::Growth,
        Metric::WalletHeadroom => IndexMetric::WalletHeadroom,
        Metric::ExpectedPurchases => IndexMetric::ExpectedPurchases,
        Metric::Tenure => IndexMetric::Tenure,
        Metric::Silence => IndexMetric::Silence,
        Metric::DaysSinceInteraction => IndexMetric::DaysSinceInteraction,
        Metric::Nps => IndexMetric::Nps,
        Metric::Csat => IndexMetric::Csat,
        Metric::OpenComplaints => IndexMetric::OpenComplaints,
        Metric::StrategicFit => IndexMetric::StrategicFit,
        Metric::ClvToCac => IndexMetric::ClvToCac,
        Metric::NeedsCoverage => IndexMetric::NeedsCoverage,
        Metric::InteractionSilence => IndexMetric::InteractionSilence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_has_every_metric() {
        for of in Metric::ALL {
            assert_eq!(metric(metric_message(of)), Some(of));
        }
        assert_eq!(metric(IndexMetric::Unspecified), None);
    }

    #[test]
    fn policies_survive_being_told_and_read_again() {
        let euro = Currency::of_code("EUR").unwrap();
        let tier = |name: &str, entry, stay| TierRule { tier: name.to_owned(), entry, stay, ..TierRule::default() };
        let message = TierMessage {
            metric: MetricMessage::TotalRevenue.into(),
            tiers: vec![
                tier("GOLD", Some(Entry::FromValue(money(euro, 5_000))), Some(Stay::StayFromValue(money(euro, 4_000)))),
                tier("SILVER", Some(Entry::TopShare(0.5)), None),
                tier("LOYAL", Some(Entry::Rule("stage = LOYAL".into())), Some(Stay::StayRule(" p_alive>0.5".into()))),
                tier("REST", None, None),
            ],
            grace_days: 90,
            best_unqualified_tier: "SILVER".to_owned(),
        };
        let mut wrong = Wrong::default();
        let policy = tiers(Some(&message), Some(euro), &mut wrong).unwrap();
        assert_eq!(policy.best_unqualified, Some(1));
        let told = tiers_message(&policy, euro).tiers.remove(2);
        assert_eq!(
            (&told.entry, &told.stay),
            (&message.tiers[2].entry, &message.tiers[2].stay),
            "as they were written"
        );
        assert_eq!(tiers(Some(&tiers_message(&policy, euro)), Some(euro), &mut wrong), Some(policy));
        let attributes = ["kind".to_owned(), "attributes.region".to_owned()];
        let benchmark = WalletBenchmark::new(&attributes, 0.75, 8).unwrap();
        let policy = IndexPolicy::default().with_wallet_benchmark(Some(benchmark));
        assert_eq!(index(Some(&index_message(&policy)), &mut wrong), Some(policy));
        assert!(wrong.violations().is_empty());
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_told_with_its_field_and_where_and_nothing_else() {
        let rule = |entry: &str, stay: Option<&str>| TierRule {
            tier: format!("T{}", entry.len()),
            entry: Some(Entry::Rule(entry.to_owned())),
            stay: stay.map(|stay| Stay::StayRule(stay.to_owned())),
            ..TierRule::default()
        };
        let rules = [rule("clv > 5", Some("clv > x")), rule("tier = KEY", None), rule(" ", None), rule("rank <", None)];
        let last = TierRule { tier: "REST".into(), ..TierRule::default() };
        let mut wrong = Wrong::default();
        let message = TierMessage { tiers: rules.into_iter().chain([last]).collect(), ..TierMessage::default() };
        tiers(Some(&message), None, &mut wrong);
        let told: Vec<_> = wrong.violations().iter().map(|told| (told.field.as_str(), &told.description)).collect();
        for (at, (field, says)) in [
            ("tiers[0].stay_rule", "filter, character 7: clv expects a number"),
            ("tiers[1].rule", "filter, character 1: tier is what the rules of tiers decide"),
            ("tiers[2].rule", "is empty, which everybody fits"),
            ("tiers[3].rule", "filter, character 1: rank is a place among all customers"),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(told[at].0, format!("settings.tier_policy.{field}"));
            assert!(told[at].1.starts_with(says), "{}", told[at].1);
        }
        assert_eq!(told.len(), 4, "{told:?}");
    }

    #[test]
    fn a_benchmark_takes_the_median_of_five_wallets_unless_it_says_otherwise() {
        let attributes = vec!["industry_code".to_owned()];
        let message = |wallet_benchmark| IndexMessage { wallet_benchmark, ..IndexMessage::default() };
        let asked = BenchmarkMessage { attributes: attributes.clone(), ..BenchmarkMessage::default() };
        let mut wrong = Wrong::default();
        let policy = index(Some(&message(Some(asked.clone()))), &mut wrong).unwrap();
        assert_eq!(policy.wallet_benchmark(), Some(&WalletBenchmark::new(&attributes, 0.5, 5).unwrap()));
        assert_eq!(index(Some(&message(None)), &mut wrong), Some(IndexPolicy::default()));
        let bad = BenchmarkMessage { attributes: vec!["region".into()], minimum_wallets: -1, ..asked };
        assert_eq!(index(Some(&message(Some(bad))), &mut wrong), None);
        let fields: Vec<_> = wrong.violations().iter().map(|violation| violation.field.as_str()).collect();
        let under = "settings.index_policy.wallet_benchmark";
        assert_eq!(fields, [format!("{under}.attributes[0]"), format!("{under}.minimum_wallets")]);
    }

    #[test]
    fn what_does_not_hold_is_told_where_it_stands() {
        let mut wrong = Wrong::default();
        let gate = TierMessage { best_unqualified_tier: "SOME".into(), ..TierMessage::default() };
        tiers(Some(&gate), None, &mut wrong);
        let rule = IndexMetricRule { metric: IndexMetric::Csat.into(), weight: 1.0, linear_scale: None };
        index(Some(&IndexMessage { metrics: vec![rule, rule], ..IndexMessage::default() }), &mut wrong);
        let fields: Vec<_> = wrong.violations().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["settings.tier_policy.best_unqualified_tier", "settings.index_policy.metrics[1].metric"]);
    }
}
