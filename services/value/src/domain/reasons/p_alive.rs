//! P(alive): the silence against the rhythm.

use btyd::TransactionKind;

use super::{
    Facts, Reason,
    phrases::{ago, days, decimal, percent, ratio},
};

impl Facts<'_> {
    pub(super) fn p_alive(&self) -> Reason {
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
}

#[cfg(test)]
mod tests {
    use btyd::TransactionKind;

    use crate::domain::reasons::example::{facts, text};

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
}
