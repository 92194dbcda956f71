//! What a customer's purchases come down to: the sufficient statistics of every model here.

use super::netting::NetDay;

/// One customer's purchases up to an as-of day, in whole days and minor units of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// The caller's key.
    pub customer: u64,
    /// Repeat purchases: purchase days minus one (the papers' x).
    pub frequency: u32,
    /// Days from the first to the last purchase day (the papers' t_x); 0 when `frequency` is 0.
    pub recency_days: u32,
    /// Days from the first purchase day to the as-of day (the papers' T).
    pub age_days: u32,
    /// First purchase day, in days since 1970-01-01.
    pub first_day: i32,
    /// Last purchase day, in days since 1970-01-01.
    pub last_day: i32,
    /// The purchase day before the last one, in days since 1970-01-01; `first_day` when `frequency` is 0.
    pub previous_day: i32,
    /// Net money of all purchase days but the first.
    pub repeat_total_minor: i64,
    /// Net money of all purchase days.
    pub total_minor: i64,
    /// Net money of the purchase days of the last [`YEAR_DAYS`] days, the as-of day included.
    pub last_year_minor: i64,
    /// Net money of the purchase days of the [`YEAR_DAYS`] days before those.
    pub year_before_minor: i64,
}

/// Days of the years that [`Summary::last_year_minor`] and [`Summary::year_before_minor`] look back on.
pub const YEAR_DAYS: u32 = 365;

impl Summary {
    /// Purchase days: `frequency` plus the first.
    pub fn purchases(&self) -> u32 {
        self.frequency + 1
    }

    /// Mean net money of a repeat purchase day, in minor units (the papers' and lifetimes' `monetary_value`); 0 when there is none.
    pub fn monetary_value_minor(&self) -> f64 {
        if self.frequency == 0 {
            return 0.0;
        }
        self.repeat_total_minor as f64 / f64::from(self.frequency)
    }

    /// Mean net money of a purchase day, the first included, in minor units.
    pub fn mean_value_minor(&self) -> f64 {
        self.total_minor as f64 / f64::from(self.purchases())
    }

    /// Days since the last purchase day: RFM's R.
    pub fn days_since_last(&self) -> u32 {
        self.age_days - self.recency_days
    }

    /// The summary of `days`, ascending; `None` when there is none.
    pub(super) fn of_days(customer: u64, days: &[NetDay], as_of_day: i32) -> Option<Self> {
        let (first, repeats) = days.split_first()?;
        let last_day = repeats.last().unwrap_or(first).day;
        let repeat_total: i128 = repeats.iter().map(|day| day.net).sum();
        let (mut last_year, mut year_before) = (0, 0);
        for day in days.iter().rev() {
            match as_of_day.abs_diff(day.day) / YEAR_DAYS {
                0 => last_year += day.net,
                1 => year_before += day.net,
                _ => break,
            }
        }
        Some(Self {
            customer,
            frequency: repeats.len() as u32,
            recency_days: last_day.abs_diff(first.day),
            age_days: as_of_day.abs_diff(first.day),
            first_day: first.day,
            last_day,
            previous_day: repeats.iter().rev().nth(1).unwrap_or(first).day,
            repeat_total_minor: to_minor(repeat_total),
            total_minor: to_minor(repeat_total + first.net),
            last_year_minor: to_minor(last_year),
            year_before_minor: to_minor(year_before),
        })
    }
}

/// Sums are exact; only the result is cut to what an `i64` holds.
pub(super) fn to_minor(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

/// What did not enter the summaries, so that nothing disappears silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Excluded {
    /// Purchases and refunds made after the as-of day.
    pub rows_after_as_of: u64,
    /// Days whose purchases were refunded to nothing.
    pub days_refunded: u64,
    /// Money of refunds that met no purchase: more was returned than had been paid.
    pub refund_unmatched_minor: i64,
    /// Customers with rows up to the as-of day and no purchase day left.
    pub customers_without_purchase: u64,
}

impl Excluded {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            rows_after_as_of: self.rows_after_as_of + other.rows_after_as_of,
            days_refunded: self.days_refunded + other.days_refunded,
            refund_unmatched_minor: self.refund_unmatched_minor.saturating_add(other.refund_unmatched_minor),
            customers_without_purchase: self.customers_without_purchase + other.customers_without_purchase,
        }
    }
}

/// The summaries of all customers as of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summaries {
    /// Last day that counts, in days since 1970-01-01.
    pub as_of_day: i32,
    /// One a customer with at least one purchase day, ascending by [`Summary::customer`].
    pub customers: Vec<Summary>,
    /// What was left out.
    pub excluded: Excluded,
}

/// Summaries as of a calibration end, and what the same customers did afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// What the models may know: everything up to the calibration end, and nothing refunded later.
    pub summaries: Summaries,
    /// Last day of the holdout, in days since 1970-01-01.
    pub holdout_end_day: i32,
    /// Purchase days in (calibration end, holdout end], one entry for each of `summaries.customers`.
    pub holdout_purchases: Vec<u32>,
}

impl Calibration {
    /// Length of the holdout in days.
    pub fn holdout_days(&self) -> u32 {
        self.holdout_end_day.abs_diff(self.summaries.as_of_day)
    }
}
