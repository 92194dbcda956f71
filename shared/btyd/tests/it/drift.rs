//! Drift between two fits.

use crate::cdnow::assert_near;
use crate::simulate::{Base, Chance};
use btyd::{Drift, DriftError, Fit, Histories, TransactionKind, TransactionModel};

const BEFORE: Base = Base { k: 1, r: 0.8, alpha: 30.0, a: 0.8, b: 2.4 };

fn fitted(base: &Base, seed: u64, customers: u64, kind: TransactionKind) -> (Histories, Fit<TransactionModel>) {
    let log = base.purchases(&mut Chance::new(seed), customers, 500);
    let histories = Histories::from_summaries(&log.summarise(500).customers, 7.0).unwrap();
    let fit = kind.fit(&histories).unwrap();
    (histories, fit)
}

#[test]
fn customers_who_stay_the_same_do_not_drift() {
    for kind in [TransactionKind::MbgNbd, TransactionKind::ParetoNbd, TransactionKind::MbgCnbd] {
        let (_, before) = fitted(&BEFORE, 1, 3_000, kind);
        let (histories, now) = fitted(&BEFORE, 2, 3_000, kind);
        let drift = Drift::between(&before, &now, &histories).unwrap();
        eprintln!("{kind}: {drift}");
        assert!(!drift.is_much(), "{drift}");
        assert!(drift.lost < drift.lost_by_chance);
        assert_near(drift.lost, 2.0 * (now.log_likelihood - before.model.log_likelihood(&histories)), 1e-5);
        let itself = Drift::between(&now, &now, &histories).unwrap();
        assert_near(itself.lost, 0.0, 1e-6);
        assert_near(itself.first_year_change(), 0.0, 1e-12);
    }
}

#[test]
fn chance_alone_seldom_exceeds_what_is_said() {
    // One in a hundred: of sixty pairs hardly more than three.
    let fits: Vec<_> = (0..60).map(|seed| fitted(&BEFORE, seed, 1_000, TransactionKind::MbgNbd)).collect();
    let pairs = fits.iter().zip(fits.iter().cycle().skip(1));
    let exceeded = pairs.filter(|((_, before), (histories, now))| {
        let drift = Drift::between(before, now, histories).unwrap();
        drift.lost > drift.lost_by_chance
    });
    let exceeded = exceeded.count();
    eprintln!("{exceeded} of 60");
    assert!(exceeded <= 3, "{exceeded}");
}

#[test]
fn customers_who_buy_less_drift() {
    let (_, before) = fitted(&BEFORE, 1, 4_000, TransactionKind::MbgNbd);
    let slower = Base { alpha: 45.0, ..BEFORE };
    let (histories, now) = fitted(&slower, 2, 4_000, TransactionKind::MbgNbd);
    let drift = Drift::between(&before, &now, &histories).unwrap();
    eprintln!("{drift} {}", drift.lost_a_customer());
    assert!(drift.is_much());
    assert!(drift.first_year_change() < -0.1);
    assert_near(drift.lost_a_customer() * drift.customers as f64, drift.lost, 1e-9);
    assert!(drift.to_string().starts_with("customers have changed: use the newer fit"));
}

#[test]
fn a_small_change_among_many_customers_is_told_from_a_large_one() {
    let (_, before) = fitted(&BEFORE, 1, 60_000, TransactionKind::MbgNbd);
    let slower = Base { alpha: 32.0, ..BEFORE };
    let (histories, now) = fitted(&slower, 2, 60_000, TransactionKind::MbgNbd);
    let drift = Drift::between(&before, &now, &histories).unwrap();
    eprintln!("{drift} {}", drift.lost_a_customer());
    assert!(drift.lost > drift.lost_by_chance && !drift.is_much(), "{drift}");
}

#[test]
fn what_cannot_be_compared_is_named() {
    let (histories, mbg) = fitted(&BEFORE, 1, 500, TransactionKind::MbgNbd);
    let (_, pareto) = fitted(&BEFORE, 1, 500, TransactionKind::ParetoNbd);
    let kinds = Drift::between(&mbg, &pareto, &histories).unwrap_err();
    assert_eq!(kinds, DriftError::Kinds { before: TransactionKind::MbgNbd, now: TransactionKind::ParetoNbd });
    let days = Histories::new(histories.rows().iter().copied(), 1.0).unwrap();
    let units = Drift::between(&mbg, &mbg, &days).unwrap_err();
    assert_eq!(units, DriftError::Units { before: 7.0, now: 1.0 });
}
