//! Maximum likelihood for BG/NBD and MBG/NBD.

use super::likelihood::Likelihood;
use super::{Dropout, FirstDropout};
use crate::error::FitError;
use crate::fit::{FEW_REPEATERS, Fit, Warning};
use crate::histories::Histories;
use crate::minimise::{Minimum, Search, minimise};
use crate::parameters::DropoutParameters;

/// On the gradient of the mean log-likelihood by the logarithms of the parameters.
const TOLERANCE: f64 = 1e-9;
const SAMPLE_TOLERANCE: f64 = 1e-6;
/// From this many customers on, a sample of them gives the start.
const SAMPLE_FROM: u64 = 50_000;

pub(crate) fn fit(histories: &Histories, first: FirstDropout) -> Result<Fit<Dropout>, FitError> {
    let mut search = search(histories)?;
    if histories.customers() >= SAMPLE_FROM {
        let sample = histories.sample();
        search.tolerance = SAMPLE_TOLERANCE;
        if let Some(found) = maximise(&search, &sample, first) {
            search.start = found.at;
        }
        search.tolerance = TOLERANCE;
    }
    let found = maximise(&search, histories, first).ok_or(FitError::NotFinite)?;
    let parameters = parameters_of(&found.at);
    Ok(Fit {
        model: Dropout { parameters, first },
        log_likelihood: -found.value * histories.customers() as f64,
        per_unit: histories.days_per_unit(),
        customers: histories.customers(),
        converged: found.converged,
        iterations: found.iterations,
        evaluations: found.evaluations,
        warnings: warnings(parameters, found.converged, histories.repeaters()),
    })
}

/// The box and a start with the observed purchase rate.
fn search(histories: &Histories) -> Result<Search<4>, FitError> {
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
    let rate = purchases / time;
    let mean_age = time / customers as f64;
    let longest = mean_age.max(1.0 / rate);
    let start = [0.5, 0.5 / rate, 0.8, 2.5];
    // Far beyond where the likelihood flattens, and near enough that its terms do not drown in rounding.
    let lower = [1e-4, 1e-6 * mean_age.min(1.0 / rate), 1e-5, 1e-5];
    let upper = [2e3, 1e5 * longest, 1e4, 1e4];
    Ok(Search { start: start.map(f64::ln), lower: lower.map(f64::ln), upper: upper.map(f64::ln), tolerance: TOLERANCE })
}

fn maximise(search: &Search<4>, histories: &Histories, first: FirstDropout) -> Option<Minimum<4>> {
    let likelihood = Likelihood::new(histories, first);
    let customers = histories.customers() as f64;
    minimise(search, |logs| {
        let parameters = parameters_of(logs);
        let (value, gradient) = likelihood.evaluate(parameters);
        let scales = logs.map(f64::exp);
        let by_log = std::array::from_fn(|i| -gradient[i] * scales[i] / customers);
        (-value / customers, by_log)
    })
}

fn parameters_of(logs: &[f64; 4]) -> DropoutParameters {
    let [r, alpha, a, b] = logs.map(f64::exp);
    DropoutParameters { r, alpha, a, b }
}

fn warnings(parameters: DropoutParameters, converged: bool, repeaters: u64) -> Vec<Warning> {
    let DropoutParameters { r, a, b, .. } = parameters;
    let mut warnings = Vec::new();
    if !converged {
        warnings.push(Warning::NotConverged);
    }
    for (name, value, lowest, highest) in [("r", r, 1e-3, 50.0), ("a", a, 1e-4, 1_000.0), ("b", b, 1e-4, 1_000.0)] {
        if value < lowest || value > highest {
            warnings.push(Warning::ParameterAtBound { name, value });
        }
    }
    if repeaters < FEW_REPEATERS {
        warnings.push(Warning::FewRepeaters { repeaters });
    }
    warnings
}
