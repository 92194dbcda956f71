//! `GetScoreRun`: one run as it stands, with the fresher progress this process may know.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{GetScoreRunRequest, ScoreRun, score_run::State as RunState};
use clientele_service::Call;
use uuid::Uuid;

use crate::{State, scoring::run_message::set_step, store::score_run::score_run_get};

pub(super) async fn get_score_run(state: &State, call: Call, request: GetScoreRunRequest) -> Result<ScoreRun> {
    read(state, call.tenant(), super::run_id(&request.score_run_id)?).await
}

/// The run now.
pub(super) async fn read(state: &State, tenant: &str, id: Uuid) -> Result<ScoreRun> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let record = score_run_get(&mut connection, tenant, id).await.map_err(failed)?;
    let record = record.ok_or_else(|| Error::not_found("score_run", id.to_string()))?;
    let mut run = super::reply(&record)?;
    if run.state() == RunState::Running
        && let Some(progress) = state.scoring.hub.progress(id)
    {
        set_step(&mut run, progress.step());
    }
    Ok(run)
}
