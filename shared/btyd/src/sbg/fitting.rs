//! The log-likelihood of sBG, its gradient and its maximum.
//!
//! A cohort adds (n_(t-1) - n_t) ln P(T = t) for each period and n_end ln S(end) (Fader and Hardie 2007). By the paper's
//! recursions P and S are products of one factor a renewal, so over all cohorts, with s = alpha+beta+t-1,
//!
//! ```text
//! ln L = sum over renewals t of  left_t ln(alpha/s) + stayed_t ln((beta+t-1)/s)
//! ```

use super::error::SbgError;
use super::survivors::Survivors;
use super::{Sbg, SbgParameters};
use crate::beta_geometric::BetaGeometric;
use crate::fit::{FEW_PERIODS, Fit, Warning};
use crate::minimise::{Search, minimise};

/// On the gradient of the mean log-likelihood by the logarithms of the parameters.
const TOLERANCE: f64 = 1e-9;
/// alpha + beta beyond which customers do not differ measurably, or leave at once or never.
const ALIKE_FROM: f64 = 1e3;
const POLARISED_BELOW: f64 = 1e-3;

pub(super) fn fit(survivors: &Survivors) -> Result<Fit<Sbg>, SbgError> {
    let search = search(survivors)?;
    let customers = survivors.customers();
    let found = minimise(&search, |logs| {
        let parameters = parameters_of(logs);
        let (value, gradient) = evaluate(parameters, survivors);
        let scales = [parameters.alpha, parameters.beta];
        (-value / customers, std::array::from_fn(|i| -gradient[i] * scales[i] / customers))
    })
    .ok_or(SbgError::NotFinite)?;
    let parameters = parameters_of(&found.at);
    Ok(Fit {
        model: Sbg(BetaGeometric { a: parameters.alpha, b: parameters.beta }),
        log_likelihood: -found.value * customers,
        per_unit: 1.0,
        customers: customers.round() as u64,
        converged: found.converged,
        iterations: found.iterations,
        evaluations: found.evaluations,
        warnings: warnings(parameters, found.converged, survivors.periods()),
    })
}

/// The box and a start with the observed churn rate.
fn search(survivors: &Survivors) -> Result<Search<2>, SbgError> {
    let left: f64 = survivors.renewals().iter().map(|renewal| renewal.left).sum();
    let stayed: f64 = survivors.renewals().iter().map(|renewal| renewal.stayed).sum();
    if left + stayed <= 0.0 {
        return Err(SbgError::NoPeriods);
    }
    if left <= 0.0 {
        return Err(SbgError::NoChurn);
    }
    if stayed <= 0.0 {
        return Err(SbgError::NoRenewal);
    }
    let churn = left / (left + stayed);
    Ok(Search {
        start: [2.0 * churn, 2.0 * (1.0 - churn)].map(f64::ln),
        // Far beyond where the likelihood flattens, and near enough that its terms do not drown in rounding.
        lower: [1e-5_f64.ln(); 2],
        upper: [1e4_f64.ln(); 2],
        tolerance: TOLERANCE,
    })
}

fn parameters_of(logs: &[f64; 2]) -> SbgParameters {
    let [alpha, beta] = logs.map(f64::exp);
    SbgParameters { alpha, beta }
}

/// ln L and its derivatives by alpha and beta. Both logarithms are of numbers below 1: nothing cancels.
pub(crate) fn evaluate(parameters: SbgParameters, survivors: &Survivors) -> (f64, [f64; 2]) {
    let SbgParameters { alpha, beta } = parameters;
    let mut value = 0.0;
    let [mut d_alpha, mut d_beta] = [0.0; 2];
    for (before, renewal) in survivors.renewals().iter().enumerate() {
        let kept = beta + before as f64;
        let sum = alpha + kept;
        value -= renewal.left * (kept / alpha).ln_1p() + renewal.stayed * (alpha / kept).ln_1p();
        d_alpha += (renewal.left * (kept / alpha) - renewal.stayed) / sum;
        d_beta += (renewal.stayed * (alpha / kept) - renewal.left) / sum;
    }
    (value, [d_alpha, d_beta])
}

fn warnings(parameters: SbgParameters, converged: bool, periods: u32) -> Vec<Warning> {
    let SbgParameters { alpha, beta } = parameters;
    let sum = alpha + beta;
    let mut warnings = Vec::new();
    if !converged {
        warnings.push(Warning::NotConverged);
    }
    if sum > ALIKE_FROM {
        warnings.push(Warning::ChurnAlike { sum });
    } else if sum < POLARISED_BELOW {
        warnings.push(Warning::ChurnPolarised { sum });
    } else {
        for (name, value) in [("alpha", alpha), ("beta", beta)] {
            if value < 1e-4 {
                warnings.push(Warning::ParameterAtBound { name, value });
            }
        }
    }
    if periods < FEW_PERIODS {
        warnings.push(Warning::FewPeriods { periods });
    }
    warnings
}
