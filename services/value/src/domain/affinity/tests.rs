//! Affinities by hand, and every figure of a made-up shop of 1,482 purchases against other programs: `tests/data/affinities`.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::*;

/// Products and categories by position.
struct Named(Vec<(String, String)>);

impl Catalogue for Named {
    fn item(&self, level: Level, at: u32) -> (&str, &str, &str) {
        match level {
            Level::Product => {
                let (key, category) = &self.0[at as usize];
                (key, key, category)
            }
            Level::Category => {
                let mut categories: Vec<&str> = self.0.iter().map(|(_, category)| category.as_str()).collect();
                categories.sort_unstable();
                categories.dedup();
                let category = categories[at as usize];
                (category, category, category)
            }
        }
    }
}

/// Everything counts, nothing is corrected.
fn everything(min_count: u32) -> AffinityPolicy {
    AffinityPolicy { min_count, min_support: 0.0, max_false_discovery_rate: 1.0, ..AffinityPolicy::default() }
}

fn line(buyer: u64, basket: u64, day: i32, product: u32, amount_minor: i64) -> Line {
    Line { buyer, basket, day, product, category: None, amount_minor, quantity_micros: None }
}

fn products(names: &[&str]) -> Named {
    Named(names.iter().map(|name| ((*name).to_owned(), String::new())).collect())
}

fn pairs(found: &Found) -> Vec<(Kind, &str, &str, u64, u64, u64)> {
    let key = |at: u32| found.items[at as usize].key.as_str();
    let told =
        |of: &Affinity| (of.kind, key(of.antecedent), key(of.consequent), of.counts.both, of.followers, of.precursors);
    found.affinities.iter().map(told).collect()
}

/// Buyers 1 to 3 come from A to B, buyer 4 from B to A, buyer 5 takes both on one day in two purchases, 6 to 9 have one thing each.
#[test]
fn who_came_to_what_after_what_is_counted() {
    let mut lines: Vec<Line> =
        (1..=3).flat_map(|buyer| [line(buyer, 1, 10, 0, 5), line(buyer, 2, 10 + buyer as i32, 1, 5)]).collect();
    lines.extend([line(4, 1, 3, 1, 5), line(4, 2, 9, 0, 5), line(5, 1, 3, 1, 5), line(5, 2, 3, 0, 5)]);
    lines.extend((6..=9).map(|buyer| line(buyer, 1, 3, 2, 5)));
    let found = mine(&mut lines, Level::Product, &products(&["A", "B", "C"]), &everything(2));
    assert_eq!(pairs(&found), [(Kind::CrossSell, "A", "B", 5, 3, 1), (Kind::CrossSell, "B", "A", 5, 1, 3)]);
    let ahead = &found.affinities[0];
    assert_eq!(
        (ahead.counts, ahead.eligible(), ahead.median_days),
        (Counts { all: 9, antecedent: 5, consequent: 5, both: 5 }, 3, Some(2))
    );
    // All five of nine: 1 of the 126 ways to choose five.
    assert!((ahead.p_value - 1.0 / 126.0).abs() < 1e-15);
    assert!((ahead.false_discovery_rate - 3.0 / 126.0).abs() < 1e-15, "of three pairs of products one was found");
}

#[test]
fn what_came_back_was_not_bought_and_what_was_free_neither() {
    let mut lines = Vec::new();
    for buyer in 1..=4 {
        lines.extend([line(buyer, 1, 1, 0, 5), line(buyer, 1, 1, 1, 5)]);
    }
    lines.extend((5..=9).map(|buyer| line(buyer, 1, 3, 2, 5)));
    let names = products(&["A", "B", "C"]);
    let both = |lines: &[Line]| {
        let found = mine(&mut lines.to_vec(), Level::Product, &names, &everything(2));
        let of = |kind| found.affinities.iter().find(|one| one.kind == kind).map(|one| one.counts.both);
        (of(Kind::CrossSell), of(Kind::Bundle))
    };
    assert_eq!(both(&lines), (Some(4), Some(4)));
    // A refund that names its purchase takes it out of the basket and from the customer; one that names none only from the customer.
    let named = [&lines[..], &[line(1, 1, 1, 1, -5)]].concat();
    assert_eq!(both(&named), (Some(3), Some(3)));
    let unnamed = [&lines[..], &[line(1, 7, 9, 1, -5)]].concat();
    assert_eq!(both(&unnamed), (Some(3), Some(4)));
    let in_part = [&lines[..], &[line(1, 1, 1, 1, -4)]].concat();
    assert_eq!(both(&in_part), (Some(4), Some(4)));
    let free = [&lines[..], &[line(5, 1, 3, 0, 5), line(5, 1, 3, 1, 0)]].concat();
    assert_eq!(both(&free), (Some(4), Some(4)));
}

/// Three of a category at 10, 20 and 10.50: only 20 is dearer by a tenth. Six rise to it, nobody falls: 1 of 64.
#[test]
fn up_sell_leads_to_the_dearer_product_of_a_category() {
    let mut lines = Vec::new();
    for buyer in 1..=6 {
        let of = |basket, day, product, amount_minor| Line {
            category: Some(0),
            quantity_micros: Some(2_000_000),
            ..line(buyer, basket, day, product, amount_minor)
        };
        lines.extend([of(1, 1, 0, 20_00), of(2, 31, 1, 40_00), of(3, 60, 2, 21_00)]);
    }
    let names = Named(["A", "B", "C"].map(|key| (key.to_owned(), "Things".to_owned())).to_vec());
    let found = mine(&mut lines, Level::Product, &names, &everything(5));
    assert_eq!(pairs(&found), [(Kind::UpSell, "A", "B", 6, 6, 0)]);
    let rise = &found.affinities[0];
    assert_eq!((rise.median_days, rise.eligible()), (Some(30), 6));
    // A to B and C to B were tested.
    assert!((rise.p_value - 1.0 / 64.0).abs() < 1e-15 && (rise.false_discovery_rate - 2.0 / 64.0).abs() < 1e-15);
    assert_eq!(found.items.iter().map(|item| item.unit_price_minor).collect::<Vec<_>>(), [10_00.0, 20_00.0, 10_50.0]);
}

/// The shop's lines within the 730 days up to the last of 2024.
fn shop() -> (Vec<Line>, Named) {
    let text = include_str!("../../../tests/data/affinities/shop.csv");
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    let (first, last) = (day("2023-01-02"), day("2024-12-31"));
    let number = |date: jiff::civil::Date| date.since((jiff::Unit::Day, first)).unwrap().get_days();
    let bought: HashMap<&str, jiff::civil::Date> =
        rows.iter().filter(|row| row[1] == "purchase").map(|row| (row[0], day(row[4]))).collect();
    let keys: BTreeMap<&str, &str> = rows.iter().map(|row| (row[5], row[6])).collect();
    let mut categories: Vec<&str> = keys.values().copied().collect();
    categories.sort_unstable();
    categories.dedup();
    let lines = rows.iter().filter_map(|row| {
        let basket = if row[2].is_empty() { row[0] } else { row[2] };
        let on = bought.get(basket).copied().unwrap_or(day(row[4]));
        let sign = if row[1] == "refund" { -1 } else { 1 };
        (on >= first && day(row[4]) <= last).then(|| Line {
            buyer: row[3][1..].parse().unwrap(),
            basket: basket[1..].parse::<u64>().unwrap() * 2 + u64::from(basket.starts_with('R')),
            day: number(on),
            product: keys.keys().position(|key| *key == row[5]).unwrap() as u32,
            category: categories
                .iter()
                .position(|category| *category == row[6] && !category.is_empty())
                .map(|at| at as u32),
            amount_minor: sign * row[8].parse::<i64>().unwrap(),
            quantity_micros: row[7].parse::<i64>().ok().map(|quantity| quantity * 1_000_000),
        })
    });
    let names = keys.iter().map(|(key, category)| ((*key).to_owned(), (*category).to_owned()));
    (lines.collect(), Named(names.collect()))
}

/// The rows of a file of figures by antecedent, consequent and level, each with its cells by name.
fn figures(text: &'static str) -> BTreeMap<(String, String, String), HashMap<&'static str, &'static str>> {
    let heads: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let rows = text.lines().skip(1).map(|line| {
        let row: HashMap<&str, &str> = heads.iter().copied().zip(line.split(',')).collect();
        let level = row.get("level").copied().unwrap_or("product");
        ((row["antecedent"].to_owned(), row["consequent"].to_owned(), level.to_owned()), row)
    });
    rows.collect()
}

fn close(one: f64, other: &str) -> bool {
    let other: f64 = other.parse().unwrap();
    // The conviction of what never fails is infinite.
    one.is_infinite() && other.is_infinite() || (one - other).abs() <= 1e-10 * other.abs()
}

/// mlxtend 0.25.0 for support, confidence, lift, leverage and conviction, scipy 1.17.1 for the probabilities and their correction, pandas
/// for the order in time.
#[test]
fn every_figure_of_a_shop_is_what_other_programs_say() {
    let files = [
        (Kind::CrossSell, figures(include_str!("../../../tests/data/affinities/cross_sell.csv"))),
        (Kind::Bundle, figures(include_str!("../../../tests/data/affinities/bundles.csv"))),
        (Kind::UpSell, figures(include_str!("../../../tests/data/affinities/up_sell.csv"))),
    ];
    let (mut lines, names) = shop();
    let mut compared = HashMap::new();
    for (level, name) in [(Level::Product, "product"), (Level::Category, "category")] {
        let found = mine(&mut lines, level, &names, &everything(5));
        for one in &found.affinities {
            let key = |at: u32| found.items[at as usize].key.clone();
            let figures = &files.iter().find(|(kind, _)| *kind == one.kind).unwrap().1;
            let row = figures
                .get(&(key(one.antecedent), key(one.consequent), name.to_owned()))
                .unwrap_or_else(|| panic!("{one:?}"));
            let counts = &one.counts;
            if one.kind != Kind::UpSell {
                let told = [counts.all, counts.antecedent, counts.consequent, counts.both];
                let said = ["all", "antecedent_count", "consequent_count", "both_count"]
                    .map(|of| row[of].parse::<u64>().unwrap());
                assert_eq!(told, said, "{row:?}");
                for (of, figure) in
                    [("support", counts.support()), ("confidence", counts.confidence()), ("lift", counts.lift())]
                {
                    assert!(close(figure, row[of]), "{of} {figure} {row:?}");
                }
                // The difference of two shares has fewer digits.
                assert!((counts.leverage() - row["leverage"].parse::<f64>().unwrap()).abs() < 1e-15, "{row:?}");
                assert!(close(counts.conviction().unwrap_or(f64::INFINITY), row["conviction"]), "{row:?}");
            }
            if one.kind != Kind::Bundle {
                let days = one.median_days.map(|days| f64::from(days).to_string()).unwrap_or_default();
                let said = row["median_days"].trim_end_matches(".0");
                assert_eq!(
                    (one.followers.to_string(), one.precursors.to_string(), days.as_str()),
                    (row["followers"].into(), row["precursors"].into(), said)
                );
            }
            assert!(close(one.p_value, row["p_value"]), "{} {row:?}", one.p_value);
            assert!(
                close(one.false_discovery_rate, row["false_discovery_rate"]),
                "{} {row:?}",
                one.false_discovery_rate
            );
            *compared.entry(one.kind).or_insert(0) += 1;
        }
        // Only what chance does not explain is kept.
        let strict = mine(&mut lines, level, &names, &AffinityPolicy { min_support: 0.0, ..AffinityPolicy::default() });
        let kept = files
            .iter()
            .flat_map(|(_, figures)| figures)
            .filter(|((.., of), row)| of == name && row["false_discovery_rate"].parse::<f64>().unwrap() <= 0.05);
        assert_eq!(strict.affinities.len(), kept.count(), "{name}");
    }
    for (kind, figures) in files {
        assert_eq!(compared.get(&kind).copied(), Some(figures.len()), "{kind:?}: every pair was compared");
    }
}

proptest! {
    #[test]
    fn counts_hold_together_whatever_the_order_of_the_lines(
        rows in prop::collection::vec((0_u64..6, 0_u64..4, 0_u32..4, -3_i64..6), 0..60), turn in 0_usize..60,
    ) {
        let lines: Vec<Line> = rows.iter().map(|(buyer, basket, product, amount)| line(*buyer, *basket, *basket as i32, *product, *amount)).collect();
        let names = products(&["A", "B", "C", "D"]);
        let policy = everything(2);
        let found = mine(&mut lines.clone(), Level::Product, &names, &policy);
        let mut turned = lines;
        let middle = turn.min(turned.len());
        turned.rotate_left(middle);
        prop_assert_eq!(&mine(&mut turned, Level::Product, &names, &policy), &found);
        for one in &found.affinities {
            let counts = &one.counts;
            prop_assert!(counts.both <= counts.antecedent.min(counts.consequent) && counts.antecedent.max(counts.consequent) <= counts.all);
            prop_assert!(counts.lift() > 1.0 && one.followers + one.precursors <= counts.both && one.followers <= one.eligible());
            prop_assert!(one.p_value > 0.0 && one.p_value <= 1.0 && one.false_discovery_rate <= 1.0);
        }
    }
}
