//! What a customer is to be offered: what leads on from what it holds, and what it needs and does not buy.

mod reason;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    affinity::{Item, Kind, Lead, Level},
    currency::Currency,
    needs::{Bought, DeclaredNeed, Needed},
};

pub use reason::lead_reason;

/// The most affinities that an offer tells.
const MOST_LEADS: usize = 5;

/// What a customer holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Keys of products.
    pub products: BTreeSet<String>,
    /// Categories.
    pub categories: BTreeSet<String>,
}

impl Holdings {
    /// Of products and categories, and what was paid for them net of refunds in each of some currencies: product, category, currency,
    /// amount.
    pub fn of<'i>(items: impl Iterator<Item = (&'i str, &'i str, &'i str, i64)>) -> Self {
        let (mut products, mut categories) = (BTreeMap::new(), BTreeMap::new());
        for (product, category, currency, amount_minor) in items {
            *products.entry((product, currency)).or_insert(0_i128) += i128::from(amount_minor);
            if !category.is_empty() {
                *categories.entry((category, currency)).or_insert(0_i128) += i128::from(amount_minor);
            }
        }
        let held = |paid: BTreeMap<(&str, &str), i128>| {
            paid.into_iter().filter(|(_, paid)| *paid > 0).map(|((key, _), _)| key.to_owned()).collect()
        };
        Self { products: held(products), categories: held(categories) }
    }

    /// Whether it holds a product or something of a category.
    pub fn has(&self, level: Level, key: &str) -> bool {
        match level {
            Level::Product => self.products.contains(key),
            Level::Category => self.categories.contains(key),
        }
    }
}

/// Why something is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferKind {
    /// An affinity leads there.
    Affinity(Kind),
    /// It is needed.
    Need,
}

impl OfferKind {
    /// The name of the contract's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Affinity(Kind::CrossSell) => "CROSS_SELL",
            Self::Affinity(Kind::Bundle) => "BUNDLE",
            Self::Affinity(Kind::UpSell) => "UP_SELL",
            Self::Need => "NEED",
        }
    }

    /// The number of the contract's value.
    pub const fn number(self) -> i16 {
        match self {
            Self::Affinity(kind) => kind.number(),
            Self::Need => 4,
        }
    }
}

/// The name of a level in the contract.
pub const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Product => "PRODUCT",
        Level::Category => "CATEGORY",
    }
}

/// Something to offer.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Why.
    pub kind: OfferKind,
    /// What.
    pub level: Level,
    /// Key of the product, or the category.
    pub key: String,
    /// What to call it.
    pub name: String,
    /// Its category; empty where it has none.
    pub category: String,
    /// How likely it is taken; `None` for a need.
    pub probability: Option<f64>,
    /// What it is expected to bring, in minor units.
    pub benefit_minor: i64,
    /// Why, in a sentence.
    pub reason: String,
    /// What leads there, the largest benefit first.
    pub leads: Vec<Lead>,
}

impl Offer {
    /// Unique for a customer.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.kind.name(), level_name(self.level), self.key)
    }
}

/// What is known of a customer who may be offered something.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    /// What it holds.
    pub holdings: &'a Holdings,
    /// What it declares to need.
    pub needs: &'a [DeclaredNeed],
    /// What it bought within a year, in `currency`.
    pub bought: &'a [Bought],
    /// The currency of the run.
    pub currency: Currency,
}

/// The offers to a customer, the largest benefit first: from the leads of what it holds, and from its needs, of which `items` tells what
/// is known.
pub fn offers(customer: &Customer<'_>, leads: Vec<Lead>, items: &[Item]) -> Vec<Offer> {
    let mut by_target: BTreeMap<(Kind, Level, String), Vec<Lead>> = BTreeMap::new();
    for lead in leads {
        let holds = |item: &Item| customer.holdings.has(lead.level, &item.key);
        if holds(&lead.antecedent) && !holds(&lead.consequent) && lead.benefit_minor() > 0 {
            by_target.entry((lead.kind, lead.level, lead.consequent.key.clone())).or_default().push(lead);
        }
    }
    let mut offers: Vec<Offer> =
        by_target.into_values().filter_map(|leads| of_leads(leads, customer.currency)).collect();
    offers.extend(customer.needs.iter().filter_map(|need| of_need(need, customer, items)));
    offers.sort_by_cached_key(|offer| std::cmp::Reverse((offer.benefit_minor, offer.id())));
    offers
}

fn of_leads(mut leads: Vec<Lead>, currency: Currency) -> Option<Offer> {
    leads.sort_unstable_by_key(|lead| (std::cmp::Reverse(lead.benefit_minor()), lead.rank));
    leads.truncate(MOST_LEADS);
    let best = leads.first()?;
    Some(Offer {
        kind: OfferKind::Affinity(best.kind),
        level: best.level,
        key: best.consequent.key.clone(),
        name: best.consequent.name.clone(),
        category: best.consequent.category.clone(),
        probability: Some(best.probability()),
        benefit_minor: best.benefit_minor(),
        reason: lead_reason(best, currency),
        leads,
    })
}

/// A need that is not wholly covered.
fn of_need(need: &DeclaredNeed, customer: &Customer<'_>, items: &[Item]) -> Option<Offer> {
    if need.coverage(customer.bought, customer.currency) >= 1.0 {
        return None;
    }
    let level = match need.needed {
        Needed::Product(_) => Level::Product,
        Needed::Category(_) => Level::Category,
    };
    let key = need.needed.key();
    let item = items.iter().find(|item| item.level == level && item.key == key);
    let open = need.bought_of(customer.bought, customer.currency);
    let paid = |item: &Item| (item.revenue_minor as f64 / item.customers.max(1) as f64).round() as i64;
    Some(Offer {
        kind: OfferKind::Need,
        level,
        key: key.to_owned(),
        name: item.map_or(key, |item| &item.name).to_owned(),
        category: match level {
            Level::Product => item.map(|item| item.category.clone()).unwrap_or_default(),
            Level::Category => key.to_owned(),
        },
        probability: None,
        benefit_minor: open.map_or_else(|| item.map(paid).unwrap_or_default(), |(bought, amount)| amount - bought),
        reason: reason::need_reason(open, customer.currency),
        leads: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
