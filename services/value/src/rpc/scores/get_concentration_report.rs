//! `GetConcentrationReport`: computed over all customers when the run was at work, kept with it.

use clientele_error::{Error, Reason, Result};
use clientele_proto::value::v1::{ConcentrationReport, GetConcentrationReportRequest, ValueMetric};
use clientele_service::Call;

use super::scored_run;
use crate::State;

pub(super) async fn get_concentration_report(
    state: &State,
    call: Call,
    request: GetConcentrationReportRequest,
) -> Result<ConcentrationReport> {
    let (run, _) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let report = match request.metric() {
        ValueMetric::TotalRevenue => Some(run.findings.revenue_concentration.clone()),
        ValueMetric::Clv | ValueMetric::Unspecified => run.findings.clv_concentration.clone(),
    };
    let report = report.ok_or_else(|| {
        let message = "the run has not a CLV for every customer, as the spend model could not be fitted to all; ask for TOTAL_REVENUE";
        Error::new(Reason::ModelNotFitted, message).about("score_run", run.id.clone())
    })?;
    Ok(ConcentrationReport { score_run_id: run.id.clone(), ..report })
}
