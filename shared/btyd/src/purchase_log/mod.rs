//! From raw purchases to one summary a customer, exactly, in about 24 bytes a row.
//!
//! Rows are dealt into 256 partitions by a hash of the customer while they arrive; [`PurchaseLog::summarise`] then sorts each
//! partition, small enough for a cache, and reduces it, partitions in parallel. The result does not depend on the order of the rows or
//! on the number of threads.
//!
//! # Definitions
//!
//! - Several purchases on a day are **one** purchase of their sum (Fader, Hardie, Lee 2005; the usual `frequency` of the field).
//! - A refund of a known purchase day is netted against that day. What it returns beyond the day's money is counted as unmatched.
//! - A refund of an unknown day is netted against the customer's latest purchase days on or before the refund day, newest first,
//!   until it is used up; such refunds are taken in the order they were made, after those of known days.
//! - A day whose purchases were refunded to nothing is not a purchase day, as if nothing had been bought.
//! - An order of amount 0 is a purchase and carries no money: the published CDNOW figures count the eight in that sample. Who thinks
//!   otherwise does not push them.
//! - A negative purchase is a refund of an unknown day; a refund's sign does not matter.
//! - What happened after the as-of day is not known: a purchase does not count, a refund does not yet undo one.

mod cohorts;
mod days;
mod gaps;
mod netting;
mod one;
mod periods;
mod row;
mod summary;

pub use cohorts::{Cohort, Cohorts, MAX_PERIODS, Periods};
pub use days::CustomerDays;
pub use gaps::Gaps;
use netting::{NetDay, net_days};
pub use one::CustomerLog;
pub use periods::{PeriodCalibration, PeriodSummary};
use rayon::prelude::*;
use row::Row;
pub use summary::{Calibration, Excluded, Summaries, Summary, YEAR_DAYS};

const PARTITION_BITS: u32 = 8;
const PARTITIONS: usize = 1 << PARTITION_BITS;

/// Rows a chunk: a partition grows by 24 KiB and never moves what it has.
const CHUNK_ROWS: usize = 1024;

/// Purchases and refunds of any number of customers, in any order.
///
/// ```
/// let mut log = btyd::PurchaseLog::new();
/// log.purchase(7, 10_000, 29_90);
/// log.purchase(7, 10_030, 15_00);
/// log.refund(7, 10_033, 5_00, Some(10_030));
/// let summaries = log.summarise(10_060);
/// assert_eq!(summaries.customers[0].frequency, 1);
/// assert_eq!(summaries.customers[0].repeat_total_minor, 10_00);
/// ```
#[derive(Debug, Clone)]
pub struct PurchaseLog {
    partitions: Vec<Partition>,
    rows: u64,
    first_purchase_day: Option<i32>,
    last_purchase_day: Option<i32>,
}

#[derive(Debug, Clone, Default)]
struct Partition {
    full: Vec<Vec<Row>>,
    open: Vec<Row>,
}

impl Default for PurchaseLog {
    fn default() -> Self {
        Self::new()
    }
}

impl PurchaseLog {
    /// An empty log. It grows in small chunks, so no capacity need be told.
    pub fn new() -> Self {
        Self {
            partitions: (0..PARTITIONS).map(|_| Partition::default()).collect(),
            rows: 0,
            first_purchase_day: None,
            last_purchase_day: None,
        }
    }

    /// Adds a purchase: `day` in days since 1970-01-01, `amount_minor` in minor units of the one currency of this log.
    ///
    /// A negative amount is taken as a refund of an unknown day.
    #[inline]
    pub fn purchase(&mut self, customer: u64, day: i32, amount_minor: i64) {
        let row = Row::purchase(customer, day, amount_minor);
        if row.is_purchase() {
            self.first_purchase_day = Some(self.first_purchase_day.map_or(day, |first| first.min(day)));
            self.last_purchase_day = self.last_purchase_day.max(Some(day));
        }
        self.push(row);
    }

    /// Adds a refund of `amount_minor` (the sign does not matter) made on `refund_day`, of a purchase on `purchase_day` when known.
    pub fn refund(&mut self, customer: u64, refund_day: i32, amount_minor: i64, purchase_day: Option<i32>) {
        self.push(Row::refund(customer, refund_day, amount_minor, purchase_day));
    }

    /// Moves all rows of `other`, for example another reader's, into this log.
    pub fn append(&mut self, other: Self) {
        self.rows += other.rows;
        self.first_purchase_day = self.first_purchase_day.into_iter().chain(other.first_purchase_day).min();
        self.last_purchase_day = self.last_purchase_day.max(other.last_purchase_day);
        for (mine, theirs) in self.partitions.iter_mut().zip(other.partitions) {
            mine.full.extend(theirs.full);
            mine.full.push(theirs.open);
        }
    }

    /// Rows pushed so far.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Day of the earliest purchase, in days since 1970-01-01.
    pub fn first_purchase_day(&self) -> Option<i32> {
        self.first_purchase_day
    }

    /// Day of the latest purchase, in days since 1970-01-01: the usual end of a holdout.
    pub fn last_purchase_day(&self) -> Option<i32> {
        self.last_purchase_day
    }

    /// The summaries of everything known at the end of `as_of_day` (days since 1970-01-01).
    pub fn summarise(self, as_of_day: i32) -> Summaries {
        self.summarise_by_cohort(as_of_day, &[]).0
    }

    /// The same, and for each calendar the cohorts of its periods; the periods end with `as_of_day`, as [`Periods::new`] was told.
    pub fn summarise_by_cohort<const CALENDARS: usize>(
        self,
        as_of_day: i32,
        calendars: &[Periods; CALENDARS],
    ) -> (Summaries, [Cohorts; CALENDARS]) {
        let (customers, excluded) = self.reduce(|customer, rows, days| {
            let excluded = net_days(rows, as_of_day, days);
            let summary = Summary::of_days(customer, days, as_of_day);
            let active = calendars.each_ref().map(|periods| periods.activity(days));
            (summary.map(|summary| (summary, active)), excluded)
        });
        let cohorts = std::array::from_fn(|at| {
            Cohorts::count(&calendars[at], customers.par_iter().map(|(_, active)| &active[at]))
        });
        let mut customers: Vec<Summary> = customers.into_iter().map(|(summary, _)| summary).collect();
        customers.par_sort_unstable_by_key(|summary| summary.customer);
        (Summaries { as_of_day, customers, excluded }, cohorts)
    }

    /// The summaries at the end of `calibration_end_day`, and for the same customers the purchase days after it up to the end of
    /// `holdout_end_day`, net of every refund made by then.
    pub fn calibrate(self, calibration_end_day: i32, holdout_end_day: i32) -> Calibration {
        let (mut customers, excluded) = self.reduce(|customer, rows, days| {
            net_days(rows, holdout_end_day, days);
            let later = days.iter().filter(|day| day.day > calibration_end_day);
            let holdout_purchases = later.count() as u32;
            let excluded = net_days(rows, calibration_end_day, days);
            let summary = Summary::of_days(customer, days, calibration_end_day);
            (summary.map(|it| (it, holdout_purchases)), excluded)
        });
        customers.par_sort_unstable_by_key(|(summary, _)| summary.customer);
        let (customers, holdout_purchases) = customers.into_iter().unzip();
        Calibration {
            summaries: Summaries { as_of_day: calibration_end_day, customers, excluded },
            holdout_end_day,
            holdout_purchases,
        }
    }

    fn push(&mut self, row: Row) {
        self.rows += 1;
        let partition = &mut self.partitions[partition_of(row.customer)];
        if partition.open.len() == CHUNK_ROWS {
            let full = std::mem::replace(&mut partition.open, Vec::with_capacity(CHUNK_ROWS));
            partition.full.push(full);
        }
        partition.open.push(row);
    }
}

impl PurchaseLog {
    /// One `T` for each customer `summarise` makes one of, in no particular order, and the sum of what was left out.
    fn reduce<T: Send>(
        self,
        summarise: impl Fn(u64, &[Row], &mut Vec<NetDay>) -> (Option<T>, Excluded) + Sync,
    ) -> (Vec<T>, Excluded) {
        let parts: Vec<(Vec<T>, Excluded)> = self
            .partitions
            .into_par_iter()
            .map(|partition| {
                let mut days = Vec::new();
                let mut made = Vec::new();
                let mut excluded = Excluded::default();
                let rows = partition.into_sorted();
                for of_customer in rows.chunk_by(|left, right| left.customer == right.customer) {
                    let customer = of_customer[0].customer;
                    let (one, left_out) = summarise(customer, of_customer, &mut days);
                    made.extend(one);
                    excluded = excluded.plus(left_out);
                }
                (made, excluded)
            })
            .collect();
        let mut all = Vec::with_capacity(parts.iter().map(|(made, _)| made.len()).sum());
        let mut excluded = Excluded::default();
        for (made, left_out) in parts {
            all.extend(made);
            excluded = excluded.plus(left_out);
        }
        (all, excluded)
    }
}

impl Partition {
    fn into_sorted(self) -> Vec<Row> {
        let full: usize = self.full.iter().map(Vec::len).sum();
        let mut rows = Vec::with_capacity(full + self.open.len());
        for chunk in self.full {
            rows.extend(chunk);
        }
        rows.extend(self.open);
        rows.sort_unstable_by_key(|row| (row.customer, row.day));
        rows
    }

    /// The same rows as a copy.
    fn sorted(&self) -> Vec<Row> {
        let mut rows = self.full.concat();
        rows.extend_from_slice(&self.open);
        rows.sort_unstable_by_key(|row| (row.customer, row.day));
        rows
    }
}

/// Fibonacci hashing after a fold: sequential and clustered keys spread evenly over the partitions.
fn partition_of(customer: u64) -> usize {
    let mixed = (customer ^ (customer >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - PARTITION_BITS)) as usize
}
