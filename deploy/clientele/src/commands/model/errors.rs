//! How far the parameters of a fit may be off.

use std::collections::BTreeMap;

use btyd::{Confidence, Covariance, Undetermined};
use serde::Serialize;

use super::table::significant;

/// Standard errors and intervals by the names of the parameters, for the sampling of customers; none where the data do not determine them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Errors {
    /// In the unit of the parameter.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub standard_errors: BTreeMap<&'static str, f64>,
    /// That hold the truth in 95 of 100 samples, each by itself.
    #[serde(rename = "confidence_intervals_95", skip_serializing_if = "BTreeMap::is_empty")]
    pub intervals: BTreeMap<&'static str, Interval>,
}

/// From where to where a parameter may be: symmetric about its logarithm, always positive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end; infinite, in JSON null, where the data tell next to nothing.
    pub high: f64,
}

impl Errors {
    /// Those of a fit, or none and why.
    pub fn of<const N: usize>(covariance: Result<Covariance<N>, Undetermined>) -> (Self, Option<String>) {
        let covariance = match covariance {
            Ok(covariance) => covariance,
            Err(why) => return (Self::default(), Some(format!("no standard errors: {why}"))),
        };
        let names = covariance.parameters().map(|(name, _)| name);
        let intervals = covariance.intervals(Confidence::USUAL).map(|it| Interval { low: it.low, high: it.high });
        let errors = Self {
            standard_errors: names.into_iter().zip(covariance.standard_errors()).collect(),
            intervals: names.into_iter().zip(intervals).collect(),
        };
        (errors, None)
    }

    /// The cell of a parameter in a table; empty where it has no error.
    pub fn cell(&self, name: &str) -> String {
        self.standard_errors.get(name).map(|error| significant(*error)).unwrap_or_default()
    }

    /// The intervals in a sentence, in the order of the parameters; nothing without any.
    pub fn sentence(&self, parameters: &[(&'static str, f64)]) -> Option<String> {
        let interval = |name: &str| {
            let Interval { low, high } = self.intervals.get(name)?;
            Some(format!("{name} {} to {}", significant(*low), significant(*high)))
        };
        let told: Vec<_> = parameters.iter().filter_map(|(name, _)| interval(name)).collect();
        (!told.is_empty()).then(|| format!("95 % confidence: {}.", told.join(", ")))
    }
}
