//! BG/BB on purchases by calendar period, or on counted histories.

use std::path::Path;

use anyhow::Result;
use btyd::{BgBb, BgBbError, BgBbParameters, Cells};

use super::outcome::{About, Holdout, Outcome, Parameters};
use super::{read_table, table};
use crate::commands::Usage;
use crate::commands::model::args::Fit;
use crate::commands::model::errors::Errors;
use crate::commands::model::fit::{calibration_end, left_out, silence, tell};
use crate::commands::model::outcome::Rows;
use crate::commands::model::purchases::{self, Purchases, epoch_day};
use crate::files::read_cells;

/// Runs the command on a file of counted histories.
pub fn run_on_cells(args: &Fit, path: &Path) -> Result<()> {
    let (name, cells) = read_table(path, |input| read_cells(input, args.delimiter))?;
    let rows = Rows { used: cells.len() as u64, left_out: 0 };
    let (outcome, _) = fit(args, name, Cells::new(cells), rows)?;
    told(args, &outcome)
}

/// Runs the command on a file of purchases.
pub fn run_on_purchases(args: &Fit, path: &Path) -> Result<()> {
    let outcome = fit_purchases(args, purchases::read(args, path)?)?;
    told(args, &outcome)
}

fn told(args: &Fit, outcome: &Outcome) -> Result<()> {
    tell(args.format, outcome, outcome.converged, &outcome.warnings, |screen| table::render(outcome, screen))
}

fn fit_purchases(args: &Fit, purchases: Purchases) -> Result<Outcome> {
    let unit = args.time_unit();
    let (first_day, last_day) = purchases.days;
    let asked = calibration_end(args, purchases.days)?;
    let end = unit.last_whole(asked);
    if end < first_day {
        return Err(Usage(format!(
            "no whole {} ends from {first_day}, the first row, to {asked}: take a later --calibration-end or a shorter --time-unit",
            unit.id()
        ))
        .into());
    }
    let holdout_end = unit.last_whole(last_day).max(end);
    let calibration =
        purchases.log.calibrate_periods(epoch_day(end), epoch_day(holdout_end), |day| unit.period_of(day));
    let rows = Rows { used: purchases.used, left_out: purchases.bad };
    let (fitted, model) = fit(args, purchases.name, Cells::from_periods(&calibration), rows)?;

    let mut warnings = fitted.warnings;
    warnings.extend(purchases.warnings);
    warnings.extend(silence(asked, last_day));
    if end < asked {
        warnings.push(format!("the model saw whole {}s only: the last of them ends on {end}", unit.id()));
    }
    if end < holdout_end && holdout_end < last_day {
        warnings.push(format!("the days after {holdout_end} are no whole {} and were not compared with", unit.id()));
    }
    warnings.extend(left_out(&calibration.excluded, purchases.currency));
    let holdout = (calibration.holdout_periods > 0).then(|| {
        let btyd::Holdout { customers, actual, predicted, mae, rmse } = model.holdout(&calibration);
        let (periods, end) = (calibration.holdout_periods, holdout_end.to_string());
        Holdout::Purchases { customers, actual, predicted, mae, rmse, periods, end }
    });
    Ok(Outcome { time_unit: Some(unit.id()), calibration_end: Some(end.to_string()), warnings, holdout, ..fitted })
}

/// What both kinds of input have in common.
fn fit(args: &Fit, file: String, cells: Result<Cells, BgBbError>, rows: Rows) -> Result<(Outcome, BgBb)> {
    let refused = |error| Usage(format!("{} cannot be fitted to {file}: {error}", args.model.title()));
    let cells = cells.map_err(refused)?;
    let fit = BgBb::fit(&cells).map_err(refused)?;
    let (errors, undetermined) = Errors::of(fit.covariance(&cells));
    let BgBbParameters { alpha, beta, gamma, delta } = fit.model.parameters();
    let outcome = Outcome {
        model: args.model.id(),
        parameters: Parameters::Purchases { alpha, beta, gamma, delta },
        errors,
        log_likelihood: fit.log_likelihood,
        customers: fit.customers,
        converged: fit.converged,
        periods: cells.opportunities(),
        time_unit: None,
        calibration_end: None,
        rows,
        warnings: fit.warnings.iter().map(ToString::to_string).chain(undetermined).collect(),
        projection: None,
        holdout: None,
        about: About { model: args.model, file, iterations: fit.iterations },
    };
    Ok((outcome, fit.model))
}
