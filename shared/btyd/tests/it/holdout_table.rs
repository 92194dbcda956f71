//! The holdout broken down.

use crate::cdnow::{assert_near, calibration};
use btyd::{Calibration, Histories, Holdout, HoldoutRow, HoldoutTable, TransactionKind};

fn table(kind: TransactionKind, calibration: &Calibration) -> (Holdout, HoldoutTable) {
    let histories = Histories::from_summaries(&calibration.summaries.customers, 7.0).unwrap();
    let model = kind.fit(&histories).unwrap().model;
    (Holdout::of(&model, calibration, 7.0).unwrap(), HoldoutTable::of(&model, calibration, 7.0).unwrap())
}

#[test]
fn frequencies_of_cdnow_have_the_known_means() {
    // As measured with public implementations; drawn in Fader, Hardie, Lee 2005, figure 3.
    let predicted = [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403];
    let actual = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359];
    let (_, table) = table(TransactionKind::ParetoNbd, &calibration());
    for ((row, predicted), actual) in table.by_frequency.iter().zip(predicted).zip(actual) {
        assert_near(row.mean_predicted(), predicted, 1e-3);
        assert_near(row.mean_actual(), actual, 5e-4);
    }
    assert_eq!(table.by_frequency[0].customers, 2357 - 946);
}

#[test]
fn either_breakdown_adds_up_to_the_whole() {
    let calibration = calibration();
    for kind in [TransactionKind::BgNbd, TransactionKind::MbgCnbd] {
        let (whole, table) = table(kind, &calibration);
        for rows in [&table.by_frequency[..], &table.by_decile[..]] {
            let sum = rows.iter().fold(HoldoutRow::default(), |sum, row| HoldoutRow {
                customers: sum.customers + row.customers,
                actual: sum.actual + row.actual,
                predicted: sum.predicted + row.predicted,
            });
            assert_eq!((sum.customers, sum.actual), (whole.customers, whole.actual));
            assert_near(sum.predicted, whole.predicted, 1e-9);
        }
    }
}

#[test]
fn deciles_are_tenths_from_the_most_expected_down() {
    let (_, table) = table(TransactionKind::ParetoNbd, &calibration());
    assert!(table.by_decile.iter().all(|row| (235..=236).contains(&row.customers)));
    assert!(table.by_decile.windows(2).all(|pair| pair[0].mean_predicted() >= pair[1].mean_predicted()));
    // Who is ranked high buys more: the top tenth half of everything.
    assert!(table.by_decile[0].actual > 3 * table.by_decile[4].actual);
}

#[test]
fn without_a_holdout_all_rows_are_empty() {
    let whole = calibration();
    let histories = Histories::from_summaries(&whole.summaries.customers, 7.0).unwrap();
    let model = TransactionKind::MbgNbd.fit(&histories).unwrap().model;
    let none = Calibration { holdout_end_day: whole.summaries.as_of_day, ..whole };
    assert_eq!(HoldoutTable::of(&model, &none, 7.0).unwrap(), HoldoutTable::default());
    assert_near(HoldoutRow::default().mean_predicted(), 0.0, 0.0);
}
