//! Purchases counted by period, and BG/BB on them.

use crate::cdnow::{assert_near, day, purchases};
use btyd::{BgBb, BgBbParameters, Cell, Cells, PeriodSummary, PurchaseLog};

/// Periods of ten days: 0 is days 0 to 9.
fn tens(day: i32) -> i32 {
    day.div_euclid(10)
}

fn summary(customer: u64, frequency: u32, recency: u32, opportunities: u32, holdout_purchases: u32) -> PeriodSummary {
    PeriodSummary { customer, frequency, recency, opportunities, holdout_purchases }
}

#[test]
fn a_period_counts_once_and_the_first_not_at_all() {
    let mut log = PurchaseLog::new();
    // Twice in the period of the first purchase, twice in the second after it, once in the fourth; then in the holdout.
    for day in [1, 9, 20, 29, 45, 61, 69, 75] {
        log.purchase(7, day, 100);
    }
    log.purchase(8, 55, 100);
    log.purchase(9, 60, 100);
    let found = log.calibrate_periods(59, 79, tens);
    assert_eq!(found.holdout_periods, 2);
    assert_eq!(found.customers, [summary(7, 2, 4, 5, 2), summary(8, 0, 0, 0, 0)]);
    let cells = Cells::from_periods(&found).unwrap();
    assert_eq!(cells.rows()[1], Cell { frequency: 2, recency: 4, opportunities: 5, customers: 1 });
}

#[test]
fn days_before_1970_have_periods_too() {
    let mut log = PurchaseLog::new();
    for day in [-25, -1, 0] {
        log.purchase(1, day, 100);
    }
    assert_eq!(log.calibrate_periods(9, 9, tens).customers, [summary(1, 2, 3, 3, 0)]);
}

#[test]
fn a_refunded_purchase_makes_no_period_and_a_later_refund_is_not_known_yet() {
    let mut log = PurchaseLog::new();
    log.purchase(1, 1, 100);
    log.purchase(1, 15, 100);
    log.refund(1, 18, 100, Some(15));
    log.purchase(1, 25, 100);
    log.refund(1, 35, 100, Some(25));
    log.purchase(2, 5, 100);
    log.refund(2, 6, 100, None);
    let found = log.calibrate_periods(29, 39, tens);
    assert_eq!(found.customers, [summary(1, 1, 2, 2, 0)]);
    assert_eq!(found.excluded.customers_without_purchase, 1);
}

#[test]
fn the_holdout_adds_up_what_each_customer_is_expected_to_do() {
    // CDNOW in calendar months: customers of January to March 1997, April to September to learn from, nine months to foretell.
    let month = |since_1970: i32| {
        let starts =
            ["1997-02", "1997-03", "1997-04", "1997-05", "1997-06", "1997-07", "1997-08", "1997-09", "1997-10"];
        let later = ["1997-11", "1997-12", "1998-01", "1998-02", "1998-03", "1998-04", "1998-05", "1998-06"];
        let starts = starts.iter().chain(&later).map(|it| day(&format!("{it}-01")));
        starts.filter(|start| *start <= since_1970).count() as i32
    };
    let mut log = PurchaseLog::new();
    for (customer, day, cents) in purchases() {
        log.purchase(customer, day, cents);
    }
    let found = log.calibrate_periods(day("1997-09-30"), day("1998-06-30"), month);
    assert_eq!((found.customers.len(), found.holdout_periods), (2357, 9));
    let fit = BgBb::fit(&Cells::from_periods(&found).unwrap()).unwrap();
    assert!(fit.converged, "{fit:?}");
    let holdout = fit.model.holdout(&found);
    eprintln!("{fit:?} {holdout:?}");
    assert_eq!(holdout.customers, 2357);
    let actual: u32 = found.customers.iter().map(|it| it.holdout_purchases).sum();
    assert_eq!(holdout.actual, u64::from(actual));
    let expected = |it: &PeriodSummary| fit.model.expected_purchases(it.frequency, it.recency, it.opportunities, 9);
    assert_near(holdout.predicted, found.customers.iter().map(expected).sum(), 1e-9);
    assert!(holdout.mae > 0.0 && holdout.rmse > holdout.mae);
}

#[test]
fn without_a_holdout_there_is_nothing_to_compare() {
    let mut log = PurchaseLog::new();
    log.purchase(1, 1, 100);
    let found = log.calibrate_periods(29, 29, tens);
    let parameters = BgBbParameters { alpha: 1.0, beta: 1.0, gamma: 1.0, delta: 1.0 };
    assert_eq!(BgBb::new(parameters).unwrap().holdout(&found), btyd::Holdout::default());
}
