//! Distinct purchase histories with the number of customers who share each: what the dropout models are fitted to.
//!
//! A likelihood depends on a customer through (x, t_x, T) only, and in whole days many customers share all three (everyone who bought
//! once and started on the same day, for a start), so a fit walks over the distinct ones.

use crate::error::FitError;
use crate::purchase_log::{Gaps, Summary};
use rayon::prelude::*;

/// The largest frequency accepted: twenty bits, as three fields are packed into one word.
pub const MAX_FREQUENCY: u32 = (1 << 20) - 1;
/// The longest age accepted, in days: 2,870 years.
pub const MAX_AGE_DAYS: u32 = (1 << 20) - 1;

/// Every how many customers one is taken for a warm start.
const SAMPLE_EVERY: u64 = 32;
const FIELD_BITS: u32 = 20;

/// A purchase history and how many customers share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Repeat purchases, x.
    pub frequency: u32,
    /// Days from the first to the last purchase, t_x; 0 exactly when `frequency` is 0.
    pub recency_days: u32,
    /// Days from the first purchase to the end of observation, T; at least `recency_days`.
    pub age_days: u32,
    /// Customers with this history.
    pub customers: u32,
}

/// Distinct histories, ascending by (x, t_x, T), and the length of the time unit of every figure computed from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Histories {
    rows: Vec<History>,
    days_per_unit: f64,
    customers: u64,
    gaps: Option<Gaps>,
}

impl Histories {
    /// Collects histories given in any order and with any repetitions. `days_per_unit` is 7 for weeks, 1 for days.
    ///
    /// # Errors
    ///
    /// [`FitError::TimeUnit`] unless `days_per_unit` is positive and finite; [`FitError::ImpossibleHistory`] for a history that
    /// contradicts itself or exceeds [`MAX_FREQUENCY`] or [`MAX_AGE_DAYS`].
    pub fn new(histories: impl IntoIterator<Item = History>, days_per_unit: f64) -> Result<Self, FitError> {
        let mut counted = Vec::new();
        for (position, history) in histories.into_iter().enumerate() {
            counted.push((history.key(position)?, u64::from(history.customers)));
        }
        counted.par_sort_unstable();
        let runs = counted.chunk_by(|left, right| left.0 == right.0);
        let runs = runs.map(|run| (run[0].0, run.iter().map(|(_, customers)| customers).sum()));
        Self::of_sorted(runs, days_per_unit)
    }

    /// The histories of `summaries`, one customer each.
    ///
    /// # Errors
    ///
    /// As [`Histories::new`].
    pub fn from_summaries(summaries: &[Summary], days_per_unit: f64) -> Result<Self, FitError> {
        let mut keys = summaries
            .par_iter()
            .enumerate()
            .map(|(position, summary)| History::from(summary).key(position))
            .collect::<Result<Vec<u64>, FitError>>()?;
        keys.par_sort_unstable();
        let runs = keys.chunk_by(|left, right| left == right);
        Self::of_sorted(runs.map(|run| (run[0], run.len() as u64)), days_per_unit)
    }

    fn of_sorted(runs: impl Iterator<Item = (u64, u64)>, days_per_unit: f64) -> Result<Self, FitError> {
        if !(days_per_unit.is_finite() && days_per_unit > 0.0) {
            return Err(FitError::TimeUnit { days_per_unit });
        }
        let mut rows = Vec::new();
        let mut customers = 0;
        for (key, mut sharing) in runs {
            customers += sharing;
            while sharing > 0 {
                let in_row = u32::try_from(sharing).unwrap_or(u32::MAX);
                rows.push(History::of_key(key, in_row));
                sharing -= u64::from(in_row);
            }
        }
        Ok(Self { rows, days_per_unit, customers, gaps: None })
    }

    /// The same histories with the gaps between their purchases ([`crate::PurchaseLog::gaps`]), which only [`crate::MbgCnbd`] needs: they
    /// tell how regularly customers buy better than the histories alone.
    ///
    /// # Errors
    ///
    /// [`FitError::OtherGaps`] unless there is a gap for each repeat purchase.
    pub fn with_gaps(self, gaps: Gaps) -> Result<Self, FitError> {
        let purchases = self.total(|row| row.frequency);
        if gaps.count != purchases {
            return Err(FitError::OtherGaps { gaps: gaps.count, purchases });
        }
        Ok(Self { gaps: Some(gaps), ..self })
    }

    /// What is known of the gaps between purchases.
    pub fn gaps(&self) -> Option<Gaps> {
        self.gaps
    }

    /// The distinct histories, ascending by (frequency, recency, age).
    pub fn rows(&self) -> &[History] {
        &self.rows
    }

    /// Days in the time unit.
    pub fn days_per_unit(&self) -> f64 {
        self.days_per_unit
    }

    /// Customers behind all rows.
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// Customers with at least one repeat purchase.
    pub fn repeaters(&self) -> u64 {
        let repeaters = self.rows.iter().filter(|row| row.frequency > 0);
        repeaters.map(|row| u64::from(row.customers)).sum()
    }

    /// Sum over customers of a field.
    pub(crate) fn total(&self, field: impl Fn(&History) -> u32) -> u64 {
        let weighted = |row: &History| u64::from(row.customers) * u64::from(field(row));
        self.rows.iter().map(weighted).sum()
    }

    /// Every 32nd customer in order: a sample as spread out as the whole, without its gaps.
    pub(crate) fn sample(&self) -> Self {
        let mut seen = 0;
        let mut rows = Vec::new();
        for row in &self.rows {
            let before = seen / SAMPLE_EVERY;
            seen += u64::from(row.customers);
            let customers = (seen / SAMPLE_EVERY - before) as u32;
            if customers > 0 {
                rows.push(History { customers, ..*row });
            }
        }
        Self { rows, days_per_unit: self.days_per_unit, customers: seen / SAMPLE_EVERY, gaps: None }
    }
}

impl From<&Summary> for History {
    fn from(summary: &Summary) -> Self {
        Self {
            frequency: summary.frequency,
            recency_days: summary.recency_days,
            age_days: summary.age_days,
            customers: 1,
        }
    }
}

impl History {
    /// The three fields in one word, so that sorting compares integers.
    fn key(&self, position: usize) -> Result<u64, FitError> {
        let possible = self.recency_days <= self.age_days
            && (self.frequency == 0) == (self.recency_days == 0)
            && self.frequency <= MAX_FREQUENCY
            && self.age_days <= MAX_AGE_DAYS;
        if !possible {
            return Err(FitError::ImpossibleHistory { position, history: *self });
        }
        let [x, t_x, age] = [self.frequency, self.recency_days, self.age_days].map(u64::from);
        Ok((x << (2 * FIELD_BITS)) | (t_x << FIELD_BITS) | age)
    }

    fn of_key(key: u64, customers: u32) -> Self {
        let field = |shift: u32| ((key >> shift) & ((1 << FIELD_BITS) - 1)) as u32;
        Self { frequency: field(2 * FIELD_BITS), recency_days: field(FIELD_BITS), age_days: field(0), customers }
    }
}
