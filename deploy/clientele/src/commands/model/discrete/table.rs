//! A discrete-time fit for a person: parameters with their meaning, the projection, how well it fits, what to do next.

use super::outcome::{Holdout, Outcome, Parameters, Projected};
use crate::commands::model::table::{paragraph, significant};
use crate::term::bar::{Bar, bars};
use crate::term::{Cell, Column, Screen, Style, Table, number};

/// Rows of a projection; longer ones are thinned out.
const PROJECTION_ROWS: usize = 24;

/// The whole picture.
pub fn render(outcome: &Outcome, screen: &Screen) -> String {
    let about = &outcome.about;
    let mut drawn = String::new();
    let unit = outcome.time_unit.unwrap_or("period");
    let title = format!(
        "{} fitted to {} customers of {}, {} {unit}{}{}",
        about.model.title(),
        number::count(outcome.customers),
        about.file,
        number::count(outcome.periods.into()),
        if outcome.periods == 1 { "" } else { "s" },
        outcome.calibration_end.as_ref().map(|end| format!(" to {end}")).unwrap_or_default()
    );
    paragraph(&mut drawn, &title, Some(Style::Bold), screen);
    drawn.push('\n');
    drawn.push_str(&parameters(outcome, unit).render(screen));
    drawn.push('\n');
    if let Some(intervals) = outcome.errors.sentence(&outcome.parameters.named()) {
        paragraph(&mut drawn, &intervals, None, screen);
    }
    paragraph(&mut drawn, &quality(outcome), None, screen);
    if let Some(projection) = &outcome.projection {
        drawn.push('\n');
        drawn.push_str(&projected(projection, outcome).render(screen));
    }
    if let Some(holdout) = &outcome.holdout {
        drawn.push('\n');
        compare(&mut drawn, holdout, unit, screen);
    }
    if !outcome.warnings.is_empty() {
        drawn.push('\n');
        for warning in &outcome.warnings {
            paragraph(&mut drawn, &format!("Warning: {warning}"), Some(Style::Warning), screen);
        }
    }
    drawn.push('\n');
    paragraph(&mut drawn, &format!("Next: {}", next_step(outcome)), Some(Style::Dim), screen);
    drawn
}

fn parameters(outcome: &Outcome, unit: &str) -> Table {
    let parameters = &outcome.parameters;
    let mean = |left: f64, right: f64| number::percent(left / (left + right));
    let differ = |first: &str, second: &str, sum: f64| {
        format!("with {first}: the smaller {first} + {second} ({}), the more customers differ", significant(sum))
    };
    let meanings = match *parameters {
        Parameters::Purchases { alpha, beta, gamma, delta } => vec![
            format!("purchases: an active customer buys in {} of {unit}s, on average", mean(alpha, beta)),
            differ("alpha", "beta", alpha + beta),
            format!("dropout: {} leave before the first {unit}, on average", mean(gamma, delta)),
            differ("gamma", "delta", gamma + delta),
        ],
        Parameters::Churn { alpha, beta } => {
            vec![
                format!("churn: {} leave at the first renewal", mean(alpha, beta)),
                differ("alpha", "beta", alpha + beta),
            ]
        }
    };
    let mut table = Table::new([
        Column::text("Parameter"),
        Column::number("Value"),
        Column::number("Error"),
        Column::text("Meaning"),
    ]);
    for ((name, value), meaning) in parameters.named().into_iter().zip(meanings) {
        let (error, name) = (outcome.errors.cell(name), Cell::styled(name, Style::Accent));
        table.row([name, Cell::from(significant(value)), Cell::from(error), Cell::from(meaning)]);
    }
    table
}

fn quality(outcome: &Outcome) -> String {
    let search = if outcome.converged { "converged" } else { "NOT converged" };
    let iterations = outcome.about.iterations;
    format!(
        "Log-likelihood {}; {search} after {iterations} {}; {} rows used, {} left out.",
        number::decimal(outcome.log_likelihood, 2),
        if iterations == 1 { "step" } else { "steps" },
        number::count(outcome.rows.used),
        number::count(outcome.rows.left_out)
    )
}

fn projected(projection: &[Projected], outcome: &Outcome) -> Table {
    let mut table = Table::new([
        Column::number("Period"),
        Column::number("Still there"),
        Column::number("Renew"),
        Column::text(""),
    ]);
    let every = projection.len().div_ceil(PROJECTION_ROWS);
    for it in projection.iter().filter(|it| (it.period as usize).is_multiple_of(every)) {
        let seen = if it.period > outcome.periods { "projected" } else { "" };
        table.row([
            it.period.to_string(),
            number::percent(it.survival),
            number::percent(it.retention_rate),
            seen.into(),
        ]);
    }
    table
}

fn compare(drawn: &mut String, holdout: &Holdout, unit: &str, screen: &Screen) {
    match holdout {
        Holdout::Purchases { customers, actual, predicted, mae, rmse, periods, end } => {
            let title = format!(
                "{}s with a purchase of the same {} customers, {} {unit}s to {end}",
                capital(unit),
                number::count(*customers),
                number::count(u64::from(*periods)),
            );
            paragraph(drawn, &title, Some(Style::Bold), screen);
            let bar = |label: &str, value: f64| Bar { label: label.into(), value, caption: number::decimal(value, 0) };
            let narrow = Screen { width: screen.width.min(72), ..*screen };
            drawn.push_str(&bars(&[bar("actual", *actual as f64), bar("predicted", *predicted)], None, &narrow));
            let errors = format!(
                "A customer's prediction is off by {} on average (RMSE {}).",
                number::decimal(*mae, 3),
                number::decimal(*rmse, 3)
            );
            paragraph(drawn, &errors, None, screen);
        }
        Holdout::Survivors { mae, survivors, .. } => {
            paragraph(drawn, "Survivors of the periods that the model did not see", Some(Style::Bold), screen);
            let mut table =
                Table::new([Column::number("Period"), Column::number("Actual"), Column::number("Projected")]);
            let every = survivors.len().div_ceil(PROJECTION_ROWS);
            for it in survivors.iter().step_by(every) {
                table.row([it.period.to_string(), number::decimal(it.actual, 1), number::decimal(it.projected, 1)]);
            }
            drawn.push_str(&table.render(screen));
            paragraph(
                drawn,
                &format!("The projection is off by {} on average.", number::decimal(*mae, 1)),
                None,
                screen,
            );
        }
    }
}

fn next_step(outcome: &Outcome) -> String {
    match (&outcome.parameters, &outcome.holdout) {
        (Parameters::Churn { .. }, None) if outcome.periods > 4 => {
            format!("check the model against later periods with --periods {}", outcome.periods * 2 / 3)
        }
        (Parameters::Churn { .. }, _) => {
            "multiply the projected shares by price and margin for what the cohort is still worth".into()
        }
        (Parameters::Purchases { .. }, None) if outcome.calibration_end.is_some() => {
            "check the model against later periods with --calibration-end".into()
        }
        (Parameters::Purchases { .. }, _) => "fit what they spend with --model gamma-gamma on the purchases".into(),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
