//! An affinity with what is known of its items: what it promises for a customer who holds the antecedent.

use super::{counts::Counts, item::Item, item::Level, rules::Kind};

/// An affinity of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// Its place among all of the run.
    pub rank: i32,
    /// What it is good for.
    pub kind: Kind,
    /// What it is between.
    pub level: Level,
    /// The item that leads.
    pub antecedent: Item,
    /// The item it leads to.
    pub consequent: Item,
    /// Baskets of a bundle, else customers.
    pub counts: Counts,
    /// Customers who first held the consequent on a later day than the antecedent.
    pub followers: u64,
    /// Customers who first held them the other way round.
    pub precursors: u64,
    /// Days from one to the other in the middle of the followers.
    pub median_days: Option<u32>,
    /// The probability of as much by chance.
    pub p_value: f64,
    /// The least rate of false discoveries at which it would be kept.
    pub false_discovery_rate: f64,
}

impl Lead {
    /// Customers who could follow; 0 for bundles, which ask for no order.
    pub const fn eligible(&self) -> u64 {
        match self.kind {
            Kind::Bundle => 0,
            Kind::CrossSell | Kind::UpSell => self.counts.antecedent + self.followers - self.counts.both,
        }
    }

    /// How likely who holds the antecedent comes to the consequent: the share of those who could follow that did, of a bundle its
    /// confidence.
    pub fn probability(&self) -> f64 {
        match (self.kind, self.eligible()) {
            (Kind::Bundle, _) => self.counts.confidence(),
            (_, 0) => 0.0,
            (_, eligible) => self.followers as f64 / eligible as f64,
        }
    }

    /// What it brings when the customer does, in minor units; an up-sell what it brings more than the cheaper product.
    pub fn gain_minor(&self) -> f64 {
        let paid = |item: &Item| mean(item.revenue_minor, item.customers);
        match self.kind {
            Kind::CrossSell => paid(&self.consequent),
            Kind::Bundle => mean(self.consequent.basket_revenue_minor, self.consequent.baskets),
            Kind::UpSell => (paid(&self.consequent) - paid(&self.antecedent)).max(0.0),
        }
    }

    /// What it is expected to bring, in whole minor units.
    pub fn benefit_minor(&self) -> i64 {
        (self.probability() * self.gain_minor()).round() as i64
    }
}

fn mean(sum: i64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { sum as f64 / count as f64 }
}
