//! `GetRfmReport`: counted over all customers when the run was at work, kept with it.

use clientele_error::Result;
use clientele_proto::value::v1::{GetRfmReportRequest, RfmReport};
use clientele_service::Call;

use super::scored_run;
use crate::State;

pub(super) async fn get_rfm_report(state: &State, call: Call, request: GetRfmReportRequest) -> Result<RfmReport> {
    let (run, _) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    Ok(RfmReport {
        score_run_id: run.id.clone(),
        bins: i32::from(run.settings.rfm.bins),
        cells: run.findings.rfm_cells.clone(),
    })
}
