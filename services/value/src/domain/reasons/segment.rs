//! The RFM segment: how recently, how often and for how much.

use btyd::Code;

use super::{
    Facts, Reason,
    phrases::{ago, days},
};

impl Facts<'_> {
    pub(super) fn segment(&self) -> Reason {
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
}
