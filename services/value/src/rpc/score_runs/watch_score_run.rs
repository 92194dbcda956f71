//! `WatchScoreRun`: a run as it is now, then after every change, until it is over.
//!
//! What happens in this process wakes the watcher at once; a run at work in another replica is read again every second.

use std::{sync::Arc, time::Duration};

use clientele_error::{Error, Reason, Result};
use clientele_proto::value::v1::{ScoreRun, WatchScoreRunRequest, WatchScoreRunResponse, score_run::State as RunState};
use clientele_service::{Call, serve::stopped};
use futures::{Stream, stream};
use tokio::sync::watch;
use uuid::Uuid;

use super::get_score_run::read;
use crate::State;

/// Another replica's run is read again after this long.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Progress of this process is told this often at most.
const TELL: Duration = Duration::from_millis(200);

pub(super) async fn watch_score_run(
    state: Arc<State>,
    call: Call,
    request: WatchScoreRunRequest,
) -> Result<impl Stream<Item = Result<WatchScoreRunResponse>> + Send + 'static> {
    let id = super::run_id(&request.score_run_id)?;
    let (changes, closing) = (state.scoring.hub.subscribe(), state.scoring.hub.closing());
    let first = read(&state, call.tenant(), id).await?;
    let watcher =
        Watcher { state, tenant: call.tenant().to_owned(), id, changes, closing, told: None, next: Some(first) };
    Ok(stream::try_unfold(watcher, async |mut watcher| {
        let run = watcher.next().await?;
        Ok(run.map(|run| (WatchScoreRunResponse { score_run: Some(run) }, watcher)))
    }))
}

struct Watcher {
    state: Arc<State>,
    tenant: String,
    id: Uuid,
    changes: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
    told: Option<ScoreRun>,
    next: Option<ScoreRun>,
}

impl Watcher {
    /// The run after its next change; `None` once its end was told.
    async fn next(&mut self) -> Result<Option<ScoreRun>> {
        if self.told.as_ref().is_some_and(is_over) {
            return Ok(None);
        }
        loop {
            let run = if let Some(first) = self.next.take() {
                first
            } else {
                self.changed().await;
                if *self.closing.borrow() {
                    return Err(Error::new(Reason::ShuttingDown, "this replica is shutting down; watch the run again"));
                }
                read(&self.state, &self.tenant, self.id).await?
            };
            if self.told.as_ref() != Some(&run) {
                self.told = Some(run.clone());
                return Ok(Some(run));
            }
        }
    }

    async fn changed(&mut self) {
        let step = self.state.scoring.hub.progress(self.id).map(|progress| progress.subscribe());
        let stepped = async {
            tokio::time::sleep(TELL).await;
            match step {
                Some(mut step) if self.told.as_ref().is_some_and(|run| is_at(run, &step)) => drop(step.changed().await),
                Some(_) => {}
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.changes.changed() => {}
            () = stopped(self.closing.clone()) => {}
            () = stepped => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

fn is_over(run: &ScoreRun) -> bool {
    matches!(run.state(), RunState::Succeeded | RunState::Failed | RunState::Cancelled)
}

/// Whether what was told is where the run still is.
fn is_at(run: &ScoreRun, step: &watch::Receiver<crate::scoring::progress::Step>) -> bool {
    let step = *step.borrow();
    run.progress
        .as_ref()
        .is_some_and(|told| (told.stage(), told.done, told.total) == (step.stage, step.done, step.total))
}
