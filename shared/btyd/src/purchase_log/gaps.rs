//! The times between purchases: what tells how regularly customers buy, beyond the summaries.

use super::PurchaseLog;
use super::netting::{NetDay, net_days};
use rayon::prelude::*;

/// Sums over the gaps between consecutive purchase days of all customers; a gap is one day at least.
///
/// The summaries keep the length of a history, not how evenly its purchases lie in it, which [`crate::MbgCnbd`] learns from these sums:
/// see [`crate::Histories::with_gaps`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Gaps {
    /// Gaps: as many as there are repeat purchases.
    pub count: u64,
    /// Sum of ln(days) of all gaps, the `litt` of the literature.
    pub total_log_days: f64,
    /// Customers with two gaps or more: the last two, t1 and t2, are their pair.
    pub pairs: u64,
    /// Sum over the pairs of (t1/(t1+t2) - 1/2)².
    pub pair_spread: f64,
}

impl Gaps {
    /// The regularity k of purchases: 1 where they come at random times, more where they keep a rhythm, less where they come in bursts.
    ///
    /// If gaps are gamma-distributed with shape k, at whatever rate, then t1/(t1+t2) is Beta(k, k), whose variance is 1/(4(2k+1)) (Wheat
    /// and Morrison 1990, "Estimating Purchase Regularity with Two Interpurchase Times", Journal of Marketing Research 27). `None` without a
    /// pair of unequal gaps.
    ///
    /// A diagnostic that costs no fit. Where most gaps are of a few days, their being whole raises it.
    pub fn regularity(&self) -> Option<f64> {
        let variance = self.pair_spread / self.pairs as f64;
        (variance > 0.0).then(|| (1.0 - 4.0 * variance) / (8.0 * variance))
    }

    /// The sums over the gaps between `days`, ascending.
    fn of_days(days: &[NetDay]) -> Self {
        let lengths: Vec<f64> = days.windows(2).map(|pair| f64::from(pair[0].day.abs_diff(pair[1].day))).collect();
        let share_less_half = |pair: &[f64]| pair[0] / (pair[0] + pair[1]) - 0.5;
        Self {
            count: lengths.len() as u64,
            total_log_days: lengths.iter().map(|days| days.ln()).sum(),
            pairs: u64::from(lengths.len() >= 2),
            pair_spread: lengths.windows(2).last().map_or(0.0, |pair| share_less_half(pair).powi(2)),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            total_log_days: self.total_log_days + other.total_log_days,
            pairs: self.pairs + other.pairs,
            pair_spread: self.pair_spread + other.pair_spread,
        }
    }
}

impl PurchaseLog {
    /// The gaps between purchase days known at the end of `as_of_day` (days since 1970-01-01): those of the customers and purchases that
    /// [`PurchaseLog::summarise`] and [`PurchaseLog::calibrate`] tell of for the same day.
    ///
    /// A pass over the log of its own, for about the time of a summary: call it before, and only where regularity is asked for.
    pub fn gaps(&self, as_of_day: i32) -> Gaps {
        let parts: Vec<Gaps> = self
            .partitions
            .par_iter()
            .map(|partition| {
                let mut days = Vec::new();
                let rows = partition.sorted();
                let customers = rows.chunk_by(|left, right| left.customer == right.customer);
                customers.fold(Gaps::default(), |sum, of_customer| {
                    net_days(of_customer, as_of_day, &mut days);
                    sum.plus(Gaps::of_days(&days))
                })
            })
            .collect();
        parts.into_iter().fold(Gaps::default(), Gaps::plus)
    }
}
