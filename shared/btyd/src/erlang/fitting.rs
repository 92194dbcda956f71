//! Maximum likelihood for MBG/CNBD-k: the other parameters for each k, and the k that makes the histories likeliest.

use super::likelihood::Likelihood;
use super::{Erlang, MAX_PHASES};
use crate::dropout::FirstDropout;
use crate::error::FitError;
use crate::fit::{Fit, Warning};
use crate::histories::Histories;
use crate::maximise::{Bounds, LogLikelihood, Observed, maximise, warnings};
use crate::parameters::DropoutParameters;

/// Falls of the likelihood in a row after which a larger k is not tried.
const FALLS: u32 = 2;

/// The likeliest k from 1 to 12 with its parameters; the search ends when the likelihood has fallen twice in a row.
pub(crate) fn fit(histories: &Histories, first: FirstDropout) -> Result<Fit<Erlang>, FitError> {
    let mut best = fit_phases(histories, 1, first, None)?;
    let mut last = (best.log_likelihood, best.model.parameters);
    let mut falls = 0;
    for phases in 2..=MAX_PHASES {
        let Ok(next) = fit_phases(histories, phases, first, Some(last.1)) else {
            break;
        };
        falls = if next.log_likelihood < last.0 { falls + 1 } else { 0 };
        last = (next.log_likelihood, next.model.parameters);
        let iterations = best.iterations + next.iterations;
        let evaluations = best.evaluations + next.evaluations;
        if next.log_likelihood > best.log_likelihood {
            best = next;
        }
        (best.iterations, best.evaluations) = (iterations, evaluations);
        if falls == FALLS {
            break;
        }
    }
    if best.model.phases == MAX_PHASES {
        best.warnings.push(Warning::ParameterAtBound { name: "k", value: f64::from(MAX_PHASES) });
    }
    Ok(best)
}

/// The likeliest parameters for one k, from those of k - 1 on where they are known.
pub(crate) fn fit_phases(
    histories: &Histories,
    phases: u32,
    first: FirstDropout,
    before: Option<DropoutParameters>,
) -> Result<Fit<Erlang>, FitError> {
    let bounds = bounds(Observed::of(histories)?, f64::from(phases), before);
    let mut fit = maximise(histories, &bounds, |histories| likelihood(histories, phases, first))?;
    let [r, _, a, b] = fit.model;
    let determined = [("r", r, 1e-3, 50.0), ("a", a, 1e-4, 1_000.0), ("b", b, 1e-4, 1_000.0)];
    fit.warnings = warnings(fit.converged, &determined, histories);
    Ok(fit.map(|found| model(phases, first, found)))
}

/// The log-likelihood of `histories` as a function of r, alpha, a and b.
pub(crate) fn likelihood(histories: &Histories, phases: u32, first: FirstDropout) -> LogLikelihood<'_> {
    let likelihood = Likelihood::new(histories, phases);
    Box::new(move |at| likelihood.evaluate(&model(phases, first, at)))
}

fn model(phases: u32, first: FirstDropout, [r, alpha, a, b]: [f64; 4]) -> Erlang {
    Erlang { phases, parameters: DropoutParameters { r, alpha, a, b }, first }
}

/// The box and a start with the observed rate of phases, k times that of purchases.
fn bounds(observed: Observed, phases: f64, before: Option<DropoutParameters>) -> Bounds {
    let (shortest, longest) = observed.time_bounds();
    let start = match before {
        Some(DropoutParameters { r, alpha, a, b }) => [r, alpha * (phases - 1.0) / phases, a, b],
        None => [0.5, 0.5 / (observed.rate * phases), 0.8, 2.5],
    };
    Bounds { start, lower: [1e-4, shortest / phases, 1e-5, 1e-5], upper: [2e3, longest, 1e4, 1e4] }
}
