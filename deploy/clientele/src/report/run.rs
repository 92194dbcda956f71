//! A score run: followed with progress bars, and summed up.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    OtherCurrency, ScoreRun, WatchScoreRunRequest, score_run::State, score_run_progress::Stage,
    score_run_service_client::ScoreRunServiceClient,
};
use clientele_service::client::Peer;

use super::{converted, date, money};
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
        let mut parameters: Vec<_> = fit.parameters.iter().collect();
        parameters.sort_by_key(|(name, _)| order(name));
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
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

/// The tiers, for a spreadsheet.
pub fn csv(run: &ScoreRun) -> String {
    tiers(run).csv()
}

fn tiers(run: &ScoreRun) -> Table {
    let mut table = Table::new([Column::text("tier"), Column::number("customers"), Column::number("CLV")]);
    for tier in run.summary.iter().flat_map(|summary| &summary.tiers) {
        table.row([tier.tier.clone(), number::count(tier.customers.unsigned_abs()), money(tier.clv.as_ref())]);
    }
    table
}

/// The order in which the papers name the parameters.
fn order(parameter: &str) -> usize {
    ["r", "alpha", "a", "b", "p", "q", "v"].iter().position(|name| *name == parameter).unwrap_or(usize::MAX)
}
