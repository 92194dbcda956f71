//! A score run: followed with progress bars, and summed up.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    HoldoutReport, HoldoutRow, ModelFit, OtherCurrency, ScoreRun, WatchScoreRunRequest, score_run::State,
    score_run_progress::Stage, score_run_service_client::ScoreRunServiceClient,
};
use clientele_service::client::Peer;

use super::{converted, currency, date, figure, lines::Lines, money, plain};
use crate::{
    online::explain,
    term::{Column, Progress, Screen, Table, number, progress::Unit},
};

/// Follows a run to its end; an error where it does not succeed.
pub async fn follow(client: &mut ScoreRunServiceClient<Peer>, score_run_id: &str) -> Result<ScoreRun> {
    let request = WatchScoreRunRequest { score_run_id: score_run_id.to_owned() };
    let mut answers = client.watch_score_run(request).await.map_err(|status| explain(&status))?.into_inner();
    let mut shown: Option<(Stage, Progress)> = None;
    let mut last = ScoreRun::default();
    loop {
        let answer = match answers.message().await {
            Ok(Some(answer)) => answer,
            Ok(None) => break,
            Err(status) if reason_of(&status) == Some(Reason::ShuttingDown) => {
                let request = WatchScoreRunRequest { score_run_id: score_run_id.to_owned() };
                answers = client.watch_score_run(request).await.map_err(|status| explain(&status))?.into_inner();
                continue;
            }
            Err(status) => return Err(explain(&status)),
        };
        last = answer.score_run.unwrap_or_default();
        let progress = last.progress.unwrap_or_default();
        let stage = progress.stage();
        let is_new = last.state() == State::Running && shown.as_ref().is_none_or(|(known, _)| *known != stage);
        if let Some(label) = label(stage).filter(|_| is_new) {
            shown = Some((stage, Progress::start(label, Some(progress.total.unsigned_abs()), Unit::Items)));
        }
        if let Some((_, bar)) = &shown {
            bar.set_total(progress.total.unsigned_abs());
            bar.set(progress.done.unsigned_abs());
        }
    }
    match last.state() {
        State::Succeeded => {
            if let Some((_, bar)) = shown {
                bar.finish("scored");
            }
            Ok(last)
        }
        State::Cancelled => bail!("the score run {score_run_id} was cancelled"),
        _ => bail!("the score run {score_run_id} failed: {}", last.failure),
    }
}

fn label(stage: Stage) -> Option<&'static str> {
    Some(match stage {
        Stage::Reading => "reading transactions",
        Stage::Summarising => "summarising by customer",
        Stage::Fitting => "fitting the models",
        Stage::Scoring => "scoring and ranking",
        Stage::Storing => "storing the scores",
        Stage::Unspecified => return None,
    })
}

/// What a run found.
pub fn render(run: &ScoreRun, screen: &Screen) -> String {
    let summary = run.summary.clone().unwrap_or_default();
    let settings = run.settings.clone().unwrap_or_default();
    let mut text = format!(
        "{} customers scored as of {} from {} transactions; {} months ahead, discounted at {} % a year.\n\n",
        number::count(summary.customers.unsigned_abs()),
        date(settings.as_of_date.as_ref()),
        number::count(summary.transactions.unsigned_abs()),
        settings.horizon_months,
        number::decimal(settings.annual_discount_rate.unwrap_or_default() * 100.0, 1),
    );
    let mut models = Table::new([
        Column::text("model"),
        Column::text("parameters"),
        Column::number("log-likelihood"),
        Column::number("customers"),
    ]);
    for fit in &summary.model_fits {
        let parameters = parameters(fit).into_iter().map(|(name, value)| format!("{name} {value:.4}"));
        let parameters: Vec<_> = parameters.collect();
        models.row([
            fit.model.clone(),
            parameters.join("  "),
            number::decimal(fit.log_likelihood, 1),
            number::count(fit.customers.unsigned_abs()),
        ]);
    }
    text.push_str(&models.render(screen));
    if !summary.model_choice.is_empty() {
        let _ = writeln!(text, "{}", summary.model_choice);
    }
    for fit in &summary.model_fits {
        for warning in &fit.warnings {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}: {warning}", fit.model);
        }
    }
    text.push('\n');
    text.push_str(&tiers(run).render(screen));
    for other in &summary.other_currencies {
        let _ = writeln!(text, "{}", other_currency(other, settings.convert_currencies));
    }
    text
}

/// What became of the transactions in another currency.
fn other_currency(other: &OtherCurrency, is_converting: bool) -> String {
    if is_converting {
        return converted(other);
    }
    let left_out = number::count(other.transactions.unsigned_abs());
    format!("{left_out} transactions in {} were left out: a run has one currency.", other.currency_code)
}

/// For a spreadsheet: tiers, models, their parameters, other currencies, what a holdout told, and the total.
pub fn csv(run: &ScoreRun) -> String {
    let summary = run.summary.clone().unwrap_or_default();
    let mut lines = Lines::new([
        "key",
        "customers",
        "currency",
        "clv",
        "risen",
        "fallen",
        "arrived",
        "left",
        "model",
        "log_likelihood",
        "converged",
        "value",
        "standard_error",
        "transactions",
        "converted_transactions",
        "predicted_purchases",
        "actual_purchases",
        "mean_absolute_error",
        "root_mean_squared_error",
    ]);
    for tier in &summary.tiers {
        lines.line(
            "tier",
            [
                ("key", tier.tier.clone()),
                ("customers", tier.customers.to_string()),
                ("currency", currency(tier.clv.as_ref())),
                ("clv", plain(tier.clv.as_ref())),
                ("risen", tier.risen.to_string()),
                ("fallen", tier.fallen.to_string()),
                ("arrived", tier.arrived.to_string()),
                ("left", tier.left.to_string()),
            ],
        );
    }
    for fit in &summary.model_fits {
        lines.line(
            "model",
            [
                ("model", fit.model.clone()),
                ("customers", fit.customers.to_string()),
                ("log_likelihood", fit.log_likelihood.to_string()),
                ("converged", fit.converged.to_string()),
            ],
        );
    }
    for fit in &summary.model_fits {
        for (name, value) in parameters(fit) {
            lines.line(
                "parameter",
                [
                    ("key", name.to_owned()),
                    ("model", fit.model.clone()),
                    ("value", value.to_string()),
                    ("standard_error", figure(fit.standard_errors.get(name).copied())),
                ],
            );
        }
    }
    for other in &summary.other_currencies {
        lines.line(
            "other_currency",
            [
                ("key", other.currency_code.clone()),
                ("transactions", other.transactions.to_string()),
                ("converted_transactions", other.converted_transactions.to_string()),
            ],
        );
    }
    if let Some(holdout) = &summary.holdout {
        holdout_lines(holdout, &mut lines);
    }
    lines.line(
        "total",
        [("customers", summary.customers.to_string()), ("transactions", summary.transactions.to_string())],
    );
    lines.csv()
}

fn holdout_lines(holdout: &HoldoutReport, lines: &mut Lines) {
    let frequencies = holdout.frequencies.iter().zip(0..).map(|(row, at)| ("holdout_frequency", at, row));
    let deciles = holdout.deciles.iter().zip(1..).map(|(row, at)| ("holdout_decile", at, row));
    let rows: Vec<(&str, i32, &HoldoutRow)> = frequencies.chain(deciles).collect();
    for (kind, at, row) in rows {
        lines.line(
            kind,
            [
                ("key", at.to_string()),
                ("customers", row.customers.to_string()),
                ("predicted_purchases", row.predicted_purchases.to_string()),
                ("actual_purchases", row.actual_purchases.to_string()),
            ],
        );
    }
    lines.line(
        "holdout",
        [
            ("mean_absolute_error", holdout.mean_absolute_error.to_string()),
            ("root_mean_squared_error", holdout.root_mean_squared_error.to_string()),
        ],
    );
}

fn tiers(run: &ScoreRun) -> Table {
    let mut table = Table::new([Column::text("tier"), Column::number("customers"), Column::number("CLV")]);
    for tier in run.summary.iter().flat_map(|summary| &summary.tiers) {
        table.row([tier.tier.clone(), number::count(tier.customers.unsigned_abs()), money(tier.clv.as_ref())]);
    }
    table
}

/// The parameters in the order in which the papers name them.
fn parameters(fit: &ModelFit) -> Vec<(&str, f64)> {
    const ORDER: [&str; 10] = ["r", "alpha", "s", "beta", "a", "b", "k", "p", "q", "v"];
    let mut parameters: Vec<_> = fit.parameters.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    parameters.sort_by_key(|(name, _)| (ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()), *name));
    parameters
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Money,
        value::v1::{ScoreRunSummary, TierCount},
    };

    use super::*;

    fn fit(model: &str, parameters: &[(&str, f64)]) -> ModelFit {
        ModelFit {
            model: model.to_owned(),
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
            log_likelihood: -9_594.5,
            customers: 2_357,
            converged: true,
            ..ModelFit::default()
        }
    }

    fn run() -> ScoreRun {
        let mut fit = fit("pareto-nbd", &[("alpha", 10.578), ("beta", 11.669), ("r", 0.553), ("s", 0.606)]);
        fit.standard_errors = [("s".to_owned(), 0.25)].into();
        let tier = TierCount {
            tier: "KEY".into(),
            customers: 1_178,
            clv: Some(Money { currency_code: "USD".into(), units: 12_345, nanos: 500_000_000 }),
            arrived: 1_178,
            ..TierCount::default()
        };
        let other = OtherCurrency { currency_code: "EUR".into(), transactions: 1_200, ..OtherCurrency::default() };
        let row = HoldoutRow { customers: 1_411, actual_purchases: 334, predicted_purchases: 317.5 };
        let holdout = HoldoutReport {
            frequencies: vec![row],
            deciles: vec![row],
            mean_absolute_error: 0.75,
            root_mean_squared_error: 1.5,
            ..HoldoutReport::default()
        };
        let summary = ScoreRunSummary {
            customers: 2_357,
            transactions: 6_919,
            model_fits: vec![fit],
            other_currencies: vec![other],
            tiers: vec![tier],
            holdout: Some(holdout),
            ..ScoreRunSummary::default()
        };
        ScoreRun { summary: Some(summary), ..ScoreRun::default() }
    }

    #[test]
    fn parameters_stand_in_the_order_of_the_papers() {
        let names = |fit: &ModelFit| parameters(fit).iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ");
        // Schmittlein, Morrison, Colombo 1987; Fader, Hardie, Lee 2005; Fader, Hardie 2013.
        assert_eq!(
            names(&fit("pareto-nbd", &[("alpha", 1.0), ("beta", 1.0), ("r", 1.0), ("s", 1.0)])),
            "r alpha s beta"
        );
        assert_eq!(names(&fit("bg-nbd", &[("b", 1.0), ("a", 1.0), ("alpha", 1.0), ("r", 1.0)])), "r alpha a b");
        assert_eq!(names(&fit("gamma-gamma", &[("v", 1.0), ("q", 1.0), ("p", 1.0)])), "p q v");
    }

    #[test]
    fn a_person_sees_models_tiers_and_what_was_left_out() {
        let drawn = render(&run(), &Screen::plain(120));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[4], "pareto-nbd r 0.5530 alpha 10.5780 s 0.6060 beta 11.6690 -9,594.5 2,357");
        assert_eq!(lines[8], "KEY 1,178 USD 12,345.50");
        assert_eq!(lines[9], "1,200 transactions in EUR were left out: a run has one currency.");
    }

    #[test]
    fn a_spreadsheet_gets_plain_numbers_of_everything() {
        let text = csv(&run());
        let lines: Vec<_> = text.lines().collect();
        let heads = "line,key,customers,currency,clv,risen,fallen,arrived,left,model,log_likelihood,converged,value,standard_error,\
                     transactions,converted_transactions,predicted_purchases,actual_purchases,mean_absolute_error,root_mean_squared_error";
        assert_eq!(
            lines,
            [
                heads,
                "tier,KEY,1178,USD,12345.50,0,0,1178,0,,,,,,,,,,,",
                "model,,2357,,,,,,,pareto-nbd,-9594.5,true,,,,,,,,",
                "parameter,r,,,,,,,,pareto-nbd,,,0.553,,,,,,,",
                "parameter,alpha,,,,,,,,pareto-nbd,,,10.578,,,,,,,",
                "parameter,s,,,,,,,,pareto-nbd,,,0.606,0.25,,,,,,",
                "parameter,beta,,,,,,,,pareto-nbd,,,11.669,,,,,,,",
                "other_currency,EUR,,,,,,,,,,,,,1200,0,,,,",
                "holdout_frequency,0,1411,,,,,,,,,,,,,,317.5,334,,",
                "holdout_decile,1,1411,,,,,,,,,,,,,,317.5,334,,",
                "holdout,,,,,,,,,,,,,,,,,,0.75,1.5",
                "total,,2357,,,,,,,,,,,,6919,,,,,",
            ]
        );
    }
}
