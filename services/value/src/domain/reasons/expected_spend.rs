//! Expected spend: the own mean, drawn towards that of all.

use super::{
    Facts, Reason,
    phrases::{days, ratio},
};

impl Facts<'_> {
    pub(super) fn expected_spend(&self) -> Option<Reason> {
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
}
