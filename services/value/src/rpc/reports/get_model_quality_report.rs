//! `GetModelQualityReport`: the models of a past run against what has happened since.

use btyd::TransactionKind;
use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{
    AliveCalibration, GetModelQualityReportRequest, ModelQualityReport, PredictionRow, ScoreRunSettings,
    ScoreRunSummary,
};
use clientele_service::Call;
use jiff::{Timestamp, ToSpan as _, civil::Date};
use prost::Message as _;

use super::{given, today};
use crate::{
    State,
    domain::{
        currency::{Currency, rounded},
        score_settings::ScoreSettings,
    },
    rpc::score_runs::run_id,
    scoring::{
        RunError,
        fitted::{Fitted, horizon_days, kind_of_name, model_name},
        quality::{AliveBin, Quality, Row, quality},
        reading::{day_number, read_log},
        session,
        settings_message::{self, date, money},
    },
    store::{
        earlier_fit::fitted_runs_until,
        score_run::{score_run_get, state as run_state},
    },
};

/// Runs that are looked through for one to report on.
const RUNS: i64 = 200;

pub(super) async fn get_model_quality_report(
    state: &State,
    call: Call,
    request: GetModelQualityReportRequest,
) -> Result<ModelQualityReport> {
    let asked = parse(&request, state.context.now())?;
    let run = if request.score_run_id.is_empty() {
        tried_run(state, call.tenant(), asked.end).await?
    } else {
        named_run(state, call.tenant(), &request.score_run_id).await?
    };
    let end = asked.end.min(run.horizon_end());
    if end <= run.settings.as_of_date {
        return Err(asked.too_early(&run));
    }
    let (as_of_date, currency) = (run.settings.as_of_date, run.settings.currency);
    let log = read_log(&state.pool, call.tenant(), &run.settings, end).await.map_err(Error::internal)?;
    let (fitted, days_per_unit) = (run.fitted.clone(), run.settings.time_unit.days());
    let per_unit = currency.minor_per_unit() as f64;
    let days = (day_number(as_of_date), day_number(end));
    let found = session::compute(move || {
        quality(log, &fitted, days_per_unit, per_unit, days).map_err(|error| RunError::Fault(error.to_string()))
    });
    Ok(reply(&run, end, &found.await.map_err(Error::internal)?))
}

/// The last day that counts, and whether the caller said so.
struct Asked {
    end: Date,
    is_given: bool,
}

impl Asked {
    fn too_early(&self, run: &Run) -> Error {
        let as_of = run.settings.as_of_date;
        if self.is_given {
            let told = format!("must be after {as_of}, the as-of date of the score run");
            return Error::invalid_field("end_date", told);
        }
        let told = format!(
            "no day after {as_of}, the as-of date of the score run, is over yet; ask again tomorrow, or name an older run"
        );
        Error::new(Reason::NotScoredYet, told).about("score_run", run.id.clone())
    }
}

fn parse(request: &GetModelQualityReportRequest, now: Timestamp) -> Result<Asked> {
    let mut violations = Vec::new();
    let given = given("end_date", request.end_date, &mut violations);
    if !violations.is_empty() {
        return Err(Error::invalid_fields(violations));
    }
    let yesterday = today(now).saturating_sub(1.day());
    Ok(Asked { end: given.unwrap_or(yesterday), is_given: given.is_some() })
}

/// A succeeded run with its models.
struct Run {
    id: String,
    settings: ScoreSettings,
    kind: TransactionKind,
    fitted: Fitted,
}

impl Run {
    /// `None` where its parameters cannot be read.
    fn of(id: uuid::Uuid, settings: &[u8], summary: &[u8]) -> Option<Self> {
        let settings = ScoreRunSettings::decode(settings).ok()?;
        let settings = settings_message::parse(&settings, Date::MAX).ok()?;
        let summary = ScoreRunSummary::decode(summary).ok()?;
        let kind = kind_of_name(&summary.model_fits.first()?.model)?;
        Some(Self { id: id.to_string(), kind, fitted: Fitted::of_summary(&summary, kind)?, settings })
    }

    /// The last whole day of its horizon.
    fn horizon_end(&self) -> Date {
        self.settings.as_of_date.saturating_add((horizon_days(&self.settings) as i32).days())
    }
}

/// The latest run whose horizon is over, or else the one whose horizon has run longest.
async fn tried_run(state: &State, tenant: &str, end: Date) -> Result<Run> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let before = end.saturating_sub(1.day());
    let runs = fitted_runs_until(&mut connection, tenant, before, RUNS).await.map_err(failed)?;
    drop(connection);
    let mut runs: Vec<Run> =
        runs.iter().filter_map(|run| Run::of(run.score_run_id, &run.settings, &run.summary)).collect();
    // Of runs as of the same day the newest.
    runs.reverse();
    runs.sort_by_key(|run| run.settings.as_of_date);
    let over = runs.iter().rposition(|run| run.horizon_end() <= end);
    let chosen = over.or_else(|| {
        let first = runs.first()?.settings.as_of_date;
        runs.iter().rposition(|run| run.settings.as_of_date == first)
    });
    chosen.map(|at| runs.swap_remove(at)).ok_or_else(|| {
        let told = "no score run with a day of its horizon over has succeeded yet; start one as of a day in the past";
        Error::new(Reason::NotScoredYet, told)
    })
}

async fn named_run(state: &State, tenant: &str, id: &str) -> Result<Run> {
    let id = run_id(id)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let found = score_run_get(&mut connection, tenant, id).await.map_err(failed)?;
    let record = found.ok_or_else(|| Error::not_found("score_run", id.to_string()))?;
    if record.state != run_state::SUCCEEDED {
        let told = "the score run has not succeeded, so it foretold nothing; watch it, or name another one";
        return Err(Error::new(Reason::NotScoredYet, told).about("score_run", id.to_string()));
    }
    Run::of(id, &record.settings, record.summary.as_deref().unwrap_or_default()).ok_or_else(|| {
        let told = "the parameters of the score run's models cannot be read; name another one";
        Error::new(Reason::ModelNotFitted, told).about("score_run", id.to_string())
    })
}

fn reply(run: &Run, end: Date, found: &Quality) -> ModelQualityReport {
    let (settings, has_spend) = (&run.settings, run.fitted.spend.is_some());
    let row = |row: &Row| prediction_row(settings.currency, has_spend, row);
    let amount = |minor: f64| money(settings.currency, rounded(minor));
    ModelQualityReport {
        score_run_id: run.id.clone(),
        as_of_date: Some(date(settings.as_of_date)),
        end_date: Some(date(end)),
        days: day_number(end) - day_number(settings.as_of_date),
        is_whole_horizon: end == run.horizon_end(),
        model: model_name(run.kind).to_owned(),
        total: Some(row(&found.total)),
        frequencies: found.by_frequency.iter().map(row).collect(),
        deciles: found.by_decile.iter().map(row).collect(),
        mean_absolute_error: found.purchases.mean_absolute,
        root_mean_squared_error: found.purchases.root_mean_squared,
        value_mean_absolute_error: found.value.map(|errors| amount(errors.mean_absolute)),
        value_root_mean_squared_error: found.value.map(|errors| amount(errors.root_mean_squared)),
        alive_calibrations: found.by_alive.iter().enumerate().map(|(at, bin)| calibration(at, bin)).collect(),
    }
}

fn prediction_row(currency: Currency, has_spend: bool, row: &Row) -> PredictionRow {
    PredictionRow {
        customers: row.customers,
        predicted_purchases: row.predicted_purchases,
        actual_purchases: row.actual_purchases,
        predicted_value: has_spend.then(|| money(currency, rounded(row.predicted_value))),
        actual_value: Some(money(currency, row.actual_value)),
    }
}

fn calibration(at: usize, bin: &AliveBin) -> AliveCalibration {
    let customers = bin.customers.max(1) as f64;
    AliveCalibration {
        min_p_alive: at as f64 / 10.0,
        max_p_alive: (at + 1) as f64 / 10.0,
        customers: bin.customers,
        mean_p_alive: bin.alive / customers,
        predicted_buying_share: bin.buying_predicted / customers,
        actual_buying_share: bin.buying as f64 / customers,
    }
}
