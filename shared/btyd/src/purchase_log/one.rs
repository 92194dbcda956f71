//! The log of one customer, for whoever is looked at alone: without the partitions and threads that millions need.

use super::{
    days::in_minor_units,
    netting::{NetDay, net_days},
    row::Row,
    summary::Summary,
};

/// Purchases and refunds of one customer, in any order. What counts as what is defined at [`crate::PurchaseLog`], which comes to the same.
///
/// ```
/// let mut log = btyd::CustomerLog::new(7);
/// log.purchase(10_000, 29_90);
/// log.purchase(10_030, 15_00);
/// log.refund(10_033, 5_00, Some(10_030));
/// assert_eq!(log.summarise(10_060).unwrap().repeat_total_minor, 10_00);
/// assert_eq!(log.days(10_060), [(10_000, 29_90), (10_030, 10_00)]);
/// ```
#[derive(Debug, Clone)]
pub struct CustomerLog {
    customer: u64,
    rows: Vec<Row>,
}

impl CustomerLog {
    /// The empty log of a customer.
    pub fn new(customer: u64) -> Self {
        Self { customer, rows: Vec::new() }
    }

    /// Adds a purchase: see [`crate::PurchaseLog::purchase`].
    pub fn purchase(&mut self, day: i32, amount_minor: i64) {
        self.rows.push(Row::purchase(self.customer, day, amount_minor));
    }

    /// Adds a refund: see [`crate::PurchaseLog::refund`].
    pub fn refund(&mut self, refund_day: i32, amount_minor: i64, purchase_day: Option<i32>) {
        self.rows.push(Row::refund(self.customer, refund_day, amount_minor, purchase_day));
    }

    /// The summary of everything known at the end of `as_of_day` (days since 1970-01-01); `None` where no purchase day is left by then.
    pub fn summarise(&self, as_of_day: i32) -> Option<Summary> {
        Summary::of_days(self.customer, &self.net_days(as_of_day), as_of_day)
    }

    /// The purchase days known at the end of `as_of_day`, ascending: the day, and the money paid on it less what refunds took back.
    pub fn days(&self, as_of_day: i32) -> Vec<(i32, i64)> {
        in_minor_units(&self.net_days(as_of_day))
    }

    fn net_days(&self, as_of_day: i32) -> Vec<NetDay> {
        let mut rows = self.rows.clone();
        rows.sort_unstable_by_key(|row| row.day);
        let mut days = Vec::new();
        net_days(&rows, as_of_day, &mut days);
        days
    }
}
