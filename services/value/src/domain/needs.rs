//! What customers declare to need, and how much of it they buy.

use super::{currency::Currency, money::Amount};

/// Needs that a customer may declare.
pub const MOST: usize = 50;

/// A declared need.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredNeed {
    /// Of what.
    pub needed: Needed,
    /// How much it counts; more than zero.
    pub weight: f64,
    /// How much of it a year, where that is known; more than zero.
    pub yearly_amount: Option<Amount>,
}

/// What is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needed {
    /// A product, by its key.
    Product(String),
    /// Anything of a category.
    Category(String),
}

impl Needed {
    /// The product's key, or the category.
    pub fn key(&self) -> &str {
        match self {
            Self::Product(key) | Self::Category(key) => key,
        }
    }
}

/// What a customer bought of a product in a year, net of refunds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The product's key.
    pub product: String,
    /// Its category; empty where it has none.
    pub category: String,
    /// In minor units of the currency that coverage is asked for in.
    pub amount_minor: i64,
}

impl DeclaredNeed {
    /// What of the yearly amount was bought, in minor units of `currency`, and the amount itself; `None` where it is not declared in it.
    pub fn bought_of(&self, bought: &[Bought], currency: Currency) -> Option<(i64, i64)> {
        let amount = self.yearly_amount.filter(|amount| amount.currency_code() == currency.code())?;
        Some((self.bought_minor(bought), amount.minor()))
    }

    fn bought_minor(&self, bought: &[Bought]) -> i64 {
        let of_it = bought.iter().filter(|bought| match &self.needed {
            Needed::Product(key) => bought.product == *key,
            Needed::Category(category) => bought.category == *category,
        });
        of_it.fold(0_i64, |sum, bought| sum.saturating_add(bought.amount_minor)).max(0)
    }

    /// The covered share, 0 to 1: of the yearly amount; without one in `currency`, all by any purchase.
    pub fn coverage(&self, bought: &[Bought], currency: Currency) -> f64 {
        match self.bought_of(bought, currency) {
            Some((bought, amount)) => (bought as f64 / amount as f64).min(1.0),
            None => f64::from(u8::from(self.bought_minor(bought) > 0)),
        }
    }
}

/// Each need with the share of it that is covered.
pub fn covered(needs: Vec<DeclaredNeed>, bought: &[Bought], currency: Currency) -> Vec<(DeclaredNeed, f64)> {
    let covered = needs.into_iter().map(|need| {
        let coverage = need.coverage(bought, currency);
        (need, coverage)
    });
    covered.collect()
}

/// The weighted share of the needs that is covered, 0 to 1; `None` where none is declared.
pub fn coverage(needs: &[(DeclaredNeed, f64)]) -> Option<f64> {
    let weight: f64 = needs.iter().map(|(need, _)| need.weight).sum();
    let covered: f64 = needs.iter().map(|(need, coverage)| need.weight * coverage).sum();
    (weight > 0.0).then(|| (covered / weight).clamp(0.0, 1.0))
}

/// How far the needs are covered, and which are not wholly, in a sentence; `None` where none is declared.
pub fn reason(needs: &[(DeclaredNeed, f64)]) -> Option<String> {
    let coverage = coverage(needs)?;
    let open: Vec<String> = needs
        .iter()
        .filter(|(_, coverage)| *coverage < 1.0)
        .map(|(need, coverage)| format!("{} ({:.0} %)", need.needed.key(), 100.0 * coverage))
        .collect();
    let text = format!("Buys {:.0} % of what it declares to need", 100.0 * coverage);
    Some(if open.is_empty() { format!("{text}.") } else { format!("{text}; open: {}.", open.join(", ")) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn euro() -> Currency {
        Currency::of_code("EUR").unwrap()
    }

    fn need(needed: Needed, weight: f64, euros: Option<i64>) -> DeclaredNeed {
        let yearly_amount = euros.map(|euros| Amount::new("EUR", euros, 0).unwrap());
        DeclaredNeed { needed, weight, yearly_amount }
    }

    fn bought(product: &str, category: &str, euros: i64) -> Bought {
        Bought { product: product.into(), category: category.into(), amount_minor: euros * 100 }
    }

    fn total(needs: &[DeclaredNeed], bought: &[Bought], currency: Currency) -> Option<f64> {
        coverage(&covered(needs.to_vec(), bought, currency))
    }

    /// By hand: a quarter of 1,000 EUR of pumps (weight 2), hoses bought at all (weight 1), caps not (weight 1).
    #[test]
    fn needs_are_covered_by_what_is_bought_of_them() {
        let needs = [
            need(Needed::Category("Pumps".into()), 2.0, Some(1_000)),
            need(Needed::Product("H".into()), 1.0, None),
            need(Needed::Product("C".into()), 1.0, None),
        ];
        let bought = [bought("P1", "Pumps", 150), bought("P2", "Pumps", 100), bought("H", "", 1)];
        assert_eq!(total(&needs, &bought, euro()), Some((2.0 * 0.25 + 1.0) / 4.0));
        // An amount in another currency says nothing: any purchase covers it.
        let dollars = Currency::of_code("USD").unwrap();
        assert_eq!(total(&needs[..1], &bought, dollars), Some(1.0));
        assert_eq!(total(&[], &bought, euro()), None);
        let told = reason(&covered(needs.to_vec(), &bought, euro())).unwrap();
        assert_eq!(told, "Buys 38 % of what it declares to need; open: Pumps (25 %), C (0 %).");
    }

    #[test]
    fn what_was_given_back_covers_nothing() {
        let needs = [need(Needed::Product("H".into()), 1.0, None)];
        assert_eq!(total(&needs, &[bought("H", "", -5)], euro()), Some(0.0));
        assert_eq!(total(&needs, &[bought("H", "", 5), bought("H", "X", -5)], euro()), Some(0.0));
    }

    proptest! {
        #[test]
        fn buying_more_never_covers_less(
            needs in prop::collection::vec((0_usize..4, 0.1_f64..10.0, prop::option::of(1_i64..1_000)), 1..8),
            bought_of in prop::collection::vec((0_usize..4, -500_i64..1_000), 0..8), more in (0_usize..4, 1_i64..1_000),
        ) {
            let key = |at: usize| format!("P{at}");
            let needs: Vec<_> = needs.into_iter().map(|(at, weight, euros)| need(Needed::Product(key(at)), weight, euros)).collect();
            let mut bought: Vec<_> = bought_of.into_iter().map(|(at, euros)| bought(&key(at), "", euros)).collect();
            let before = total(&needs, &bought, euro()).unwrap();
            bought.push(super::tests::bought(&key(more.0), "", more.1));
            let after = total(&needs, &bought, euro()).unwrap();
            prop_assert!((0.0..=1.0).contains(&before) && before <= after + 1e-12 && after <= 1.0);
        }
    }
}
