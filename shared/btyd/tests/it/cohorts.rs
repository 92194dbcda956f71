//! Customers by the period of their first purchase.

use std::collections::{BTreeMap, BTreeSet};

use btyd::{Cohorts, Periods, PurchaseLog};
use proptest::prelude::*;

const AS_OF: i32 = 34;

/// Decades: 0-9, 10-19, 20-29, and 30-34 not over yet.
const DECADES: [i32; 4] = [0, 10, 20, 30];

fn cohorts(purchases: &[(u64, i32)], starts: &[i32]) -> Cohorts {
    let mut log = PurchaseLog::new();
    for &(customer, day) in purchases {
        log.purchase(customer, day, 100);
    }
    let (_, [cohorts]) = log.summarise_by_cohort(AS_OF, &[Periods::new(starts, AS_OF)]);
    cohorts
}

fn active(cohorts: &Cohorts) -> Vec<&[u64]> {
    cohorts.cohorts.iter().map(|cohort| cohort.active.as_slice()).collect()
}

#[test]
fn a_customer_counts_in_the_period_of_the_first_purchase_and_once_in_each_with_another() {
    let found = cohorts(&[(1, 3), (1, 5), (1, 25), (1, 26), (2, 9), (2, 10), (3, 12), (3, 34), (3, 99)], &DECADES);
    // Customers 1 and 2 came first; 2 came back in the second decade, 1 in the third. Customer 3 came back in the last.
    assert_eq!(active(&found), [&[2, 1, 1, 0][..], &[1, 0, 1][..], &[0, 0][..], &[0][..]]);
    assert_eq!(found.cohorts.iter().map(|cohort| cohort.start_day).collect::<Vec<_>>(), DECADES);
    assert_eq!(found.earlier_customers, 0);
}

#[test]
fn who_came_before_the_first_period_is_in_no_cohort() {
    let found = cohorts(&[(1, -5), (1, 12), (2, 11)], &DECADES);
    assert_eq!(active(&found), [&[0, 0, 0, 0][..], &[1, 0, 0][..], &[0, 0][..], &[0][..]]);
    assert_eq!(found.earlier_customers, 1);
}

#[test]
fn a_day_refunded_to_nothing_is_no_activity() {
    let mut log = PurchaseLog::new();
    log.purchase(1, 3, 100);
    log.purchase(1, 15, 100);
    log.refund(1, 16, 100, Some(15));
    let (summaries, [found]) = log.summarise_by_cohort(AS_OF, &[Periods::new(&DECADES, AS_OF)]);
    assert_eq!(active(&found)[0], [1, 0, 0, 0]);
    assert_eq!(summaries.customers[0].frequency, 0);
}

#[test]
fn of_very_many_periods_the_last_ones_are_followed() {
    let starts: Vec<i32> = (-300..=34).collect();
    let found = cohorts(&[(1, -200), (2, -29), (3, 34)], &starts);
    assert_eq!(found.cohorts.len(), btyd::purchase_log::MAX_PERIODS);
    assert_eq!((found.cohorts[0].start_day, found.cohorts[0].active[0]), (-29, 1));
    assert_eq!(found.earlier_customers, 1);
    assert_eq!(found.cohorts.last().unwrap().active, [1]);
}

#[test]
fn without_periods_everyone_is_earlier() {
    let found = cohorts(&[(1, 3)], &[35, 40]);
    assert_eq!((found.cohorts.len(), found.earlier_customers), (0, 1));
}

proptest! {
    /// Counted again the slow way, with sets.
    #[test]
    fn cohorts_are_what_sets_of_customers_say(purchases in prop::collection::vec((0_u64..20, -10..40_i32), 0..120)) {
        let found = cohorts(&purchases, &DECADES);
        let known: Vec<_> = purchases.iter().filter(|(_, day)| *day <= AS_OF).collect();
        let mut first: BTreeMap<u64, i32> = BTreeMap::new();
        for (customer, day) in &known {
            let day = *day;
            first.entry(*customer).and_modify(|first| *first = day.min(*first)).or_insert(day);
        }
        let of = |day: i32| day.div_euclid(10);
        prop_assert_eq!(found.earlier_customers, first.values().filter(|day| **day < 0).count() as u64);
        for (cohort, counted) in (0..).zip(&found.cohorts) {
            for (after, counted) in (0..).zip(&counted.active) {
                let came: BTreeSet<u64> = known
                    .iter()
                    .filter(|(customer, day)| of(first[customer]) == cohort && of(*day) == cohort + after)
                    .map(|(customer, _)| *customer)
                    .collect();
                prop_assert_eq!(*counted, came.len() as u64);
            }
        }
    }
}
