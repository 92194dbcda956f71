//! What a fit says, in the shape of its JSON.

use btyd::{SpendParameters, TransactionModel};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::args::{ModelName, TimeUnit};
use super::errors::Errors;

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// `bg-nbd`, `mbg-nbd`, `pareto-nbd`, `mbg-cnbd` or `gamma-gamma`.
    pub model: &'static str,
    /// With `auto`: why it is this model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// By their usual names.
    pub parameters: Parameters,
    /// Of the parameters.
    #[serde(flatten)]
    pub errors: Errors,
    /// Total, not mean; comparable only in the same time unit.
    pub log_likelihood: f64,
    /// Those fitted to: all of the calibration period, or for Gamma-Gamma those with a repeat purchase.
    pub customers: u64,
    /// Whether the search ended at a maximum.
    pub converged: bool,
    /// Of alpha and the log-likelihood.
    pub time_unit: &'static str,
    /// The last day that the model saw.
    pub calibration_end: String,
    /// Of v, if the file or the caller named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<&'static str>,
    /// Rows used and left out.
    pub rows: Rows,
    /// What limits the use of the fit.
    pub warnings: Vec<String>,
    /// The later purchases, where there are any to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
    #[serde(skip)]
    pub(super) about: About,
}

/// Written by their usual names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Parameters {
    /// Of a model of purchases; scales in time units.
    Purchases(TransactionModel),
    /// Of Gamma-Gamma; the scale in major units of money.
    Spend(SpendParameters),
}

/// What became of the file's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Purchases and refunds that were fitted or compared with.
    pub used: u64,
    /// Rows that could not be used.
    pub left_out: u64,
}

/// Predicted against actual purchases after the calibration end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Holdout {
    /// Customers who first bought on or before the calibration end.
    pub customers: u64,
    /// Their purchase days after it.
    pub actual: u64,
    /// Their conditional expectation over the same days.
    pub predicted: f64,
    /// Mean absolute error a customer.
    pub mae: f64,
    /// Root of the mean squared error a customer.
    pub rmse: f64,
    /// Its length.
    pub days: u32,
}

/// What only a person is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct About {
    pub model: ModelName,
    pub time_unit: TimeUnit,
    pub file: String,
    pub first_day: jiff::civil::Date,
    pub last_day: jiff::civil::Date,
    pub calibration_end: jiff::civil::Date,
    pub iterations: u32,
}

impl Parameters {
    /// In the papers' order.
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Purchases(TransactionModel::MbgCnbd(model)) => {
                let named = TransactionModel::MbgCnbd(model).named_parameters();
                named.into_iter().chain([("k", f64::from(model.k()))]).collect()
            }
            Self::Purchases(model) => model.named_parameters().to_vec(),
            Self::Spend(SpendParameters { p, q, v }) => vec![("p", p), ("q", q), ("v", v)],
        }
    }
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.named())
    }
}

/// For a spreadsheet: every figure of an outcome's JSON under its path.
pub(super) fn csv(outcome: &impl Serialize) -> serde_json::Result<String> {
    let mut table = crate::term::Table::new([crate::term::Column::text("name"), crate::term::Column::text("value")]);
    flatten("", &serde_json::to_value(outcome)?, &mut table);
    Ok(table.csv())
}

fn flatten(path: &str, value: &Value, table: &mut crate::term::Table) {
    let under = |name: &str| if path.is_empty() { name.into() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(&under(name), value, table)),
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                flatten(&under(&(at + 1).to_string()), value, table);
            }
        }
        Value::String(text) => {
            table.row([path, text]);
        }
        other => {
            table.row([path.to_owned(), other.to_string()]);
        }
    }
}
