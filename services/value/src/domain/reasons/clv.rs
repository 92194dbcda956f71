//! CLV: purchases times spend, discounted.

use super::{
    Facts, Reason,
    phrases::{months, percent, purchase_days, ratio},
};

impl Facts<'_> {
    pub(super) fn clv(&self) -> Option<Reason> {
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
}
