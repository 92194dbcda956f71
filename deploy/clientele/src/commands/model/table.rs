//! A fit for a person: parameters with their meaning, how well it fits, what to do next.

use std::fmt::Write as _;

use btyd::{DropoutParameters, ParetoParameters, SpendParameters, TransactionModel};
use jiff::civil::Date;

use super::args::{ModelName, TimeUnit};
use super::outcome::{Holdout, Outcome, Parameters};
use super::purchases::{calendar_day, epoch_day};
use crate::term::bar::{Bar, bars};
use crate::term::style::paint;
use crate::term::{Cell, Column, Screen, Style, Table, number, text};

/// The whole picture.
pub fn render(outcome: &Outcome, screen: &Screen) -> String {
    let about = &outcome.about;
    let mut drawn = String::new();
    let who = if about.model == ModelName::GammaGamma { "returning customers" } else { "customers" };
    let title = format!(
        "{} fitted to {} {who} of {}, {} to {}",
        about.model.title(),
        number::count(outcome.customers),
        about.file,
        about.first_day,
        about.calibration_end
    );
    paragraph(&mut drawn, &title, Some(Style::Bold), screen);
    drawn.push('\n');
    drawn.push_str(&parameters(outcome).render(screen));
    drawn.push('\n');
    if let Some(intervals) = outcome.errors.sentence(&outcome.parameters.named()) {
        paragraph(&mut drawn, &intervals, None, screen);
    }
    paragraph(&mut drawn, &quality(outcome), None, screen);
    if let Some(choice) = &outcome.choice {
        paragraph(&mut drawn, choice, None, screen);
    }
    if let Some(holdout) = &outcome.holdout {
        drawn.push('\n');
        render_holdout(&mut drawn, outcome, holdout, screen);
    }
    if !outcome.warnings.is_empty() {
        drawn.push('\n');
        for warning in &outcome.warnings {
            paragraph(&mut drawn, &format!("Warning: {warning}"), Some(Style::Warning), screen);
        }
    }
    drawn.push('\n');
    for step in next_steps(outcome) {
        paragraph(&mut drawn, &format!("Next: {step}"), Some(Style::Dim), screen);
    }
    drawn
}

fn parameters(outcome: &Outcome) -> Table {
    let unit = outcome.about.time_unit.id();
    let mut table = Table::new([
        Column::text("Parameter"),
        Column::number("Value"),
        Column::number("Error"),
        Column::text("Meaning"),
    ]);
    for ((name, value), meaning) in outcome.parameters.named().into_iter().zip(meanings(outcome, unit)) {
        let error = outcome.errors.cell(name);
        let name = Cell::styled(name, Style::Accent);
        table.row([name, Cell::from(significant(value)), Cell::from(error), Cell::from(meaning)]);
    }
    table
}

fn meanings(outcome: &Outcome, unit: &str) -> Vec<String> {
    match outcome.parameters {
        Parameters::Purchases(TransactionModel::BgNbd(model)) => dropout_meanings(model.parameters(), unit),
        Parameters::Purchases(TransactionModel::MbgNbd(model)) => dropout_meanings(model.parameters(), unit),
        Parameters::Purchases(TransactionModel::MbgCnbd(model)) => {
            let DropoutParameters { r, alpha, a, b } = model.parameters();
            let k = f64::from(model.k());
            // A purchase is the end of k phases; alpha is the scale of the rate of phases.
            let mut told = dropout_meanings(DropoutParameters { r, alpha: alpha * k, a, b }, unit);
            told.push(if model.k() == 1 {
                "regularity: purchases come at random".into()
            } else {
                "regularity: the larger, the steadier the rhythm; 1 is none".into()
            });
            told
        }
        Parameters::Purchases(TransactionModel::ParetoNbd(model)) => {
            let ParetoParameters { r, alpha, s, beta } = model.parameters();
            // The median of a Pareto distribution.
            let half = beta * ((1.0 / s).exp2() - 1.0);
            let dropout = if half < 1e6 {
                format!("scale of the dropout: half of the customers are gone after {} {unit}s", significant(half))
            } else {
                "scale of the dropout: hardly anybody leaves".into()
            };
            let [shape, scale] = rate_meanings(r, alpha, unit);
            vec![shape, scale, "shape of the dropout rates: the smaller, the more customers differ".into(), dropout]
        }
        Parameters::Spend(SpendParameters { p, q, v }) => {
            let mean = if q > 1.0 {
                let currency = outcome.currency.map(|code| format!("{code} ")).unwrap_or_default();
                format!("scale: the average purchase is {currency}{}", number::decimal(p * v / (q - 1.0), 2))
            } else {
                "scale; with q up to 1 there is no average purchase".into()
            };
            vec![
                "shape of one customer's purchases: the larger, the more even".into(),
                "shape over customers: the larger, the more alike they are".into(),
                mean,
            ]
        }
    }
}

fn rate_meanings(r: f64, alpha: f64, unit: &str) -> [String; 2] {
    [
        "shape of the purchase rates: the smaller, the more customers differ".into(),
        format!("scale of the rates: active customers average {} a {unit}", significant(r / alpha)),
    ]
}

fn dropout_meanings(parameters: DropoutParameters, unit: &str) -> Vec<String> {
    let DropoutParameters { r, alpha, a, b } = parameters;
    let [shape, scale] = rate_meanings(r, alpha, unit);
    vec![
        shape,
        scale,
        format!("dropout: {} leave after a purchase, on average", number::percent(a / (a + b))),
        format!("with a: the smaller a + b ({}), the more customers differ", significant(a + b)),
    ]
}

fn quality(outcome: &Outcome) -> String {
    let Outcome { rows, about, .. } = outcome;
    let unit = match about.model {
        ModelName::GammaGamma => String::new(),
        _ => format!(" (time in {}s)", about.time_unit.id()),
    };
    let search = if outcome.converged { "converged" } else { "NOT converged" };
    let steps = if about.iterations == 1 { "step" } else { "steps" };
    format!(
        "Log-likelihood {}{unit}; {search} after {} {steps}; {} rows used, {} left out.",
        number::decimal(outcome.log_likelihood, 2),
        about.iterations,
        number::count(rows.used),
        number::count(rows.left_out)
    )
}

fn render_holdout(drawn: &mut String, outcome: &Outcome, holdout: &Holdout, screen: &Screen) {
    let title = format!(
        "Purchases of the same {} customers in the {} days after {}",
        number::count(holdout.customers),
        number::count(u64::from(holdout.days)),
        outcome.calibration_end
    );
    paragraph(drawn, &title, Some(Style::Bold), screen);
    let bar = |label: &str, value: f64| Bar { label: label.into(), value, caption: number::decimal(value, 0) };
    let narrow = Screen { width: screen.width.min(72), ..*screen };
    drawn.push_str(&bars(&[bar("actual", holdout.actual as f64), bar("predicted", holdout.predicted)], None, &narrow));
    let off = if holdout.actual > 0 {
        let share = holdout.predicted / holdout.actual as f64 - 1.0;
        let direction = if share < 0.0 { "below" } else { "above" };
        format!("{} {direction} the actual number; ", number::percent(share.abs()))
    } else {
        String::new()
    };
    let errors = format!(
        "{off}a customer's prediction is off by {} on average (RMSE {}).",
        number::decimal(holdout.mae, 3),
        number::decimal(holdout.rmse, 3)
    );
    paragraph(drawn, &errors, None, screen);
}

fn next_steps(outcome: &Outcome) -> Vec<String> {
    let about = &outcome.about;
    let mut steps = Vec::new();
    if about.model != ModelName::GammaGamma
        && outcome.holdout.is_none()
        && let Some(day) = two_thirds(about.first_day, about.last_day)
    {
        steps.push(format!("check the model against later purchases with --calibration-end {day}"));
    }
    match about.model {
        ModelName::BgNbd => steps.push(
            "fit what they spend with --model gamma-gamma. Do not read churn from this model: it takes every one-time buyer \
             for active (--model mbg-nbd and pareto-nbd do not)"
                .into(),
        ),
        ModelName::MbgNbd | ModelName::ParetoNbd | ModelName::MbgCnbd | ModelName::Auto => steps.push("fit what they spend with --model gamma-gamma".into()),
        ModelName::GammaGamma => steps.push(
            "fit how often they buy with --model bg-nbd, mbg-nbd or pareto-nbd; expected purchases times expected spend is \
             the value to come"
                .into(),
        ),
        ModelName::BgBb | ModelName::Sbg => {}
    }
    if about.model != ModelName::GammaGamma && about.time_unit == TimeUnit::Day {
        steps.push("compare log-likelihoods only with others in days; the papers' are in weeks".into());
    }
    steps
}

/// The day that leaves a third of the history for a holdout.
fn two_thirds(first: Date, last: Date) -> Option<Date> {
    let (first, last) = (epoch_day(first), epoch_day(last));
    (last - first >= 3).then(|| calendar_day(first + (last - first) / 3 * 2))
}

pub(super) fn paragraph(drawn: &mut String, words: &str, style: Option<Style>, screen: &Screen) {
    for line in text::wrap(&text::printable(words), screen.width) {
        let line = style.map_or_else(|| line.clone(), |style| paint(&line, style, screen));
        // Writing to a String cannot fail.
        let _ = writeln!(drawn, "{line}");
    }
}

/// Four digits that matter, whatever the size.
pub(super) fn significant(value: f64) -> String {
    match value.abs() {
        size if !(1e-4..1e7).contains(&size) => format!("{value:.3e}"),
        size if size < 1.0 => number::decimal(value, 4),
        _ => number::decimal(value, 3),
    }
}
