//! sBG on the survivor curve of a cohort.

use std::path::Path;

use anyhow::Result;
use btyd::{Sbg, SbgParameters};

use super::outcome::{About, Holdout, Outcome, Parameters, Projected, Survivors};
use super::{read_table, table};
use crate::commands::Usage;
use crate::commands::model::args::Fit;
use crate::commands::model::errors::Errors;
use crate::commands::model::fit::tell;
use crate::commands::model::outcome::Rows;
use crate::files::read_survivors;

/// Runs the command.
pub fn run(args: &Fit, path: &Path) -> Result<()> {
    let (name, curve) = read_table(path, |input| read_survivors(input, args.delimiter))?;
    let outcome = fit(args, name, &curve)?;
    tell(args.format, &outcome, outcome.converged, &outcome.warnings, |screen| table::render(&outcome, screen))
}

fn fit(args: &Fit, file: String, curve: &[f64]) -> Result<Outcome> {
    let last = u32::try_from(curve.len() - 1)?;
    let periods = args.periods.unwrap_or(last);
    if periods > last && last > 0 {
        return Err(Usage(format!("--periods {periods}, but {file} ends with period {last}: take 1 to {last}")).into());
    }
    let (seen, later) = curve.split_at(curve.len().min(periods as usize + 1));
    let refused = |error| Usage(format!("{} cannot be fitted to {file}: {error}", args.model.title()));
    let survivors = btyd::Survivors::new([seen]).map_err(refused)?;
    let fit = Sbg::fit(&survivors).map_err(refused)?;
    let model = fit.model;
    let projected =
        |period| Projected { period, survival: model.survival(period), retention_rate: model.retention_rate(period) };
    let SbgParameters { alpha, beta } = model.parameters();
    let (errors, undetermined) = Errors::of(fit.covariance(&survivors));
    let mut warnings: Vec<String> = fit.warnings.iter().map(ToString::to_string).collect();
    warnings.extend(undetermined);
    warnings.extend(shares(curve));
    Ok(Outcome {
        model: args.model.id(),
        parameters: Parameters::Churn { alpha, beta },
        errors,
        log_likelihood: fit.log_likelihood,
        customers: fit.customers,
        converged: fit.converged,
        periods,
        time_unit: None,
        calibration_end: None,
        rows: Rows { used: curve.len() as u64, left_out: 0 },
        warnings,
        projection: Some((1..=last.max(periods.saturating_mul(2))).map(projected).collect()),
        holdout: holdout(&model, curve[0], periods, later),
        about: About { model: args.model, file, iterations: fit.iterations },
    })
}

fn holdout(model: &Sbg, started: f64, seen: u32, later: &[f64]) -> Option<Holdout> {
    let survivors: Vec<Survivors> = (seen + 1..)
        .zip(later)
        .map(|(period, &actual)| Survivors { period, actual, projected: started * model.survival(period) })
        .collect();
    let off: f64 = survivors.iter().map(|it| (it.projected - it.actual).abs()).sum();
    let periods = survivors.len() as u32;
    (periods > 0).then(|| Holdout::Survivors { periods, mae: off / f64::from(periods), survivors })
}

/// What to know of a curve that may hold no counts.
fn shares(curve: &[f64]) -> Option<String> {
    let started = curve[0];
    let counted = curve.iter().all(|survivors| survivors.fract() == 0.0) && started > 1.0;
    let percent = (started - 100.0).abs() < f64::EPSILON;
    (percent || !counted).then(|| {
        format!(
            "the cohort begins with {started}: if these are shares and not customers, the parameters hold, and the log-likelihood is \
             that of {started} customers, as are the standard errors"
        )
    })
}
