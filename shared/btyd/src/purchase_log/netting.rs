//! Nets one customer's refunds against purchases, day by day.

use super::row::{Kind, Row};
use super::summary::{Excluded, to_minor};

/// A day with at least one purchase.
#[derive(Debug, Clone, Copy)]
pub(super) struct NetDay {
    pub day: i32,
    /// Money paid less money returned; never negative.
    pub net: i128,
    /// An order of amount 0 was placed on this day: no refund can undo it.
    free_order: bool,
}

/// Fills `days` with the purchase days of one customer as of a day, ascending, and returns what was left out.
/// `rows` are the customer's, ascending by day.
pub(super) fn net_days(rows: &[Row], as_of_day: i32, days: &mut Vec<NetDay>) -> Excluded {
    days.clear();
    let mut excluded = Excluded::default();
    let mut has_refunds = false;
    for row in rows {
        if !row.known_by(as_of_day) {
            excluded.rows_after_as_of += 1;
        } else if row.is_purchase() {
            add_purchase(days, row);
        } else {
            has_refunds = true;
        }
    }
    if has_refunds {
        let unmatched = take_refunds(rows, as_of_day, days);
        excluded.refund_unmatched_minor = to_minor(unmatched);
        let purchased = days.len();
        days.retain(|day| day.net > 0 || day.free_order);
        excluded.days_refunded = (purchased - days.len()) as u64;
    }
    if days.is_empty() && (excluded.rows_after_as_of as usize) < rows.len() {
        excluded.customers_without_purchase = 1;
    }
    excluded
}

fn add_purchase(days: &mut Vec<NetDay>, row: &Row) {
    let free_order = row.amount_minor == 0;
    match days.last_mut() {
        Some(day) if day.day == row.day => {
            day.net += i128::from(row.amount_minor);
            day.free_order |= free_order;
        }
        _ => days.push(NetDay { day: row.day, net: i128::from(row.amount_minor), free_order }),
    }
}

/// Refunds of a known day first, then the others in the order they were made: the result does not depend on the order of the log.
/// Returns the money that met no purchase.
fn take_refunds(rows: &[Row], as_of_day: i32, days: &mut [NetDay]) -> i128 {
    let mut unmatched = 0;
    let known = || rows.iter().filter(|row| row.known_by(as_of_day));
    for row in known().filter(|row| matches!(row.kind(), Kind::RefundOf { .. })) {
        let mut due = i128::from(row.amount_minor);
        if let Ok(at) = days.binary_search_by_key(&row.day, |day| day.day) {
            days[at].take(&mut due);
        }
        unmatched += due;
    }
    for row in known().filter(|row| matches!(row.kind(), Kind::RefundOfUnknownDay)) {
        let mut due = i128::from(row.amount_minor);
        let bought_by_then = days.partition_point(|day| day.day <= row.day);
        for day in days[..bought_by_then].iter_mut().rev() {
            if due == 0 {
                break;
            }
            day.take(&mut due);
        }
        unmatched += due;
    }
    unmatched
}

impl NetDay {
    fn take(&mut self, due: &mut i128) {
        let taken = self.net.min(*due);
        self.net -= taken;
        *due -= taken;
    }
}
