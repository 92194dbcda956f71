//! What a customer has brought after what it cost, and when it had paid back what winning it cost. Money in minor units.

use super::{currency::rounded, transaction::CostKind};

/// What a customer cost, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    /// Of goods.
    pub of_goods: i64,
    /// To serve.
    pub to_serve: i64,
    /// Recorded for winning this customer alone.
    pub acquisition: i64,
}

impl Costs {
    /// Adds a cost of the kind that is stored with it; one of an unknown kind is a cost to serve.
    pub fn add(&mut self, kind: Option<i16>, minor: i64) {
        let cost = match CostKind::of_number(kind) {
            Some(CostKind::CostOfGoods) => &mut self.of_goods,
            Some(CostKind::Acquisition) => &mut self.acquisition,
            Some(CostKind::CostToServe) | None => &mut self.to_serve,
        };
        *cost = cost.saturating_add(minor);
    }

    /// All of it.
    pub fn total(&self) -> i64 {
        self.of_goods.saturating_add(self.to_serve).saturating_add(self.acquisition)
    }
}

/// What winning a customer cost, and since when it has paid that back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Acquired {
    /// In all.
    pub cost_minor: i64,
    /// The part that is shares of spends.
    pub share_minor: i64,
    /// The day, where it has.
    pub payback_day: Option<i32>,
}

/// What a customer has brought and cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// Net revenue.
    pub revenue_minor: i64,
    /// Share of revenue that is margin.
    pub margin: f64,
    /// Costs of goods.
    pub cost_of_goods_minor: i64,
    /// Costs to serve.
    pub cost_to_serve_minor: i64,
    /// What winning it cost, in all.
    pub acquisition_cost_minor: i64,
}

impl Contribution {
    /// Revenue times margin, less the costs of goods.
    pub fn margin_minor(&self) -> i64 {
        rounded(self.revenue_minor as f64 * self.margin).saturating_sub(self.cost_of_goods_minor)
    }

    /// The margin less the costs to serve.
    pub fn brought_minor(&self) -> i64 {
        self.margin_minor().saturating_sub(self.cost_to_serve_minor)
    }

    /// What is left after everything.
    pub fn profit_minor(&self) -> i64 {
        self.brought_minor().saturating_sub(self.acquisition_cost_minor)
    }

    /// How many times over CLV is what winning the customer cost.
    pub fn clv_to_cac(&self, clv_minor: Option<f64>) -> Option<f64> {
        (self.acquisition_cost_minor > 0).then_some(clv_minor? / self.acquisition_cost_minor as f64)
    }

    /// What of the cost of winning the customer has not been paid back yet; `None` where it cost nothing.
    pub fn payback_left_minor(&self) -> Option<i64> {
        (self.acquisition_cost_minor > 0)
            .then(|| self.acquisition_cost_minor.saturating_sub(self.brought_minor()).max(0))
    }
}

/// The day from which on a customer has brought at least `acquisition_cost_minor`: its purchase days with their net revenue, at the margin,
/// less the days of its other costs; both ascend.
pub fn payback_day(
    purchases: &[(i32, i64)],
    costs: &[(i32, i64)],
    margin: f64,
    acquisition_cost_minor: i64,
) -> Option<i32> {
    let mut so_far = Contribution {
        revenue_minor: 0,
        margin,
        cost_of_goods_minor: 0,
        cost_to_serve_minor: 0,
        acquisition_cost_minor,
    };
    let (mut purchases, mut costs) = (purchases.iter().peekable(), costs.iter().peekable());
    let mut since = None;
    while let Some(day) = [purchases.peek(), costs.peek()].into_iter().flatten().map(|(day, _)| *day).min() {
        while let Some((_, minor)) = purchases.next_if(|(of_day, _)| *of_day == day) {
            so_far.revenue_minor = so_far.revenue_minor.saturating_add(*minor);
        }
        while let Some((_, minor)) = costs.next_if(|(of_day, _)| *of_day == day) {
            so_far.cost_to_serve_minor = so_far.cost_to_serve_minor.saturating_add(*minor);
        }
        since = (so_far.brought_minor() >= acquisition_cost_minor).then(|| since.unwrap_or(day));
    }
    since
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn costs_are_kept_by_kind() {
        let mut costs = Costs::default();
        for (kind, minor) in [(Some(1), 1), (None, 10), (Some(3), 100), (Some(1), 1_000)] {
            costs.add(kind, minor);
        }
        assert_eq!(costs, Costs { of_goods: 1_001, to_serve: 10, acquisition: 100 });
        assert_eq!(costs.total(), 1_111);
    }

    /// 200.01 at 30 % are 60.003; less 10.00 of goods 50.00, less 5.00 to serve 45.00; winning cost 60.00.
    #[test]
    fn what_is_left_is_margin_less_costs() {
        let one = Contribution {
            revenue_minor: 20_001,
            margin: 0.3,
            cost_of_goods_minor: 10_00,
            cost_to_serve_minor: 5_00,
            acquisition_cost_minor: 60_00,
        };
        assert_eq!((one.margin_minor(), one.brought_minor(), one.profit_minor()), (50_00, 45_00, -15_00));
        assert_eq!((one.payback_left_minor(), one.clv_to_cac(Some(18_000.0))), (Some(15_00), Some(3.0)));
        assert_eq!(one.clv_to_cac(None), None);
        let free = Contribution { acquisition_cost_minor: 0, ..one };
        assert_eq!((free.payback_left_minor(), free.clv_to_cac(Some(18_000.0))), (None, None));
        let paid = Contribution { acquisition_cost_minor: 45_00, ..one };
        assert_eq!(paid.payback_left_minor(), Some(0));
    }

    #[test]
    fn a_cost_is_paid_back_from_the_day_on_which_enough_has_come_in() {
        let purchases = [(10, 100), (20, 100), (30, 100)];
        let after = |cost| payback_day(&purchases, &[], 0.5, cost);
        assert_eq!([1, 50, 51, 100, 150, 151].map(after), [Some(10), Some(10), Some(20), Some(20), Some(30), None]);
        assert_eq!(payback_day(&[], &[], 1.0, 1), None);
    }

    /// 100 on day 10 pay 90 back; 20 of costs on day 15 undo it; 100 more on day 20 do it again, and for good.
    #[test]
    fn what_was_paid_back_and_lost_again_counts_from_when_it_was_for_good() {
        let costs = [(15, 20), (20, 5)];
        assert_eq!(payback_day(&[(10, 100), (20, 100)], &costs, 1.0, 90), Some(20));
        assert_eq!(payback_day(&[(10, 100)], &costs, 1.0, 90), None);
        assert_eq!(payback_day(&[(10, 100)], &costs, 1.0, 75), Some(10));
        // Costs before the first purchase count from it on.
        assert_eq!(payback_day(&[(10, 100)], &[(5, 50)], 1.0, 50), Some(10));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        /// That there is a day and that nothing is left to pay back are the same thing.
        #[test]
        fn there_is_a_day_where_nothing_is_left(
            mut purchases in prop::collection::vec((0..100_i32, 0..10_000_i64), 1..20),
            mut costs in prop::collection::vec((0..100_i32, 0..5_000_i64), 0..20),
            margin in 0.01..1.0_f64,
            cost in 1..50_000_i64,
        ) {
            purchases.sort_unstable();
            costs.sort_unstable();
            let sum = |of: &[(i32, i64)]| of.iter().map(|(_, minor)| minor).sum::<i64>();
            let one = Contribution {
                revenue_minor: sum(&purchases),
                margin,
                cost_of_goods_minor: 0,
                cost_to_serve_minor: sum(&costs),
                acquisition_cost_minor: cost,
            };
            let day = payback_day(&purchases, &costs, margin, cost);
            prop_assert_eq!(day.is_some(), one.payback_left_minor() == Some(0));
        }
    }
}
