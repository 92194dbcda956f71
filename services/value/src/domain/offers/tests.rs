//! Offers from a few affinities, by hand.

use super::*;
use crate::domain::{affinity::Counts, money::Amount};

fn item(level: Level, key: &str, customers: u64, revenue_minor: i64, unit_price_minor: f64) -> Item {
    Item {
        level,
        key: key.into(),
        name: format!("The {key}"),
        category: "Things".into(),
        customers,
        revenue_minor,
        baskets: customers,
        basket_revenue_minor: revenue_minor / 2,
        unit_price_minor,
    }
}

/// Of 1,000 customers 200 hold the antecedent, 100 the consequent, 80 both; 60 of them came to it later.
fn lead(rank: i32, kind: Kind, from: &str, to: &str) -> Lead {
    Lead {
        rank,
        kind,
        level: Level::Product,
        antecedent: item(Level::Product, from, 200, 200 * 10_00, 5_00.0),
        consequent: item(Level::Product, to, 100, 100 * 30_00, 15_00.0),
        counts: Counts { all: 1_000, antecedent: 200, consequent: 100, both: 80 },
        followers: 60,
        precursors: 10,
        median_days: Some(45),
        p_value: 1e-9,
        false_discovery_rate: 1e-7,
    }
}

fn offered(holds: &[&str], needs: &[DeclaredNeed], bought: &[Bought], leads: Vec<Lead>) -> Vec<Offer> {
    let holdings =
        Holdings { products: holds.iter().map(|key| (*key).to_owned()).collect(), categories: BTreeSet::new() };
    let currency = Currency::of_code("EUR").unwrap();
    let customer = Customer { holdings: &holdings, needs, bought, currency };
    offers(&customer, leads, &[item(Level::Product, "N", 4, 4 * 7_00, 7_00.0)])
}

/// 60 of the 180 who could follow did: a third. Cross-sell: of 30 EUR a customer; up-sell: of the 20 EUR more; bundle: 40 % of 15 EUR.
#[test]
fn offers_are_ranked_by_what_they_are_expected_to_bring() {
    let leads =
        vec![lead(3, Kind::UpSell, "A", "B"), lead(2, Kind::Bundle, "A", "B"), lead(1, Kind::CrossSell, "A", "B")];
    let offers = offered(&["A"], &[], &[], leads);
    let told: Vec<_> = offers.iter().map(|offer| (offer.id(), offer.benefit_minor)).collect();
    assert_eq!(
        told,
        [
            ("CROSS_SELL/PRODUCT/B".to_owned(), 10_00),
            ("UP_SELL/PRODUCT/B".to_owned(), 6_67),
            ("BUNDLE/PRODUCT/B".to_owned(), 6_00),
        ]
    );
    assert_eq!(
        offers.iter().map(|offer| offer.reason.as_str()).collect::<Vec<_>>(),
        [
            "33 % of the customers of The A came to The B later (60 of 180, in the middle after 45 days); both are bought 4.0 times as often as by \
             chance.",
            "33 % of the customers of The A moved up to The B (60 of 180, in the middle after 45 days), at 15.00 EUR a unit instead of 5.00 EUR.",
            "40 % of the purchases of The A hold The B too (80 of 200), 4.0 times as often as by chance.",
        ]
    );
}

#[test]
fn what_is_held_is_not_offered_and_what_is_not_held_leads_nowhere() {
    assert_eq!(offered(&["A", "B"], &[], &[], vec![lead(1, Kind::CrossSell, "A", "B")]), []);
    assert_eq!(offered(&["C"], &[], &[], vec![lead(1, Kind::CrossSell, "A", "B")]), []);
    let nobody_followed = Lead { followers: 0, ..lead(1, Kind::CrossSell, "A", "B") };
    assert_eq!(offered(&["A"], &[], &[], vec![nobody_followed]), []);
}

#[test]
fn an_offer_rests_on_the_best_of_what_leads_there() {
    let better = Lead { followers: 70, ..lead(2, Kind::CrossSell, "C", "B") };
    let offers = offered(&["A", "C"], &[], &[], vec![lead(1, Kind::CrossSell, "A", "B"), better]);
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].leads.iter().map(|lead| lead.rank).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(offers[0].probability, Some(70.0 / 190.0));
}

/// 100 EUR of N a year, 25 bought: 75 are open. Of X nothing is known but that it is needed.
#[test]
fn needs_that_are_not_covered_are_offers() {
    let need = |key: &str, euros: Option<i64>| DeclaredNeed {
        needed: Needed::Product(key.into()),
        weight: 1.0,
        yearly_amount: euros.map(|euros| Amount::new("EUR", euros, 0).unwrap()),
    };
    let bought = [Bought { product: "N".into(), category: String::new(), amount_minor: 25_00 }];
    let offers = offered(&["N"], &[need("N", Some(100)), need("X", None)], &bought, Vec::new());
    let told: Vec<_> =
        offers.iter().map(|of| (of.id(), of.benefit_minor, of.probability, of.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("NEED/PRODUCT/N".to_owned(), 75_00, None, "Declared: 100.00 EUR a year; bought: 25.00 EUR."),
            ("NEED/PRODUCT/X".to_owned(), 0, None, "Declared, not bought."),
        ]
    );
    // Without an amount any purchase covers it; what nobody has bought of it is worth what its customers paid.
    assert_eq!(offered(&["N"], &[need("N", None)], &bought, Vec::new()), []);
    assert_eq!(offered(&[], &[need("N", None)], &[], Vec::new())[0].benefit_minor, 7_00);
}
