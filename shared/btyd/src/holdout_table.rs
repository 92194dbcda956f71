//! A holdout broken down: where a model foretells well, and where it does not.

use crate::clv::TermsError;
use crate::holdout::predictions;
use crate::purchase_log::Calibration;
use crate::transaction_model::TransactionModel;

/// Frequencies from here on share a row, as in the literature.
const LAST_FREQUENCY: u32 = 7;
const DECILES: usize = 10;

/// Some customers of a holdout.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HoldoutRow {
    /// How many they are.
    pub customers: u64,
    /// Their purchase days in the holdout.
    pub actual: u64,
    /// The sum of their conditional expectations over the same days.
    pub predicted: f64,
}

/// Predicted against actual purchase days of the holdout window by what was known of the customers, and by what was expected of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HoldoutTable {
    /// By repeat purchases in the calibration: 0, 1, ..., 6, and 7 or more.
    pub by_frequency: [HoldoutRow; LAST_FREQUENCY as usize + 1],
    /// By rank of the prediction: the tenth of whom most is expected first. Equals are ranked in the order of the summaries.
    pub by_decile: [HoldoutRow; DECILES],
}

impl HoldoutTable {
    /// Compares `model`, whose time unit is `days_per_unit` days, with what happened. Without customers, or with a window of no days, all
    /// rows are 0.
    ///
    /// # Errors
    ///
    /// [`TermsError`] unless `days_per_unit` is positive and finite.
    pub fn of(model: &TransactionModel, calibration: &Calibration, days_per_unit: f64) -> Result<Self, TermsError> {
        let predictions = predictions(model, calibration, days_per_unit)?;
        let outcomes: Vec<(f64, u32)> =
            predictions.into_iter().zip(calibration.holdout_purchases.iter().copied()).collect();
        let mut table = Self::default();
        for (&outcome, summary) in outcomes.iter().zip(&calibration.summaries.customers) {
            table.by_frequency[summary.frequency.min(LAST_FREQUENCY) as usize].add(outcome);
        }
        let mut ranked = outcomes;
        ranked.sort_by(|left, right| right.0.total_cmp(&left.0));
        let customers = ranked.len();
        for (rank, &outcome) in ranked.iter().enumerate() {
            table.by_decile[rank * DECILES / customers].add(outcome);
        }
        Ok(table)
    }
}

impl HoldoutRow {
    /// Purchases a customer; 0 without customers.
    pub fn mean_actual(&self) -> f64 {
        self.actual as f64 / self.customers.max(1) as f64
    }

    /// Purchases expected a customer; 0 without customers.
    pub fn mean_predicted(&self) -> f64 {
        self.predicted / self.customers.max(1) as f64
    }

    fn add(&mut self, (predicted, actual): (f64, u32)) {
        self.customers += 1;
        self.actual += u64::from(actual);
        self.predicted += predicted;
    }
}
