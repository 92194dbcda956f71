//! What a fit of a discrete-time model says, in the shape of its JSON.

use serde::Serialize;

use crate::commands::model::args::ModelName;
use crate::commands::model::errors::Errors;
use crate::commands::model::outcome::Rows;

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// `bg-bb` or `sbg`.
    pub model: &'static str,
    /// By their usual names.
    pub parameters: Parameters,
    /// Of the parameters.
    #[serde(flatten)]
    pub errors: Errors,
    /// Total, not mean.
    pub log_likelihood: f64,
    /// Those fitted to, rounded.
    pub customers: u64,
    /// Whether the search ended at a maximum.
    pub converged: bool,
    /// Renewals or opportunities that the model saw of its oldest customers.
    pub periods: u32,
    /// What a period is, where purchases were counted by the calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_unit: Option<&'static str>,
    /// The last day that the model saw, where it saw days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration_end: Option<String>,
    /// Rows used and left out.
    pub rows: Rows,
    /// What limits the use of the fit.
    pub warnings: Vec<String>,
    /// sBG: the periods fitted and as many after them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projection: Option<Vec<Projected>>,
    /// The later periods, where there are any to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
    #[serde(skip)]
    pub about: About,
}

/// By their usual names.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Parameters {
    /// BG/BB.
    Purchases {
        /// Purchase probabilities, first of two.
        alpha: f64,
        /// Second.
        beta: f64,
        /// Dropout probabilities, first of two.
        gamma: f64,
        /// Second.
        delta: f64,
    },
    /// sBG.
    Churn {
        /// Churn probabilities, first of two.
        alpha: f64,
        /// Second.
        beta: f64,
    },
}

/// One period of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Projected {
    /// Counted from 1.
    pub period: u32,
    /// The share of the cohort still there after it.
    pub survival: f64,
    /// The share of those there before it.
    pub retention_rate: f64,
}

/// Predicted against actual after what the model saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Holdout {
    /// BG/BB.
    Purchases {
        /// Customers won by the calibration end.
        customers: u64,
        /// Their periods with a purchase, over all customers.
        actual: u64,
        /// Their conditional expectation.
        predicted: f64,
        /// Mean absolute error a customer.
        mae: f64,
        /// Root of the mean squared error a customer.
        rmse: f64,
        /// Its length.
        periods: u32,
        /// Its last day.
        end: String,
    },
    /// sBG.
    Survivors {
        /// Its length.
        periods: u32,
        /// Mean absolute error of the projected survivors, over periods.
        mae: f64,
        /// Period by period.
        survivors: Vec<Survivors>,
    },
}

/// A cohort in a later period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Survivors {
    /// Counted from 1.
    pub period: u32,
    /// Of the file.
    pub actual: f64,
    /// Those at the start times the projected survival.
    pub projected: f64,
}

/// What only a person is told.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    pub model: ModelName,
    pub file: String,
    pub iterations: u32,
}

impl Parameters {
    /// In the papers' order, with what they mean.
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Purchases { alpha, beta, gamma, delta } => {
                vec![("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)]
            }
            Self::Churn { alpha, beta } => vec![("alpha", alpha), ("beta", beta)],
        }
    }
}
