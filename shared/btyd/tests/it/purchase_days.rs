//! The purchase days of chosen customers.

use btyd::{CustomerLog, PurchaseLog};
use proptest::prelude::*;

const AS_OF: i32 = 40;

#[test]
fn a_customer_has_the_days_it_bought_on_with_what_refunds_left_of_them() {
    let mut log = PurchaseLog::new();
    for (customer, day, minor) in [(2, 10, 500), (1, 3, 100), (1, 3, 50), (1, 9, 80), (3, 1, 10), (1, 41, 7), (4, 2, 5)]
    {
        log.purchase(customer, day, minor);
    }
    // All of day 9, of customer 1; more than all of customer 4; and one that is made after the as-of day.
    log.refund(1, 12, 80, Some(9));
    log.refund(4, 5, 9, None);
    log.refund(2, 41, 500, Some(10));
    let found = log.days_of(AS_OF, |customer| customer != 3);
    assert_eq!(found, [(1, vec![(3, 150)]), (2, vec![(10, 500)])]);
    assert_eq!(log.days_of(AS_OF, |_| false), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    /// The days are those the summary counts: first, last, how many, and the same money.
    #[test]
    fn the_days_are_those_of_the_summary(
        purchases in prop::collection::vec((0..4_u64, 0..50_i32, 0..1_000_i64), 1..30),
        refunds in prop::collection::vec((0..4_u64, 0..50_i32, 1..1_500_i64, prop::option::of(0..50_i32)), 0..10),
    ) {
        let mut log = PurchaseLog::new();
        for (customer, day, minor) in &purchases {
            log.purchase(*customer, *day, *minor);
        }
        for (customer, day, minor, bought) in &refunds {
            log.refund(*customer, *day, *minor, *bought);
        }
        let days = log.days_of(AS_OF, |_| true);
        let told: Vec<_> = days
            .iter()
            .map(|(customer, days)| {
                let total: i64 = days.iter().map(|(_, minor)| minor).sum();
                (*customer, days[0].0, days[days.len() - 1].0, days.len() as u32, total)
            })
            .collect();
        let summaries = log.summarise(AS_OF).customers;
        let expected: Vec<_> = summaries
            .iter()
            .map(|one| (one.customer, one.first_day, one.last_day, one.purchases(), one.total_minor))
            .collect();
        prop_assert_eq!(told, expected);
    }

    /// Alone, in another order, a customer has the same summary and the same days.
    #[test]
    fn a_customer_alone_comes_to_the_same(
        purchases in prop::collection::vec((0..3_u64, 0..50_i32, -300..1_000_i64), 1..30),
        refunds in prop::collection::vec((0..3_u64, 0..50_i32, -1_500..1_500_i64, prop::option::of(0..50_i32)), 0..10),
    ) {
        let mut all = PurchaseLog::new();
        let mut alone = [0, 1, 2].map(CustomerLog::new);
        for (customer, day, minor) in &purchases {
            all.purchase(*customer, *day, *minor);
        }
        for (customer, day, minor) in purchases.iter().rev() {
            alone[*customer as usize].purchase(*day, *minor);
        }
        for (customer, day, minor, bought) in &refunds {
            all.refund(*customer, *day, *minor, *bought);
            alone[*customer as usize].refund(*day, *minor, *bought);
        }
        let days: Vec<_> = (0..).zip(&alone).map(|(customer, log)| (customer, log.days(AS_OF))).collect();
        let bought: Vec<_> = days.into_iter().filter(|(_, days)| !days.is_empty()).collect();
        prop_assert_eq!(bought, all.days_of(AS_OF, |_| true));
        let summaries: Vec<_> = alone.iter().filter_map(|log| log.summarise(AS_OF)).collect();
        prop_assert_eq!(summaries, all.summarise(AS_OF).customers);
    }
}
