//! How well a fitted model foretells a later window.

use crate::purchase_log::Calibration;
use crate::transaction_model::TransactionModel;
use rayon::prelude::*;

/// Predicted against actual purchase days of the holdout window, customer by customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holdout {
    /// Customers who first bought on or before the calibration end.
    pub customers: u64,
    /// Their purchase days in the holdout.
    pub actual: u64,
    /// The sum of their conditional expectations over the same days.
    pub predicted: f64,
    /// Mean absolute error a customer.
    pub mae: f64,
    /// Root of the mean squared error a customer.
    pub rmse: f64,
}

impl Holdout {
    /// Compares `model`, whose time unit is `days_per_unit` days, with what happened; `None` without customers or without a holdout.
    pub fn of(
        model: &TransactionModel,
        calibration: &Calibration,
        days_per_unit: f64,
    ) -> Option<Self> {
        let customers = &calibration.summaries.customers;
        let days = calibration.holdout_days();
        if customers.is_empty() || days == 0 {
            return None;
        }
        let units = |days: u32| f64::from(days) / days_per_unit;
        let expectations: Vec<f64> = customers
            .par_iter()
            .map(|it| {
                let (recency, age) = (units(it.recency_days), units(it.age_days));
                model.expected_purchases(it.frequency, recency, age, units(days))
            })
            .collect();
        let actual = &calibration.holdout_purchases;
        let errors = || {
            let pairs = expectations.iter().zip(actual);
            pairs.map(|(predicted, &actual)| predicted - f64::from(actual))
        };
        let count = customers.len() as f64;
        Some(Self {
            customers: customers.len() as u64,
            actual: actual.iter().map(|&it| u64::from(it)).sum(),
            predicted: expectations.iter().sum(),
            mae: errors().map(f64::abs).sum::<f64>() / count,
            rmse: (errors().map(|error| error * error).sum::<f64>() / count).sqrt(),
        })
    }
}
