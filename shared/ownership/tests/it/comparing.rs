//! A declaration against the computation.

use ownership::{Declared, Difference, Right, ShareRange, compare};

use crate::structure::{holds, report, structure};

fn declared(person: &str, share: f64) -> Declared {
    Declared { person: person.to_owned(), economic: Some(ShareRange::exactly(share)), voting: None }
}

#[test]
fn every_kind_of_difference_is_found_and_small_ones_are_not() {
    let statements =
        structure(&["ann", "bob", "cid"], &[holds("ann", "a", 50.0), holds("bob", "a", 40.0), holds("cid", "a", 10.0)]);
    let report = report(&statements, "a");
    assert!(compare(&[declared("ann", 0.5), declared("bob", 0.404)], &report, 0.005).is_empty());
    let differences = compare(&[declared("ann", 0.3), declared("cid", 0.1), declared("eve", 0.3)], &report, 0.005);
    assert_eq!(differences.len(), 4);
    assert!(matches!(&differences[0], Difference::Share { person, right: Right::Economic, gap, .. }
        if person == "ann" && (gap - 0.2).abs() < 1e-12));
    assert!(matches!(&differences[1], Difference::DeclaredNotComputed { person, economic, .. }
        if person == "cid" && (economic.low - 0.1).abs() < 1e-12));
    assert!(matches!(&differences[2], Difference::DeclaredNotComputed { person, economic, .. }
        if person == "eve" && *economic == ShareRange::ZERO));
    assert!(matches!(&differences[3], Difference::ComputedNotDeclared(owner) if owner.person == "bob"));
}
