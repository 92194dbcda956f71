//! Purchases counted by period: what discrete-time models are fitted to.

use super::PurchaseLog;
use super::netting::{NetDay, net_days};
use super::summary::Excluded;
use rayon::prelude::*;

/// One customer's purchases as yes or no for each period, up to a calibration end.
///
/// The period of the first purchase is no opportunity: it only says that the customer was won. The ones after it are, up to the one
/// that the calibration ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodSummary {
    /// The caller's key.
    pub customer: u64,
    /// Opportunities with at least one purchase day (the papers' x).
    pub frequency: u32,
    /// The last of those, counted from 1 (the papers' t_x); 0 when `frequency` is 0.
    pub recency: u32,
    /// Opportunities (the papers' n): 0 for who was won in the last period.
    pub opportunities: u32,
    /// Periods of the holdout with at least one purchase day.
    pub holdout_purchases: u32,
}

/// The periods up to a calibration end, and what the same customers did afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodCalibration {
    /// One a customer with at least one purchase day up to the calibration end, ascending by [`PeriodSummary::customer`].
    pub customers: Vec<PeriodSummary>,
    /// Periods after the calibration end, up to the holdout's.
    pub holdout_periods: u32,
    /// What was left out of the calibration.
    pub excluded: Excluded,
}

impl PurchaseLog {
    /// Counts purchases by period at the end of `calibration_end_day`, and for the same customers after it up to the end of
    /// `holdout_end_day` (both in days since 1970-01-01), net of every refund made by then.
    ///
    /// `period_of` numbers the periods: it maps a day to the number of its period, without gaps and never decreasing, for example the
    /// months since year 0. **Both ends must be the last days of their periods**: a period seen in part would count as one in which
    /// the customer did not buy.
    pub fn calibrate_periods(
        self,
        calibration_end_day: i32,
        holdout_end_day: i32,
        period_of: impl Fn(i32) -> i32 + Sync,
    ) -> PeriodCalibration {
        let last_period = period_of(calibration_end_day);
        let holdout_periods = period_of(holdout_end_day).saturating_sub(last_period).max(0);
        let (mut customers, excluded) = self.reduce(|customer, rows, days| {
            net_days(rows, holdout_end_day, days);
            let holdout_purchases = count(periods(days, &period_of).filter(|period| *period > last_period));
            let excluded = net_days(rows, calibration_end_day, days);
            let mut bought = periods(days, &period_of);
            let summary = bought.next().map(|won| {
                let (frequency, last) = bought.fold((0, won), |(frequency, _), period| (frequency + 1, period));
                PeriodSummary {
                    customer,
                    frequency,
                    recency: last.abs_diff(won),
                    opportunities: last_period.abs_diff(won),
                    holdout_purchases,
                }
            });
            (summary, excluded)
        });
        customers.par_sort_unstable_by_key(|summary| summary.customer);
        PeriodCalibration { customers, holdout_periods: holdout_periods.unsigned_abs(), excluded }
    }
}

/// The distinct periods of `days`, ascending as they are.
fn periods(days: &[NetDay], period_of: impl Fn(i32) -> i32) -> impl Iterator<Item = i32> {
    let mut last = None;
    days.iter().map(move |day| period_of(day.day)).filter(move |period| last.replace(*period) != Some(*period))
}

fn count(periods: impl Iterator<Item = i32>) -> u32 {
    periods.fold(0, |count, _| count + 1)
}
