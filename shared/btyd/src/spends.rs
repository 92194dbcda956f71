//! Distinct spend histories of repeat customers: what Gamma-Gamma is fitted to.

use crate::error::FitError;
use crate::histories::MAX_FREQUENCY;
use crate::purchase_log::Summary;
use rayon::prelude::*;
use std::ops::Range;

/// Amounts a task; the chunks and the order of their sums are fixed.
const CHUNK: usize = 8192;

/// What a repeat customer spends, and how many customers share it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spend {
    /// Repeat purchases, x; rows with 0 are left out.
    pub frequency: u32,
    /// Mean value of a repeat purchase, z, in money units; rows that are not positive are left out.
    pub mean: f64,
    /// Customers with this history.
    pub customers: u32,
}

/// Spend histories grouped by frequency, of customers with x >= 1 and z > 0 only.
#[derive(Debug, Clone, PartialEq)]
pub struct Spends {
    /// Total repeat spend (x z) and the customers who have it, ascending by (x, total).
    rows: Vec<(f64, f64)>,
    groups: Vec<Group>,
    customers: u64,
    minor_per_unit: f64,
}

/// The rows of one frequency and what no parameter changes about them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub frequency: f64,
    pub customers: f64,
    /// Sum over customers of ln(x z).
    pub log_totals: f64,
    rows: Range<usize>,
}

/// Sums over the customers of one frequency, for one v.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ShiftedSums {
    /// Of ln(x z + v).
    pub log: f64,
    /// Of 1/(x z + v).
    pub inverse: f64,
}

impl Spends {
    /// Collects rows given in any order; those without a repeat purchase of positive value are left out.
    ///
    /// # Errors
    ///
    /// [`FitError::NotFinite`] for a mean that is not finite, or a frequency above [`MAX_FREQUENCY`].
    pub fn new(spends: impl IntoIterator<Item = Spend>) -> Result<Self, FitError> {
        let mut keys = Vec::new();
        for spend in spends {
            if !spend.mean.is_finite() || spend.frequency > MAX_FREQUENCY {
                return Err(FitError::NotFinite);
            }
            if spend.frequency > 0 && spend.mean > 0.0 {
                let total = spend.mean * f64::from(spend.frequency);
                keys.push((spend.frequency, total.to_bits(), spend.customers));
            }
        }
        Ok(Self::of_keys(keys, 1.0))
    }

    /// The repeat spend of `summaries` in units of `minor_per_unit` minor units (100 for cents to dollars).
    ///
    /// # Errors
    ///
    /// [`FitError::MoneyUnit`] unless `minor_per_unit` is positive and finite.
    pub fn from_summaries(summaries: &[Summary], minor_per_unit: f64) -> Result<Self, FitError> {
        if !(minor_per_unit.is_finite() && minor_per_unit > 0.0) {
            return Err(FitError::MoneyUnit { minor_per_unit });
        }
        let keys = summaries
            .par_iter()
            .filter(|it| it.frequency > 0 && it.repeat_total_minor > 0)
            .map(|it| {
                let total = it.repeat_total_minor as f64 / minor_per_unit;
                (it.frequency, total.to_bits(), 1)
            })
            .collect();
        Ok(Self::of_keys(keys, minor_per_unit))
    }

    /// Keys are (x, bits of the total, customers): positive floats sort as their bits do.
    fn of_keys(mut keys: Vec<(u32, u64, u32)>, minor_per_unit: f64) -> Self {
        keys.par_sort_unstable();
        let mut rows = Vec::with_capacity(keys.len());
        let mut groups = Vec::new();
        for of_frequency in keys.chunk_by(|left, right| left.0 == right.0) {
            let start = rows.len();
            let (mut customers, mut log_totals) = (0.0, 0.0);
            for same in of_frequency.chunk_by(|left, right| left.1 == right.1) {
                let total = f64::from_bits(same[0].1);
                let sharing: u64 = same.iter().map(|key| u64::from(key.2)).sum();
                customers += sharing as f64;
                log_totals += sharing as f64 * total.ln();
                rows.push((total, sharing as f64));
            }
            groups.push(Group {
                frequency: f64::from(of_frequency[0].0),
                customers,
                log_totals,
                rows: start..rows.len(),
            });
        }
        Self { customers: groups.iter().map(|group| group.customers as u64).sum(), rows, groups, minor_per_unit }
    }

    /// Customers behind all rows: those with a repeat purchase of positive value.
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// Different histories among them: what a fit has to go by.
    pub fn distinct(&self) -> usize {
        self.rows.len()
    }

    /// Minor units in the money unit.
    pub fn minor_per_unit(&self) -> f64 {
        self.minor_per_unit
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Mean over customers of their mean spend; NaN without customers.
    pub fn mean(&self) -> f64 {
        let sum: f64 = self.per_customer().map(|(_, mean, weight)| mean * weight).sum();
        sum / self.customers as f64
    }

    /// Pearson's correlation between frequency and mean spend over customers; 0 where either does not vary.
    pub fn correlation(&self) -> f64 {
        let count = self.customers as f64;
        let mean_z = self.mean();
        let mean_x = self.per_customer().map(|(x, _, weight)| x * weight).sum::<f64>() / count;
        let (mut xx, mut zz, mut xz) = (0.0, 0.0, 0.0);
        for (x, z, weight) in self.per_customer() {
            let (dx, dz) = (x - mean_x, z - mean_z);
            xx += weight * dx * dx;
            zz += weight * dz * dz;
            xz += weight * dx * dz;
        }
        if xx > 0.0 && zz > 0.0 { xz / (xx * zz).sqrt() } else { 0.0 }
    }

    /// Frequency, mean spend and customers of each row.
    fn per_customer(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.groups.iter().flat_map(|group| {
            let rows = self.rows[group.rows.clone()].iter();
            rows.map(|&(total, weight)| (group.frequency, total / group.frequency, weight))
        })
    }

    /// The sums for `v`, one for each group.
    pub(crate) fn shifted_sums(&self, v: f64) -> Vec<ShiftedSums> {
        let tasks: Vec<(usize, Range<usize>)> = self
            .groups
            .iter()
            .enumerate()
            .flat_map(|(at, group)| {
                let starts = group.rows.clone().step_by(CHUNK);
                starts.map(move |start| (at, start..group.rows.end.min(start + CHUNK)))
            })
            .collect();
        let parts: Vec<(usize, ShiftedSums)> = tasks
            .into_par_iter()
            .with_min_len(4)
            .map(|(at, range)| (at, shifted_sums_of(&self.rows[range], v)))
            .collect();
        let mut sums = vec![ShiftedSums::default(); self.groups.len()];
        for (at, part) in parts {
            sums[at].log += part.log;
            sums[at].inverse += part.inverse;
        }
        sums
    }
}

fn shifted_sums_of(rows: &[(f64, f64)], v: f64) -> ShiftedSums {
    let mut sums = ShiftedSums::default();
    for &(total, customers) in rows {
        let shifted = total + v;
        sums.log += customers * shifted.ln();
        sums.inverse += customers / shifted;
    }
    sums
}
