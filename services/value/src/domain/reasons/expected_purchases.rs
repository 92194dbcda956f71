//! Expected purchases: what was, carried on.

use super::{
    Facts, Reason,
    phrases::{days, months, percent, purchase_days, ratio},
};

impl Facts<'_> {
    pub(super) fn expected_purchases(&self) -> Reason {
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
}
