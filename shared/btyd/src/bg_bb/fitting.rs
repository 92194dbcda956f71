//! Maximum likelihood for BG/BB.

use super::cells::Cells;
use super::error::BgBbError;
use super::likelihood::evaluate;
use super::{BgBb, BgBbParameters};
use crate::fit::{FEW_PERIODS, FEW_REPEATERS, Fit, Warning};
use crate::minimise::{Search, minimise};

/// On the gradient of the mean log-likelihood by the logarithms of the parameters.
const TOLERANCE: f64 = 1e-9;

pub(super) fn fit(cells: &Cells) -> Result<Fit<BgBb>, BgBbError> {
    let search = search(cells)?;
    let customers = cells.customers() as f64;
    let found = minimise(&search, |logs| {
        let (value, gradient) = evaluate(parameters_of(logs), cells);
        let scales = logs.map(f64::exp);
        (-value / customers, std::array::from_fn(|i| -gradient[i] * scales[i] / customers))
    })
    .ok_or(BgBbError::NotFinite)?;
    let parameters = parameters_of(&found.at);
    Ok(Fit {
        model: BgBb { parameters },
        log_likelihood: -found.value * customers,
        per_unit: 1.0,
        customers: cells.customers(),
        converged: found.converged,
        iterations: found.iterations,
        evaluations: found.evaluations,
        warnings: warnings(parameters, found.converged, cells),
    })
}

/// The box and a start with the purchase rate seen up to the last purchases.
fn search(cells: &Cells) -> Result<Search<4>, BgBbError> {
    if cells.customers() == 0 {
        return Err(BgBbError::NoCustomers);
    }
    if cells.opportunities() == 0 {
        return Err(BgBbError::NoOpportunities);
    }
    let purchases = cells.total(|cell| cell.frequency);
    if purchases <= 0.0 {
        return Err(BgBbError::NoRepeaters { customers: cells.customers() });
    }
    // Those who never came back may have been alive and silent: count one opportunity of theirs.
    let lived = cells.total(|cell| cell.recency.max(1).min(cell.opportunities));
    let rate = (purchases / lived).clamp(0.01, 0.99);
    Ok(Search {
        start: [2.0 * rate, 2.0 * (1.0 - rate), 0.5, 3.0].map(f64::ln),
        // Far beyond where the likelihood flattens, and near enough that its terms do not drown in rounding.
        lower: [1e-5_f64.ln(); 4],
        upper: [1e4_f64.ln(); 4],
        tolerance: TOLERANCE,
    })
}

fn parameters_of(logs: &[f64; 4]) -> BgBbParameters {
    let [alpha, beta, gamma, delta] = logs.map(f64::exp);
    BgBbParameters { alpha, beta, gamma, delta }
}

fn warnings(parameters: BgBbParameters, converged: bool, cells: &Cells) -> Vec<Warning> {
    let BgBbParameters { alpha, beta, gamma, delta } = parameters;
    let mut warnings = Vec::new();
    if !converged {
        warnings.push(Warning::NotConverged);
    }
    for (name, value) in [("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)] {
        if !(1e-4..=1_000.0).contains(&value) {
            warnings.push(Warning::ParameterAtBound { name, value });
        }
    }
    let repeaters = cells.repeaters();
    if repeaters < FEW_REPEATERS {
        warnings.push(Warning::FewRepeaters { repeaters });
    }
    let periods = cells.opportunities();
    if periods < FEW_PERIODS {
        warnings.push(Warning::FewPeriods { periods });
    }
    warnings
}
