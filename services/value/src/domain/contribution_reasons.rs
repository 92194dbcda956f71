//! Why a customer's profit is what it is, and how far what winning it cost has been paid back.

use jiff::{Unit, civil::Date};

use super::{contribution::Contribution, currency::Currency, reasons::Reason};

/// What the reason rests on. Money in minor units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// The run's currency.
    pub currency: Currency,
    /// What the customer has brought and cost.
    pub contribution: Contribution,
    /// The part of what winning it cost that is its share of acquisition spends.
    pub share_minor: i64,
    /// CLV, where there is one.
    pub clv_minor: Option<f64>,
    /// The day of the first purchase.
    pub first_purchase_date: Date,
    /// Since when it has paid back.
    pub payback_date: Option<Date>,
}

/// The reason; `None` for a customer of whom no cost is known.
pub fn reason(facts: &Facts) -> Option<Reason> {
    let of = &facts.contribution;
    if of.cost_of_goods_minor == 0 && of.cost_to_serve_minor == 0 && of.acquisition_cost_minor == 0 {
        return None;
    }
    let money = |minor: i64| facts.currency.text(minor as f64);
    let mut sentences = vec![format!(
        "Profit {}: net revenue {} at a margin of {}, less {} of goods, {} to serve and {} to win the customer.",
        money(of.profit_minor()),
        money(of.revenue_minor),
        percent(of.margin),
        money(of.cost_of_goods_minor),
        money(of.cost_to_serve_minor),
        money(of.acquisition_cost_minor),
    )];
    if of.acquisition_cost_minor > 0 {
        sentences.extend(facts.paid_back());
    }
    let units = |minor: i64| minor as f64 / facts.currency.minor_per_unit() as f64;
    let mut inputs = vec![
        ("total_revenue", units(of.revenue_minor)),
        ("run_margin", of.margin),
        ("cost_of_goods", units(of.cost_of_goods_minor)),
        ("cost_to_serve", units(of.cost_to_serve_minor)),
        ("acquisition_cost", units(of.acquisition_cost_minor)),
        ("acquisition_spend_share", units(facts.share_minor)),
    ];
    inputs.extend(of.clv_to_cac(facts.clv_minor).map(|ratio| ("clv_to_cac", ratio)));
    Some(Reason { score: "contribution", text: sentences.join(" "), inputs, ratio_to_median: 0.0 })
}

impl Facts {
    fn paid_back(&self) -> Vec<String> {
        let money = |minor: i64| self.currency.text(minor as f64);
        let share = (self.share_minor > 0).then(|| {
            format!("Of the cost of winning it {} are its share of acquisition spends.", money(self.share_minor))
        });
        let payback = match self.payback_date {
            Some(date) => {
                let days = date.since((Unit::Day, self.first_purchase_date)).map_or(0, |span| span.get_days());
                Some(format!("That cost is paid back since {date}, {days} days after the first purchase."))
            }
            None => self
                .contribution
                .payback_left_minor()
                .map(|left| format!("{} of the cost of winning it are not paid back yet.", money(left))),
        };
        let ratio = self.contribution.clv_to_cac(self.clv_minor);
        let ratio = ratio.map(|ratio| format!("CLV is {ratio:.1} times the cost of winning it."));
        [share, payback, ratio].into_iter().flatten().collect()
    }
}

/// A share for a person, such as `30 %`.
fn percent(share: f64) -> String {
    let percent = (share * 1000.0).round() / 10.0;
    format!("{percent} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            currency: Currency::of_code("EUR").unwrap(),
            contribution: Contribution {
                revenue_minor: 20_000,
                margin: 0.305,
                cost_of_goods_minor: 10_00,
                cost_to_serve_minor: 5_00,
                acquisition_cost_minor: 60_00,
            },
            share_minor: 20_00,
            clv_minor: Some(18_000.0),
            first_purchase_date: Date::constant(1997, 1, 1),
            payback_date: None,
        }
    }

    /// 200.00 at 30.5 % are 61.00; less 10.00 and 5.00 they are 46.00, of 60.00.
    #[test]
    fn what_is_left_to_pay_back_is_told() {
        let reason = reason(&facts()).unwrap();
        assert_eq!(
            reason.text,
            "Profit -14.00 EUR: net revenue 200.00 EUR at a margin of 30.5 %, less 10.00 EUR of goods, 5.00 EUR to serve and 60.00 EUR to \
             win the customer. Of the cost of winning it 20.00 EUR are its share of acquisition spends. 14.00 EUR of the cost of winning \
             it are not paid back yet. CLV is 3.0 times the cost of winning it."
        );
        assert!(reason.inputs.contains(&("clv_to_cac", 3.0)) && reason.inputs.contains(&("acquisition_cost", 60.0)));
    }

    #[test]
    fn when_it_was_paid_back_is_told() {
        let paid =
            Facts { payback_date: Some(Date::constant(1997, 1, 31)), share_minor: 0, clv_minor: None, ..facts() };
        let text = reason(&paid).unwrap().text;
        assert!(
            text.ends_with(
                "to win the customer. That cost is paid back since 1997-01-31, 30 days after the first purchase."
            ),
            "{text}"
        );
    }

    #[test]
    fn who_cost_nothing_has_no_reason_to_be_told() {
        let free = Contribution {
            cost_of_goods_minor: 0,
            cost_to_serve_minor: 0,
            acquisition_cost_minor: 0,
            ..facts().contribution
        };
        assert_eq!(reason(&Facts { contribution: free, ..facts() }), None);
        let served = Contribution { cost_to_serve_minor: 1, ..free };
        let text = reason(&Facts { contribution: served, ..facts() }).unwrap().text;
        assert!(text.ends_with("0.01 EUR to serve and 0.00 EUR to win the customer."), "{text}");
    }
}
