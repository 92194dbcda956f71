//! What was sold: figures of groups, sorted, cut off and compared.

use std::{cmp::Reverse, collections::BTreeMap, ops::AddAssign};

/// What was sold in one period, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Purchases.
    pub gross_sales: i128,
    /// Given back.
    pub refunds: i128,
    /// What the goods cost.
    pub cost_of_goods: i128,
    /// What serving customers cost.
    pub cost_to_serve: i128,
    /// What winning customers cost.
    pub acquisition_costs: i128,
    /// Purchases, by number.
    pub purchases: i64,
    /// Different customers who purchased.
    pub customers: i64,
}

impl Figures {
    /// Gross sales less refunds.
    pub const fn net_sales(&self) -> i128 {
        self.gross_sales - self.refunds
    }

    /// All costs.
    pub const fn costs(&self) -> i128 {
        self.cost_of_goods + self.cost_to_serve + self.acquisition_costs
    }

    /// Net sales less costs.
    pub const fn profit_contribution(&self) -> i128 {
        self.net_sales() - self.costs()
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.gross_sales += other.gross_sales;
        self.refunds += other.refunds;
        self.cost_of_goods += other.cost_of_goods;
        self.cost_to_serve += other.cost_to_serve;
        self.acquisition_costs += other.acquisition_costs;
        self.purchases += other.purchases;
        self.customers += other.customers;
    }
}

/// The difference to `before` as a share of it; none where there is nothing, or less, to take a share of.
pub fn growth(now: i128, before: i128) -> Option<f64> {
    (before > 0).then(|| (now - before) as f64 / before as f64)
}

/// Figures of one group in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What makes the group.
    pub key: String,
    /// What a person calls it.
    pub display_name: String,
    /// Its figures.
    pub figures: Figures,
}

/// A group in both periods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// What makes the group.
    pub key: String,
    /// What a person calls it.
    pub display_name: String,
    /// The period.
    pub figures: Figures,
    /// The period it is compared with.
    pub comparison: Figures,
}

/// The order of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupOrder {
    /// The largest net sales first.
    NetSales,
    /// By key.
    Key,
}

/// The groups of both periods, the first `most` of them, and the rest as one with their number.
pub fn groups(
    now: Vec<Counted>,
    before: Vec<Counted>,
    order: GroupOrder,
    most: usize,
) -> (Vec<Group>, Option<(Group, usize)>) {
    let mut by_key: BTreeMap<String, Group> = BTreeMap::new();
    for Counted { key, display_name, figures } in now {
        let group = Group { key: key.clone(), display_name, figures, ..Group::default() };
        by_key.insert(key, group);
    }
    for Counted { key, display_name, figures } in before {
        let group = by_key.entry(key.clone()).or_insert_with(|| Group { key, display_name, ..Group::default() });
        group.comparison = figures;
    }
    let mut groups: Vec<Group> = by_key.into_values().collect();
    if order == GroupOrder::NetSales {
        // Stable: equals stay in the order of their keys.
        groups.sort_by_key(|group| Reverse(group.figures.net_sales()));
    }
    let beyond = groups.split_off(most.min(groups.len()));
    let rest = (!beyond.is_empty()).then(|| {
        let mut sum = Group::default();
        for group in &beyond {
            sum.figures += group.figures;
            sum.comparison += group.comparison;
        }
        (sum, beyond.len())
    });
    (groups, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(key: &str, gross_sales: i128, refunds: i128) -> Counted {
        let figures = Figures { gross_sales, refunds, purchases: 1, customers: 1, ..Figures::default() };
        Counted { key: key.to_owned(), display_name: key.to_owned(), figures }
    }

    #[test]
    fn what_is_left_is_what_was_bought_less_what_went_back_and_what_it_cost() {
        let figures = Figures {
            gross_sales: 100,
            refunds: 30,
            cost_of_goods: 40,
            cost_to_serve: 20,
            acquisition_costs: 15,
            ..Figures::default()
        };
        assert_eq!((figures.net_sales(), figures.costs(), figures.profit_contribution()), (70, 75, -5));
    }

    #[test]
    fn growth_is_a_share_of_what_was_before_where_there_was_something() {
        assert_eq!(growth(125, 100), Some(0.25));
        assert_eq!(growth(0, 100), Some(-1.0));
        assert_eq!(growth(-50, 100), Some(-1.5));
        assert_eq!((growth(5, 0), growth(5, -10)), (None, None));
    }

    #[test]
    fn groups_of_either_period_stand_by_net_sales_and_the_rest_is_summed_up() {
        let now = vec![counted("a", 50, 45), counted("b", 20, 0), counted("c", 5, 0)];
        let before = vec![counted("gone", 9, 0), counted("a", 7, 0)];
        let (shown, rest) = groups(now, before, GroupOrder::NetSales, 2);
        assert_eq!(shown.iter().map(|group| group.key.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!((shown[1].figures.net_sales(), shown[1].comparison.net_sales()), (5, 7));
        let (rest, groups) = rest.unwrap();
        assert_eq!((groups, rest.figures.gross_sales, rest.comparison.gross_sales), (2, 5, 9));
        assert_eq!((rest.key.as_str(), rest.figures.purchases), ("", 1));
    }

    #[test]
    fn months_stand_in_their_order() {
        let now = vec![counted("1997-03", 50, 0), counted("1997-01", 20, 0)];
        let (shown, rest) = groups(now, vec![counted("1997-02", 1, 0)], GroupOrder::Key, 10);
        assert_eq!(shown.iter().map(|group| group.key.as_str()).collect::<Vec<_>>(), ["1997-01", "1997-02", "1997-03"]);
        assert_eq!(rest, None);
    }
}
