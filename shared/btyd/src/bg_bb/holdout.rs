//! How well a fitted BG/BB foretells the periods after its calibration.

use super::BgBb;
use crate::holdout::Holdout;
use crate::purchase_log::{PeriodCalibration, PeriodSummary};
use rayon::prelude::*;

impl BgBb {
    /// Expected against actual periods with a purchase, customer by customer, over the holdout of `calibration`.
    ///
    /// Without customers, or with a holdout of no periods, all is 0. The same bits whatever the number of threads.
    pub fn holdout(&self, calibration: &PeriodCalibration) -> Holdout {
        let customers = &calibration.customers;
        if customers.is_empty() || calibration.holdout_periods == 0 {
            return Holdout::default();
        }
        let expected = |it: &PeriodSummary| {
            self.expected_purchases(it.frequency, it.recency, it.opportunities, calibration.holdout_periods)
        };
        let expectations: Vec<f64> = customers.par_iter().map(expected).collect();
        let mut holdout = Holdout { customers: customers.len() as u64, ..Holdout::default() };
        for (predicted, summary) in expectations.into_iter().zip(customers) {
            let error = predicted - f64::from(summary.holdout_purchases);
            holdout.actual += u64::from(summary.holdout_purchases);
            holdout.predicted += predicted;
            holdout.mae += error.abs();
            holdout.rmse += error * error;
        }
        let count = customers.len() as f64;
        holdout.mae /= count;
        holdout.rmse = (holdout.rmse / count).sqrt();
        holdout
    }
}
