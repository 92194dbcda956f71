//! How well a fitted model foretells a later window.

use crate::clv::{ClvTerms, Customer, Scorer, TermsError};
use crate::purchase_log::Calibration;
use crate::transaction_model::TransactionModel;

/// Predicted against actual purchase days of the holdout window, customer by customer; for [`crate::BgBb`], which counts by period,
/// a "day" is a period with a purchase.
///
/// Without customers, or with a window of no days, all is 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
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
    /// Compares `model`, whose time unit is `days_per_unit` days, with what happened.
    ///
    /// # Errors
    ///
    /// [`TermsError`] unless `days_per_unit` is positive and finite.
    pub fn of(model: &TransactionModel, calibration: &Calibration, days_per_unit: f64) -> Result<Self, TermsError> {
        let predictions = predictions(model, calibration, days_per_unit)?;
        if predictions.is_empty() {
            return Ok(Self::default());
        }
        let mut holdout = Self { customers: predictions.len() as u64, ..Self::default() };
        for (&predicted, &actual) in predictions.iter().zip(&calibration.holdout_purchases) {
            let error = predicted - f64::from(actual);
            holdout.actual += u64::from(actual);
            holdout.predicted += predicted;
            holdout.mae += error.abs();
            holdout.rmse += error * error;
        }
        let count = predictions.len() as f64;
        holdout.mae /= count;
        holdout.rmse = (holdout.rmse / count).sqrt();
        Ok(holdout)
    }
}

/// What `model` expects of each customer in the holdout; empty without customers, or with a window of no days.
pub(crate) fn predictions(
    model: &TransactionModel,
    calibration: &Calibration,
    days_per_unit: f64,
) -> Result<Vec<f64>, TermsError> {
    let summaries = &calibration.summaries.customers;
    let days = f64::from(calibration.holdout_days());
    if summaries.is_empty() || days <= 0.0 {
        return Ok(Vec::new());
    }
    let no_clv = ClvTerms { periods: 0, ..ClvTerms::twelve_months(0.0, 1.0) };
    let scorer = Scorer::new(*model, days_per_unit, None, [days], no_clv)?;
    let customers: Vec<Customer> = summaries.iter().map(|it| Customer::of(it, 1.0)).collect();
    Ok(scorer.score(&customers).iter().map(|score| score.expected_purchases[0]).collect())
}
