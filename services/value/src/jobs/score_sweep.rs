//! Removes scores that nobody reads any more: those of runs beyond the newest ones a tenant keeps, and what attempts without an outcome
//! left behind.

use std::{sync::Arc, time::Duration};

use clientele_service::{Job, serve::stopped};

use crate::{
    State,
    store::{
        product_affinity::score_set_delete_affinities,
        score_set::{
            score_set_abandoned, score_set_delete_ranking, score_set_delete_revisions, score_set_delete_scores,
            score_set_detach, score_set_forget,
        },
    },
};

/// How often it looks.
const PAUSE: Duration = Duration::from_mins(1);
/// Between taking scores from readers and deleting them: longer than any process remembers a run.
const READERS: Duration = Duration::from_secs(3);
/// Scores deleted in one transaction.
const BATCH: i64 = 10_000;
/// An empty set this old cannot be written to any more: no copy into it lasts so long after its lease was lost.
const GRACE: Duration = Duration::from_hours(1);

/// The job.
pub fn job(state: Arc<State>) -> Job {
    Job::new("score sweep", move |stop| async move {
        while !*stop.borrow() {
            tokio::select! {
                swept = sweep(&state, READERS) => {
                    if let Err(error) = swept {
                        tracing::warn!(error = &error as &dyn std::error::Error, "old scores cannot be removed right now");
                    }
                }
                () = stopped(stop.clone()) => return,
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Removes what can go now and answers how many scores that were. `readers` is waited before scores are deleted that could be read.
pub async fn sweep(state: &State, readers: Duration) -> sqlx::Result<u64> {
    let keep = i64::from(state.scoring.settings.runs_kept);
    if score_set_detach(&mut *state.pool.acquire().await?, keep).await? > 0 {
        tokio::time::sleep(readers).await;
    }
    let mut removed = 0;
    for (tenant, set) in score_set_abandoned(&mut *state.pool.acquire().await?).await? {
        loop {
            // A connection for each batch: a large set must not keep one from the RPCs.
            let deleted = score_set_delete_scores(&mut *state.pool.acquire().await?, &tenant, set, BATCH).await?;
            removed += deleted;
            if deleted < BATCH as u64 {
                break;
            }
        }
        score_set_delete_revisions(&mut *state.pool.acquire().await?, &tenant, set).await?;
        score_set_delete_affinities(&mut *state.pool.acquire().await?, &tenant, set).await?;
        score_set_delete_ranking(&mut *state.pool.acquire().await?, &tenant, set).await?;
        score_set_forget(&mut *state.pool.acquire().await?, &tenant, set, GRACE).await?;
    }
    Ok(removed)
}
