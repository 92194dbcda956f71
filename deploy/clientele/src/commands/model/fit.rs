//! `clientele model fit`: read, fit, compare, tell.

use anyhow::{Context, Result};
use btyd::{
    Calibration, Choice, Excluded, GammaGamma, Gaps, Histories, Spends, Summaries, TransactionKind, TransactionModel,
};
use jiff::civil::Date;
use serde::Serialize;

use super::args::{Fit, ModelName};
use super::discrete;
use super::errors::Errors;
use super::input::Input;
use super::outcome::{self, About, Holdout, Outcome, Parameters, Rows};
use super::purchases::{self, Purchases, epoch_day};
use super::table;
use crate::commands::Usage;
use crate::files::amount::minor_digits;
use crate::term::{self, Format, Screen, number};

/// Runs the command.
pub fn run(args: &Fit) -> Result<()> {
    match args.input()? {
        Input::Survivors(path) => discrete::sbg::run(args, path),
        Input::Cells(path) => discrete::bg_bb::run_on_cells(args, path),
        Input::Periods(path) => discrete::bg_bb::run_on_purchases(args, path),
        Input::Purchases(path) => {
            let outcome = fit(args, purchases::read(args, path)?)?;
            let drawn = |screen: &Screen| table::render(&outcome, screen);
            tell(args.format, &outcome, outcome.converged, &outcome.warnings, drawn)
        }
    }
}

/// Writes an outcome in the form asked for, and its warnings where that form hides them.
pub(super) fn tell(
    format: Format,
    outcome: &impl Serialize,
    converged: bool,
    warnings: &[String],
    drawn: impl FnOnce(&Screen) -> String,
) -> Result<()> {
    if format != Format::Table || !converged {
        for warning in warnings {
            term::note(&format!("warning: {warning}"));
        }
    }
    let text = match format {
        Format::Table => drawn(&Screen::stdout()),
        Format::Json => serde_json::to_string_pretty(outcome)?,
        Format::Csv => outcome::csv(outcome)?,
    };
    term::print(&text).context("cannot write the result: check the disk or the pipe behind stdout")
}

/// The day asked for, or the last of the file.
pub(super) fn calibration_end(args: &Fit, (first_day, last_day): (Date, Date)) -> Result<Date, Usage> {
    let calibration_end = args.calibration_end.unwrap_or(last_day);
    if calibration_end < first_day {
        return Err(Usage(format!(
            "--calibration-end {calibration_end} lies before the first row ({first_day}): take a day up to {last_day}"
        )));
    }
    Ok(calibration_end)
}

/// What to know of a calibration that goes on after the file.
pub(super) fn silence(calibration_end: Date, last_day: Date) -> Option<String> {
    (calibration_end > last_day).then(|| {
        format!("the calibration end {calibration_end} lies after the last row ({last_day}): the days between count as silence")
    })
}

/// What a model's own fit gives.
struct Fitted {
    parameters: Parameters,
    log_likelihood: f64,
    customers: u64,
    converged: bool,
    iterations: u32,
    warnings: Vec<String>,
    holdout: Option<Holdout>,
    errors: Errors,
    /// The model that was chosen, and why.
    chosen: Option<(ModelName, String)>,
}

fn fit(args: &Fit, purchases: Purchases) -> Result<Outcome> {
    let (first_day, last_day) = purchases.days;
    let calibration_end = calibration_end(args, purchases.days)?;
    let end = epoch_day(last_day.max(calibration_end));
    let gaps = purchases.log.gaps(epoch_day(calibration_end));
    let whole =
        (args.model == ModelName::Auto).then(|| (purchases.log.gaps(end), purchases.log.clone().summarise(end)));
    let calibration = purchases.log.calibrate(epoch_day(calibration_end), end);
    let mut warnings = purchases.warnings;
    warnings.extend(silence(calibration_end, last_day));
    warnings.extend(left_out(&calibration.summaries.excluded, purchases.currency));
    let fitted = match args.model {
        ModelName::BgNbd => fit_purchases(TransactionKind::BgNbd, args, &calibration, gaps),
        ModelName::MbgNbd => fit_purchases(TransactionKind::MbgNbd, args, &calibration, gaps),
        ModelName::ParetoNbd => fit_purchases(TransactionKind::ParetoNbd, args, &calibration, gaps),
        ModelName::MbgCnbd => fit_purchases(TransactionKind::MbgCnbd, args, &calibration, gaps),
        ModelName::Auto => choose(args, &calibration, gaps, whole),
        ModelName::GammaGamma => fit_spend(&calibration.summaries, purchases.currency),
        ModelName::BgBb | ModelName::Sbg => return Err(args.needed_input().into()),
    };
    let fitted = fitted
        .map_err(|error| Usage(format!("{} cannot be fitted to {}: {error}", args.model.title(), purchases.name)))?;
    warnings.splice(0..0, fitted.warnings);
    let (model, choice) = fitted.chosen.map_or((args.model, None), |(model, why)| (model, Some(why)));
    Ok(Outcome {
        model: model.id(),
        choice,
        parameters: fitted.parameters,
        errors: fitted.errors,
        log_likelihood: fitted.log_likelihood,
        customers: fitted.customers,
        converged: fitted.converged,
        time_unit: args.time_unit().id(),
        calibration_end: calibration_end.to_string(),
        currency: purchases.currency_is_named.then(|| purchases.currency.code()),
        rows: Rows { used: purchases.used, left_out: purchases.bad },
        warnings,
        holdout: fitted.holdout,
        about: About {
            model,
            time_unit: args.time_unit(),
            file: purchases.name,
            first_day,
            last_day,
            // AUTO fits the model it has chosen to the whole file.
            calibration_end: if args.model == ModelName::Auto { last_day } else { calibration_end },
            iterations: fitted.iterations,
        },
    })
}

fn fit_purchases(kind: TransactionKind, args: &Fit, calibration: &Calibration, gaps: Gaps) -> Result<Fitted> {
    let days = args.days_per_unit()?;
    let mut histories = Histories::from_summaries(&calibration.summaries.customers, days)?;
    if kind == TransactionKind::MbgCnbd {
        histories = histories.with_gaps(gaps)?;
    }
    let fit = kind.fit(&histories)?;
    let (errors, undetermined) = Errors::of(fit.covariance(&histories));
    let holdout = match calibration.holdout_days() {
        0 => None,
        _ => Some(holdout(&fit.model, calibration, days)?),
    };
    Ok(Fitted {
        parameters: Parameters::Purchases(fit.model),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers,
        converged: fit.converged,
        iterations: fit.iterations,
        warnings: fit.warnings.iter().map(ToString::to_string).chain(undetermined).collect(),
        holdout,
        errors,
        chosen: None,
    })
}

/// Fits all models of purchases and takes the one that foretells best; fitted to the whole file.
fn choose(args: &Fit, calibration: &Calibration, gaps: Gaps, whole: Option<(Gaps, Summaries)>) -> Result<Fitted> {
    let days = args.days_per_unit()?;
    let (gaps_of_all, summaries) = whole.context("the whole file was not summarised")?;
    let all = Histories::from_summaries(&summaries.customers, days)?.with_gaps(gaps_of_all)?;
    let choice = Choice::of(calibration, Some(gaps), &all)?;
    let kind = choice.fit.model.kind();
    let tried = choice.candidates.iter().find(|candidate| candidate.kind == kind && candidate.holdout.is_some());
    let holdout = match tried.and_then(|candidate| candidate.fit.as_ref().ok()) {
        Some(fit) => Some(holdout(&fit.model, calibration, days)?),
        None => None,
    };
    let why = choice.to_string();
    let fit = choice.fit;
    let (errors, undetermined) = Errors::of(fit.covariance(&all));
    Ok(Fitted {
        parameters: Parameters::Purchases(fit.model),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers,
        converged: fit.converged,
        iterations: fit.iterations,
        warnings: fit.warnings.iter().map(ToString::to_string).chain(undetermined).collect(),
        holdout,
        errors,
        chosen: Some((name_of(kind), why)),
    })
}

fn name_of(kind: TransactionKind) -> ModelName {
    match kind {
        TransactionKind::BgNbd => ModelName::BgNbd,
        TransactionKind::MbgNbd => ModelName::MbgNbd,
        TransactionKind::ParetoNbd => ModelName::ParetoNbd,
        TransactionKind::MbgCnbd => ModelName::MbgCnbd,
    }
}

fn holdout(model: &TransactionModel, calibration: &Calibration, days_per_unit: f64) -> Result<Holdout> {
    let btyd::Holdout { customers, actual, predicted, mae, rmse } =
        btyd::Holdout::of(model, calibration, days_per_unit)?;
    Ok(Holdout { customers, actual, predicted, mae, rmse, days: calibration.holdout_days() })
}

fn fit_spend(summaries: &Summaries, currency: iso_currency::Currency) -> Result<Fitted> {
    let minor_per_unit = 10_f64.powi(i32::from(minor_digits(currency).unwrap_or(0)));
    let spends = Spends::from_summaries(&summaries.customers, minor_per_unit)?;
    let fit = GammaGamma::fit(&spends)?;
    let (errors, undetermined) = Errors::of(fit.covariance(&spends));
    Ok(Fitted {
        parameters: Parameters::Spend(fit.model.parameters()),
        log_likelihood: fit.log_likelihood,
        customers: fit.customers,
        converged: fit.converged,
        iterations: fit.iterations,
        warnings: fit.warnings.iter().map(ToString::to_string).chain(undetermined).collect(),
        holdout: None,
        errors,
        chosen: None,
    })
}

/// What netting refunds left over, so that nothing disappears silently.
pub(super) fn left_out(excluded: &Excluded, currency: iso_currency::Currency) -> Vec<String> {
    let mut warnings = Vec::new();
    if excluded.refund_unmatched_minor > 0 {
        let amount = number::amount(excluded.refund_unmatched_minor, currency);
        warnings.push(format!("refunds of {amount} met no earlier purchase and were not used"));
    }
    if excluded.customers_without_purchase > 0 {
        let customers = number::count(excluded.customers_without_purchase);
        warnings.push(format!("{customers} customers had every purchase refunded and were not used"));
    }
    warnings
}
