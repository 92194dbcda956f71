//! `GetChurnReport`: how good the alerts of a period were.

use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::{
    Date as DateMessage,
    value::v1::{ChurnLevelCount, ChurnReport, GetChurnReportRequest},
};
use clientele_service::Call;
use jiff::civil::Date;

use crate::{
    State,
    domain::{churn::Level, day},
    rpc::scores::scored_run,
    scoring::settings_message::date,
    store::churn_report::{LevelOutcomes, Losses, churn_alerts_by_outcome, churn_losses_count},
};

pub(super) async fn get_churn_report(state: &State, call: Call, request: GetChurnReportRequest) -> Result<ChurnReport> {
    let (start, end) = (given(request.start_date, "start_date")?, given(request.end_date, "end_date")?);
    let (run, score_set) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let end = end.unwrap_or(run.settings.as_of_date);
    if start.is_some_and(|start| start > end) {
        return Err(Error::invalid_field(
            "end_date",
            format!("{end} is before start_date: give a period that begins before it ends"),
        ));
    }
    let losses = Losses {
        tenant: call.tenant(),
        score_set,
        currency_code: run.settings.currency.code(),
        min_purchase_days: run.settings.churn.min_purchase_days as i32,
        period: (start.unwrap_or(FIRST), end),
    };
    // Counting a million scores may take the time the caller has, and no longer.
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let found = churn_alerts_by_outcome(&mut tx, call.tenant(), losses.currency_code, losses.period).await;
    let found = found.map_err(failed)?;
    let (lost_customers, alerted_lost_customers) = churn_losses_count(&mut tx, &losses).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    let (alerts, kept_alerts, lost_alerts) =
        found.iter().fold((0, 0, 0), |(alerts, kept, lost), of| (alerts + of.alerts, kept + of.kept, lost + of.lost));
    Ok(ChurnReport {
        score_run_id: run.id.clone(),
        currency_code: losses.currency_code.to_owned(),
        start_date: start.map(date),
        end_date: Some(date(end)),
        levels: Level::ALL.map(|level| level_count(level, &found)).to_vec(),
        alerts,
        kept_alerts,
        lost_alerts,
        precision: share(lost_alerts, kept_alerts + lost_alerts),
        lost_customers,
        alerted_lost_customers,
        recall: share(alerted_lost_customers, lost_customers),
    })
}

/// Before all that is believed.
const FIRST: Date = Date::constant(1, 1, 1);

fn given(message: Option<DateMessage>, field: &str) -> Result<Option<Date>> {
    let Some(message) = message else { return Ok(None) };
    day::day(message.year, message.month, message.day, Date::MAX).map(Some).map_err(|errors| {
        let violations = errors.into_iter().map(|error| {
            let path = error.field().map_or_else(|| field.to_owned(), |part| format!("{field}.{part}"));
            clientele_error::Violation::new(path, error.to_string())
        });
        Error::invalid_fields(violations.collect())
    })
}

fn level_count(level: Level, found: &[LevelOutcomes]) -> ChurnLevelCount {
    let of = found.iter().find(|of| of.level == level.number());
    let (alerts, kept_alerts, lost_alerts) = of.map_or((0, 0, 0), |of| (of.alerts, of.kept, of.lost));
    ChurnLevelCount {
        level: level.number().into(),
        alerts,
        kept_alerts,
        lost_alerts,
        precision: share(lost_alerts, kept_alerts + lost_alerts),
    }
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
