//! The lifecycle stage: since when, and what comes next.

use super::{
    Facts, Reason,
    phrases::{ago, days, decimal},
};
use crate::domain::lifecycle::{Bought, Silence, Stage};

impl Facts<'_> {
    pub(super) fn stage(&self) -> Option<Reason> {
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
        let next = Silence::ALL.iter().zip(limits).find(|(_, limit)| silence <= *limit);
        let next = next.map(|(next, limit)| format!("; after {} of silence {}", days(limit), next.stage().name()));
        let back = match self.run.lifecycle.returning_from() {
            Some(from) if stage == Stage::Returning => {
                format!("back after a silence that makes {}; ", from.stage().name())
            }
            _ => String::new(),
        };
        let text = format!("{} since {since}: {back}{bought}{}.", stage.name(), next.unwrap_or_default());
        let mut inputs = vec![
            ("days_since_last_purchase", f64::from(silence)),
            ("purchase_days", f64::from(customer.frequency + 1)),
        ];
        let names = ["at_risk_after_days", "dormant_after_days", "lost_after_days"];
        inputs.extend(names.into_iter().zip(limits).map(|(name, limit)| (name, f64::from(limit))));
        Some(Reason { score: "stage", text, inputs, ratio_to_median: 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use crate::domain::{
        lifecycle::Stage,
        reasons::example::{facts, text},
    };

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
}
