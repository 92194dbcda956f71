//! Maximum likelihood for BG/NBD and MBG/NBD.

use super::likelihood::Likelihood;
use super::{Dropout, FirstDropout};
use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::maximise::{Bounds, LogLikelihood, Observed, maximise, warnings};
use crate::parameters::DropoutParameters;

pub(crate) fn fit(histories: &Histories, first: FirstDropout) -> Result<Fit<Dropout>, FitError> {
    let bounds = bounds(Observed::of(histories)?);
    let mut fit = maximise(histories, &bounds, |histories| likelihood(histories, first))?;
    let [r, _, a, b] = fit.model;
    let determined = [("r", r, 1e-3, 50.0), ("a", a, 1e-4, 1_000.0), ("b", b, 1e-4, 1_000.0)];
    fit.warnings = warnings(fit.converged, &determined, histories);
    Ok(fit.map(|found| Dropout { parameters: parameters_of(found), first }))
}

/// The log-likelihood of `histories` as a function of r, alpha, a and b.
pub(crate) fn likelihood(histories: &Histories, first: FirstDropout) -> LogLikelihood<'_> {
    let likelihood = Likelihood::new(histories, first);
    Box::new(move |at| likelihood.evaluate(parameters_of(at)))
}

/// The box and a start with the observed purchase rate.
fn bounds(observed: Observed) -> Bounds {
    let (shortest, longest) = observed.time_bounds();
    Bounds {
        start: [0.5, 0.5 / observed.rate, 0.8, 2.5],
        lower: [1e-4, shortest, 1e-5, 1e-5],
        upper: [2e3, longest, 1e4, 1e4],
    }
}

fn parameters_of([r, alpha, a, b]: [f64; 4]) -> DropoutParameters {
    DropoutParameters { r, alpha, a, b }
}
