//! `CancelScoreRun`: ends a run that is not over. Its worker learns of it at once in this process, within a second elsewhere.

use clientele_error::{Error, Reason, Result};
use clientele_feed::NewEvent;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{CancelScoreRunRequest, ScoreRun, ScoreRunFinished};
use clientele_service::Call;

use crate::{
    State,
    store::score_run::{score_run_cancel, score_run_get},
};

pub(super) async fn cancel_score_run(state: &State, call: Call, request: CancelScoreRunRequest) -> Result<ScoreRun> {
    let id = super::run_id(&request.score_run_id)?;
    let now = state.context.now();
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let Some(record) = score_run_cancel(&mut tx, call.tenant(), id, now).await.map_err(failed)? else {
        let known = score_run_get(&mut tx, call.tenant(), id).await.map_err(failed)?;
        return Err(match known {
            None => Error::not_found("score_run", id.to_string()),
            Some(_) => Error::new(Reason::ScoreRunOver, "the score run is over and can no longer be cancelled")
                .about("score_run", id.to_string()),
        });
    };
    let run = super::reply(&record)?;
    let payload = ScoreRunFinished { score_run: Some(run.clone()) };
    let event = NewEvent::of_call(&state.context, &call, "", now, format!("score-runs/{id}"), &payload);
    state.outbox.publish(&mut tx, event).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    state.outbox.committed();
    state.scoring.hub.stop(id);
    Ok(run)
}
