//! Maximum likelihood for Pareto/NBD.

use super::ParetoNbd;
use super::likelihood::Likelihood;
use crate::error::FitError;
use crate::fit::{Fit, Warning};
use crate::histories::Histories;
use crate::maximise::{Bounds, LogLikelihood, Observed, maximise, warnings};
use crate::parameters::ParetoParameters;

pub(super) fn fit(histories: &Histories) -> Result<Fit<ParetoNbd>, FitError> {
    let bounds = bounds(Observed::of(histories)?);
    let mut fit = maximise(histories, &bounds, likelihood)?;
    fit.warnings = warnings_of(&parameters_of(fit.model), fit.converged, histories)?;
    Ok(fit.map(|found| ParetoNbd { parameters: parameters_of(found) }))
}

/// What limits the use of parameters found.
pub(super) fn warnings_of(
    parameters: &ParetoParameters,
    converged: bool,
    histories: &Histories,
) -> Result<Vec<Warning>, FitError> {
    let bounds = bounds(Observed::of(histories)?);
    let ParetoParameters { r, alpha, s, beta } = *parameters;
    // Within a factor of ten of the box a scale of time has left the data behind.
    let inside = |i: usize| (10.0 * bounds.lower[i], 0.1 * bounds.upper[i]);
    let (alpha_range, beta_range) = (inside(1), inside(3));
    let determined = [
        ("r", r, 1e-3, 50.0),
        ("alpha", alpha, alpha_range.0, alpha_range.1),
        ("s", s, 1e-3, 50.0),
        ("beta", beta, beta_range.0, beta_range.1),
    ];
    Ok(warnings(converged, &determined, histories))
}

/// The log-likelihood of `histories` as a function of r, alpha, s and beta.
pub(crate) fn likelihood(histories: &Histories) -> LogLikelihood<'_> {
    let likelihood = Likelihood::new(histories);
    Box::new(move |at| likelihood.evaluate(&parameters_of(at)))
}

/// The box and a start with the observed purchase rate, and half the customers gone after about half their age.
pub(super) fn bounds(observed: Observed) -> Bounds {
    let (shortest, longest) = observed.time_bounds();
    Bounds {
        start: [0.5, 0.5 / observed.rate, 0.6, 0.4 * observed.mean_age],
        lower: [1e-4, shortest, 1e-5, shortest],
        upper: [2e3, longest, 2e3, longest],
    }
}

fn parameters_of([r, alpha, s, beta]: [f64; 4]) -> ParetoParameters {
    ParetoParameters { r, alpha, s, beta }
}
