//! `GetRetentionReport`: counted over all customers when the run was at work, kept with it.

use clientele_error::Result;
use clientele_proto::value::v1::{CalendarUnit, GetRetentionReportRequest, RetentionReport};
use clientele_service::Call;

use super::{counted, scored_run};
use crate::{State, scoring::settings_message::date};

pub(super) async fn get_retention_report(
    state: &State,
    call: Call,
    request: GetRetentionReportRequest,
) -> Result<RetentionReport> {
    let (run, _) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let unit = match request.unit() {
        CalendarUnit::Unspecified => CalendarUnit::Month,
        unit => unit,
    };
    let report = counted(&run, run.findings.retention.iter().find(|report| report.unit() == unit))?;
    Ok(RetentionReport {
        score_run_id: run.id.clone(),
        as_of_date: Some(date(run.settings.as_of_date)),
        ..report.clone()
    })
}
