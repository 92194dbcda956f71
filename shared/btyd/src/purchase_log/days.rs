//! The purchase days of chosen customers, with what is left of each: what the summaries do not keep.

use super::PurchaseLog;
use super::netting::{NetDay, net_days};
use super::summary::to_minor;
use rayon::prelude::*;

/// A customer and its purchase days, ascending: the day, and the money paid on it less what refunds took back.
pub type CustomerDays = (u64, Vec<(i32, i64)>);

impl PurchaseLog {
    /// The purchase days, known at the end of `as_of_day` (days since 1970-01-01), of the customers that `wanted` names, ascending by
    /// customer: those that [`PurchaseLog::summarise`] counts, with the same money. A customer without any is left out.
    ///
    /// A pass over the log of its own, which sorts the rows of these customers only.
    ///
    /// ```
    /// let mut log = btyd::PurchaseLog::new();
    /// log.purchase(7, 10_000, 29_90);
    /// log.purchase(7, 10_030, 15_00);
    /// log.refund(7, 10_033, 5_00, Some(10_030));
    /// assert_eq!(log.days_of(10_060, |customer| customer == 7), [(7, vec![(10_000, 29_90), (10_030, 10_00)])]);
    /// ```
    pub fn days_of(&self, as_of_day: i32, wanted: impl Fn(u64) -> bool + Sync) -> Vec<CustomerDays> {
        let mut customers: Vec<CustomerDays> = self
            .partitions
            .par_iter()
            .flat_map_iter(|partition| {
                let all = partition.full.iter().flatten().chain(&partition.open);
                let mut rows: Vec<_> = all.filter(|row| wanted(row.customer)).copied().collect();
                rows.sort_unstable_by_key(|row| (row.customer, row.day));
                let mut days = Vec::new();
                let mut found = Vec::new();
                for of_customer in rows.chunk_by(|left, right| left.customer == right.customer) {
                    net_days(of_customer, as_of_day, &mut days);
                    if !days.is_empty() {
                        found.push((of_customer[0].customer, in_minor_units(&days)));
                    }
                }
                found
            })
            .collect();
        customers.par_sort_unstable_by_key(|(customer, _)| *customer);
        customers
    }
}

pub(super) fn in_minor_units(days: &[NetDay]) -> Vec<(i32, i64)> {
    days.iter().map(|day| (day.day, to_minor(day.net))).collect()
}
