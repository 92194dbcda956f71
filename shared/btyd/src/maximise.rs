//! The fit of a transaction model's four parameters, common to all of them: what is observed, the warm start, the search.

use crate::error::FitError;
use crate::fit::{FEW_REPEATERS, Fit, Warning};
use crate::histories::Histories;
use crate::minimise::{Minimum, Search, minimise};

/// On the gradient of the mean log-likelihood by the logarithms of the parameters.
const TOLERANCE: f64 = 1e-9;
const SAMPLE_TOLERANCE: f64 = 1e-6;
/// From this many customers on, a sample of them gives the start.
const SAMPLE_FROM: u64 = 50_000;

/// A log-likelihood and its derivatives by the four parameters.
pub(crate) type LogLikelihood<'h> = Box<dyn Fn([f64; 4]) -> (f64, [f64; 4]) + 'h>;

/// What starts and bounds are set by, in time units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed {
    /// Repeat purchases of a customer in a time unit.
    pub rate: f64,
    pub mean_age: f64,
}

/// Where to look for the parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub start: [f64; 4],
    pub lower: [f64; 4],
    pub upper: [f64; 4],
}

impl Observed {
    pub fn of(histories: &Histories) -> Result<Self, FitError> {
        let customers = histories.customers();
        if customers == 0 {
            return Err(FitError::NoCustomers);
        }
        let purchases = histories.total(|row| row.frequency) as f64;
        let time = histories.total(|row| row.age_days) as f64 / histories.days_per_unit();
        if time == 0.0 {
            return Err(FitError::NoTime);
        }
        if purchases == 0.0 {
            return Err(FitError::NoRepeaters { customers });
        }
        Ok(Self { rate: purchases / time, mean_age: time / customers as f64 })
    }

    /// Between these a scale of time is told by the data: far beyond, the likelihood flattens; further still, its terms drown in rounding.
    pub fn time_bounds(&self) -> (f64, f64) {
        let between_purchases = 1.0 / self.rate;
        (1e-6 * self.mean_age.min(between_purchases), 1e5 * self.mean_age.max(between_purchases))
    }
}

/// The parameters within `bounds` that make `histories` likeliest.
pub(crate) fn maximise(
    histories: &Histories,
    bounds: &Bounds,
    likelihood: impl for<'h> Fn(&'h Histories) -> LogLikelihood<'h>,
) -> Result<Fit<[f64; 4]>, FitError> {
    let mut search = Search {
        start: bounds.start.map(f64::ln),
        lower: bounds.lower.map(f64::ln),
        upper: bounds.upper.map(f64::ln),
        tolerance: TOLERANCE,
    };
    if histories.customers() >= SAMPLE_FROM {
        let sample = histories.sample();
        search.tolerance = SAMPLE_TOLERANCE;
        if let Some(found) = search_with(&search, &sample, &likelihood(&sample)) {
            search.start = found.at;
        }
        search.tolerance = TOLERANCE;
    }
    let found = search_with(&search, histories, &likelihood(histories)).ok_or(FitError::NotFinite)?;
    Ok(Fit {
        model: found.at.map(f64::exp),
        log_likelihood: -found.value * histories.customers() as f64,
        per_unit: histories.days_per_unit(),
        customers: histories.customers(),
        converged: found.converged,
        iterations: found.iterations,
        evaluations: found.evaluations,
        warnings: Vec::new(),
    })
}

/// In logarithms of the parameters, and the mean over customers.
fn search_with(search: &Search<4>, histories: &Histories, likelihood: &LogLikelihood<'_>) -> Option<Minimum<4>> {
    let customers = histories.customers() as f64;
    minimise(search, |logs| {
        let parameters = logs.map(f64::exp);
        let (value, gradient) = likelihood(parameters);
        let by_log = std::array::from_fn(|i| -gradient[i] * parameters[i] / customers);
        (-value / customers, by_log)
    })
}

/// What limits the use of a fit; `determined` holds name, value, and the range within which the data tell it.
pub(crate) fn warnings(
    converged: bool,
    determined: &[(&'static str, f64, f64, f64)],
    histories: &Histories,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !converged {
        warnings.push(Warning::NotConverged);
    }
    for &(name, value, lowest, highest) in determined {
        if value < lowest || value > highest {
            warnings.push(Warning::ParameterAtBound { name, value });
        }
    }
    let repeaters = histories.repeaters();
    if repeaters < FEW_REPEATERS {
        warnings.push(Warning::FewRepeaters { repeaters });
    }
    warnings
}
