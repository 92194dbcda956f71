//! From rows to summaries.

use btyd::{Excluded, PurchaseLog, Summaries, Summary};
use proptest::prelude::*;

const AS_OF: i32 = 100;

#[derive(Debug, Clone)]
enum Row {
    Purchase(u64, i32, i64),
    Refund(u64, i32, i64, Option<i32>),
}

fn log_of(rows: &[Row]) -> PurchaseLog {
    let mut log = PurchaseLog::new();
    for row in rows {
        match *row {
            Row::Purchase(customer, day, amount) => log.purchase(customer, day, amount),
            Row::Refund(customer, day, amount, of) => log.refund(customer, day, amount, of),
        }
    }
    log
}

fn summarise(rows: &[Row]) -> Summaries {
    log_of(rows).summarise(AS_OF)
}

fn only(rows: &[Row]) -> Summary {
    let summaries = summarise(rows);
    assert_eq!(summaries.customers.len(), 1);
    summaries.customers[0]
}

#[test]
fn a_history_comes_down_to_the_papers_statistics() {
    let rows =
        [Row::Purchase(9, 40, 700), Row::Purchase(9, 10, 1_000), Row::Purchase(9, 40, 300), Row::Purchase(9, 70, 500)];
    let expected = Summary {
        customer: 9,
        frequency: 2,
        recency_days: 60,
        age_days: 90,
        first_day: 10,
        last_day: 70,
        previous_day: 40,
        repeat_total_minor: 1_500,
        total_minor: 2_500,
        last_year_minor: 2_500,
        year_before_minor: 0,
    };
    let summary = only(&rows);
    assert_eq!(summary, expected);
    assert!((summary.monetary_value_minor() - 750.0).abs() < 1e-12);
    assert_eq!(summary.days_since_last(), 30);
}

#[test]
fn the_last_year_and_the_one_before_are_365_days_each() {
    let days_ago = |days: i32, amount| Row::Purchase(1, AS_OF - days, amount);
    let rows = [days_ago(0, 1), days_ago(364, 20), days_ago(365, 300), days_ago(729, 4_000), days_ago(730, 50_000)];
    let summary = only(&rows);
    assert_eq!((summary.last_year_minor, summary.year_before_minor, summary.total_minor), (21, 4_300, 54_321));
}

#[test]
fn a_refund_of_a_known_day_is_netted_there_and_its_excess_counted() {
    let rows = [Row::Purchase(1, 10, 1_000), Row::Purchase(1, 20, 500), Row::Refund(1, 30, 800, Some(20))];
    let summaries = summarise(&rows);
    assert_eq!(summaries.customers[0].frequency, 0);
    assert_eq!(summaries.customers[0].total_minor, 1_000);
    let excluded = Excluded { days_refunded: 1, refund_unmatched_minor: 300, ..Excluded::default() };
    assert_eq!(summaries.excluded, excluded);
}

#[test]
fn a_refund_of_an_unknown_day_takes_the_newest_purchases_before_it() {
    let rows = [
        Row::Purchase(1, 10, 1_000),
        Row::Purchase(1, 20, 500),
        Row::Purchase(1, 60, 900),
        Row::Refund(1, 30, 700, None),
    ];
    let summary = only(&rows);
    assert_eq!((summary.frequency, summary.last_day), (1, 60));
    assert_eq!((summary.total_minor, summary.repeat_total_minor), (1_700, 900));
    assert_eq!(only(&rows[..3]).total_minor, 2_400);
}

#[test]
fn what_happens_after_the_as_of_day_is_not_known_yet() {
    let rows = [
        Row::Purchase(1, AS_OF, 1_000),
        Row::Purchase(1, AS_OF + 1, 1_000),
        Row::Refund(1, AS_OF + 1, 1_000, Some(AS_OF)),
        Row::Purchase(2, AS_OF + 1, 1_000),
    ];
    let summaries = summarise(&rows);
    assert_eq!(summaries.customers.len(), 1);
    assert_eq!(summaries.customers[0].total_minor, 1_000);
    assert_eq!(summaries.excluded, Excluded { rows_after_as_of: 3, ..Excluded::default() });
}

#[test]
fn a_free_order_is_a_purchase_without_money() {
    let rows = [Row::Purchase(1, 10, 0), Row::Purchase(1, 20, 500)];
    let summary = only(&rows);
    assert_eq!((summary.frequency, summary.first_day), (1, 10));
    assert_eq!((summary.total_minor, summary.repeat_total_minor), (500, 500));
}

#[test]
fn a_negative_purchase_is_a_refund_of_an_unknown_day() {
    let rows = [Row::Purchase(1, 10, 500), Row::Purchase(1, 20, -500)];
    let summaries = summarise(&rows);
    assert!(summaries.customers.is_empty());
    let excluded = Excluded { days_refunded: 1, customers_without_purchase: 1, ..Excluded::default() };
    assert_eq!(summaries.excluded, excluded);
}

#[test]
fn calibration_sees_only_the_past_and_the_holdout_all_refunds() {
    let rows = [
        Row::Purchase(1, 10, 500),
        Row::Purchase(1, 40, 500),
        Row::Refund(1, 60, 500, Some(40)),
        Row::Purchase(1, 70, 500),
        Row::Purchase(1, 80, 500),
        Row::Refund(1, 85, 500, Some(80)),
        Row::Purchase(1, 95, 500),
        Row::Purchase(2, 70, 500),
    ];
    let calibration = log_of(&rows).calibrate(50, 90);
    assert_eq!(calibration.summaries.customers.len(), 1);
    assert_eq!(calibration.summaries.customers[0].frequency, 1);
    assert_eq!(calibration.holdout_purchases, [1]);
    assert_eq!(calibration.holdout_days(), 40);
    assert_eq!(calibration.summaries, log_of(&rows).summarise(50));
}

#[test]
fn absurd_days_and_amounts_do_not_overflow() {
    let rows = [
        Row::Purchase(1, i32::MIN, i64::MAX),
        Row::Purchase(1, i32::MIN, i64::MAX),
        Row::Purchase(1, AS_OF, i64::MAX),
        Row::Refund(1, i32::MIN, i64::MIN, Some(i32::MAX)),
        Row::Purchase(2, i32::MAX, i64::MIN),
    ];
    let summary = only(&rows);
    assert_eq!((summary.frequency, summary.total_minor), (1, i64::MAX));
}

fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0_i64), 1..2_000_i64]
}

fn row() -> impl Strategy<Value = Row> {
    let purchase = (0..6_u64, 0..130, amounts()).prop_map(|(c, d, a)| Row::Purchase(c, d, a));
    let of = prop::option::of(0..130);
    let refund = (0..6_u64, 0..130, 1..3_000_i64, of).prop_map(|(c, d, a, o)| Row::Refund(c, d, a, o));
    prop_oneof![4 => purchase, 1 => refund]
}

fn history() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..60)
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_matter(
        (rows, shuffled) in history().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        prop_assert_eq!(summarise(&rows), summarise(&shuffled));
    }

    #[test]
    fn joined_logs_equal_one_log(rows in history(), cut in 0..60_usize) {
        let (left, right) = rows.split_at(cut.min(rows.len()));
        let mut joined = log_of(left);
        joined.append(log_of(right));
        let whole = log_of(&rows);
        prop_assert_eq!(joined.len(), rows.len() as u64);
        prop_assert_eq!(joined.last_purchase_day(), whole.last_purchase_day());
        prop_assert_eq!(joined.summarise(AS_OF), whole.summarise(AS_OF));
    }

    #[test]
    fn a_purchase_refunded_in_full_never_happened(
        purchases in prop::collection::vec((0..4_u64, 0..100, 1..2_000_i64), 1..40),
        (customer, day, amount) in (0..4_u64, 0..90, 1..2_000_i64),
    ) {
        let mut rows: Vec<Row> =
            purchases.into_iter().map(|(c, d, a)| Row::Purchase(c, d, a)).collect();
        let without = summarise(&rows).customers;
        rows.push(Row::Purchase(customer, day, amount));
        rows.push(Row::Refund(customer, day + 5, amount, Some(day)));
        prop_assert_eq!(summarise(&rows).customers, without);
    }

    #[test]
    fn one_more_purchase_never_lowers_frequency_or_money(
        rows in history(),
        (customer, day, amount) in (0..6_u64, 0..=AS_OF, amounts()),
    ) {
        let before = summarise(&rows).customers;
        let mut more = rows;
        more.push(Row::Purchase(customer, day, amount));
        let after = summarise(&more).customers;
        for old in before {
            let new = after.iter().find(|it| it.customer == old.customer).unwrap();
            prop_assert!(new.frequency >= old.frequency);
            prop_assert!(new.total_minor >= old.total_minor);
        }
    }

    #[test]
    fn money_in_is_money_kept_or_returned(rows in history()) {
        let summaries = summarise(&rows);
        let mut net = 0;
        for row in &rows {
            match *row {
                Row::Purchase(_, day, amount) if day <= AS_OF => net += amount,
                Row::Refund(_, day, amount, of) if day.max(of.unwrap_or(day)) <= AS_OF => net -= amount,
                _ => {}
            }
        }
        let kept: i64 = summaries.customers.iter().map(|it| it.total_minor).sum();
        prop_assert_eq!(kept, net + summaries.excluded.refund_unmatched_minor);
    }
}

#[test]
fn many_customers_come_out_sorted_and_complete() {
    let mut log = PurchaseLog::new();
    for customer in (0..300_000_u64).rev() {
        log.purchase(customer.wrapping_mul(0x1000_0000_0001), (customer % 90) as i32, 100);
        log.purchase(customer.wrapping_mul(0x1000_0000_0001), 95, 100);
    }
    let summaries = log.summarise(AS_OF);
    assert_eq!(summaries.customers.len(), 300_000);
    assert!(summaries.customers.is_sorted_by(|left, right| left.customer < right.customer));
    assert!(summaries.customers.iter().all(|it| it.frequency == 1));
}
