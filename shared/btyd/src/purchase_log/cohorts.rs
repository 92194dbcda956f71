//! Retention: customers by the period of their first purchase, and how many of them bought in each later period.
//!
//! Periods are what the caller says (calendar months, quarters, any other), so that this crate needs no calendar. A customer's
//! activity is one bit a period; cohorts are counted from those.

use rayon::prelude::*;

use super::netting::NetDay;

/// Periods followed at most: the bits of a [`u64`].
pub const MAX_PERIODS: usize = 64;

/// Consecutive periods, the last of which holds the as-of day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    /// First day of each, ascending, in days since 1970-01-01.
    starts: Vec<i32>,
    /// The period of each day from the first start to the as-of day.
    of_day: Vec<u8>,
}

impl Periods {
    /// Periods that begin on these days, ascending, up to the end of `as_of_day`. Of more than [`MAX_PERIODS`] the last are taken;
    /// starts after the as-of day are left out.
    pub fn new(starts: &[i32], as_of_day: i32) -> Self {
        let starts = &starts[..starts.partition_point(|start| *start <= as_of_day)];
        let starts = starts[starts.len().saturating_sub(MAX_PERIODS)..].to_vec();
        let ends = starts.iter().skip(1).copied().chain([as_of_day.saturating_add(1)]);
        let of_day = (0_u8..).zip(starts.iter().zip(ends)).flat_map(|(period, (start, end))| {
            let days = usize::try_from(i64::from(end) - i64::from(*start)).unwrap_or_default();
            std::iter::repeat_n(period, days)
        });
        Self { of_day: of_day.collect(), starts }
    }

    /// The period of a day; `None` before the first and after the as-of day.
    fn of(&self, day: i32) -> Option<u8> {
        let from_start = i64::from(day) - i64::from(*self.starts.first()?);
        self.of_day.get(usize::try_from(from_start).ok()?).copied()
    }

    /// What a customer with these purchase days, ascending and at least one, did.
    pub(super) fn activity(&self, days: &[NetDay]) -> Activity {
        let bits = days.iter().filter_map(|day| self.of(day.day)).fold(0, |bits, period| bits | 1 << period);
        Activity { cohort: days.first().and_then(|first| self.of(first.day)), bits }
    }
}

/// The period of a customer's first purchase, and a bit for each period with a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Activity {
    /// `None` where the first purchase lies before all periods.
    cohort: Option<u8>,
    bits: u64,
}

/// One cohort: the customers whose first purchase lies in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// First day of the period, in days since 1970-01-01.
    pub start_day: i32,
    /// Customers of the cohort with a purchase in the period itself (all of them), in the one after it, and so on up to the period of the
    /// as-of day, which may not be over.
    pub active: Vec<u64>,
}

/// All cohorts of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohorts {
    /// One a period, the earliest first, also where nobody came.
    pub cohorts: Vec<Cohort>,
    /// Customers whose first purchase lies before the first period.
    pub earlier_customers: u64,
}

impl Cohorts {
    /// Counts customers.
    pub(super) fn count<'a>(periods: &Periods, customers: impl IndexedParallelIterator<Item = &'a Activity>) -> Self {
        let width = periods.starts.len();
        // Counts of every cohort and period, and after them the earlier customers. Whole numbers: any order of adding gives the same.
        let none = || vec![0_u64; width * width + 1];
        let counts = customers
            .fold(none, |mut counts, activity| {
                match activity.cohort.map(usize::from) {
                    None => counts[width * width] += 1,
                    Some(cohort) => {
                        let mut bits = activity.bits;
                        while bits != 0 {
                            counts[cohort * width + bits.trailing_zeros() as usize] += 1;
                            bits &= bits - 1;
                        }
                    }
                }
                counts
            })
            .reduce(none, |mut left, right| {
                left.iter_mut().zip(right).for_each(|(left, right)| *left += right);
                left
            });
        let cohorts = periods.starts.iter().enumerate().map(|(cohort, start_day)| Cohort {
            start_day: *start_day,
            active: counts[cohort * width + cohort..(cohort + 1) * width].to_vec(),
        });
        Self { cohorts: cohorts.collect(), earlier_customers: counts[width * width] }
    }
}
