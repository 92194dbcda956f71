//! The tier: the place that holds it, and what keeps the customer there.

use super::{
    Facts, Reason,
    phrases::{days, places, ratio},
};
use crate::domain::{currency::grouped, tier_policy::TierMetric};

impl Facts<'_> {
    pub(super) fn tier(&self) -> Reason {
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
            _ if run.tier_rules.is_some() => self.by_rule(),
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

    /// What a tier asks for that takes no places.
    fn by_rule(&self) -> String {
        let tier = self.customer.tier;
        match self.run.tier_rules {
            Some((entry, stay)) if entry == stay => format!("{tier} takes whoever fits: {entry}."),
            Some((entry, stay)) => {
                format!("{tier} takes whoever fits: {entry}. Who was there before also stays while it fits: {stay}.")
            }
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use crate::domain::reasons::example::{facts, text};

    #[test]
    fn who_could_not_rise_to_its_tier_any_more_is_told_to_stay() {
        let mut facts = facts();
        facts.customer.clv_minor = Some(7_900.0);
        assert!(text(&facts, "tier").ends_with("It was there before, and is still above what staying asks for."));
        facts.customer.clv_minor = Some(8_000.0);
        assert!(text(&facts, "tier").ends_with("from 80.00 EUR on."));
    }

    #[test]
    fn a_tier_by_rule_says_the_rule() {
        let mut facts = facts();
        (facts.run.tier, facts.run.tier_rules) = ((1, 0, None), Some(("clv > 80", "clv > 80")));
        assert_eq!(text(&facts, "tier"), "KEY takes whoever fits: clv > 80.");
        facts.run.tier_rules = Some(("clv > 80", "p_alive > 0.5"));
        facts.customer.below_since = Some(Date::constant(2026, 3, 1));
        assert_eq!(
            text(&facts, "tier"),
            "KEY takes whoever fits: clv > 80. Who was there before also stays while it fits: p_alive > 0.5. Below what KEY asks for since \
             2026-03-01: it falls after 90 days of that."
        );
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
}
