//! `GetAcquisitionReport`: computed with the run, read with it.

use clientele_error::{Error, Reason, Result};
use clientele_proto::value::v1::{AcquisitionReport, GetAcquisitionReportRequest};
use clientele_service::Call;

use crate::{State, rpc::scores::scored_run};

pub(super) async fn get_acquisition_report(
    state: &State,
    call: Call,
    request: GetAcquisitionReportRequest,
) -> Result<AcquisitionReport> {
    let (run, _) = scored_run(state, call.tenant(), &request.score_run_id).await?;
    let report = run.findings.acquisition.clone().ok_or_else(|| {
        let message = "the run was made before this report was computed; start a new one with StartScoreRun";
        Error::new(Reason::NotScoredYet, message).about("score_run", run.id.clone())
    })?;
    Ok(AcquisitionReport { score_run_id: run.id.clone(), ..report })
}
