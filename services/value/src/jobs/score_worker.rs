//! Works on score runs, one at a time: takes the longest waiting one by its lease, renews the lease while the engine works, and ends it.
//!
//! A worker that crashes or loses the database stops renewing; when the lease has run out, any worker takes the run up and starts it
//! again under a new set of scores. What the earlier attempt wrote is removed by [`super::score_sweep`].

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clientele_service::{Job, app::Stop, serve::stopped};
use uuid::Uuid;

use crate::{
    State,
    scoring::{RunError, progress::Progress, run},
    store::score_run::{Claimed, Lease, score_run_claim, score_run_release, score_run_renew},
};

/// Another replica's new run is found after this long at the latest.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How often the lease is renewed and the progress stored.
const RENEW: Duration = Duration::from_millis(500);
/// A run that ended in no outcome this often is given up: more of the same would not help.
const MAX_ATTEMPTS: i32 = 5;
/// How long a run that is to stop may take to reach its next step, before it is left behind.
const PATIENCE: Duration = Duration::from_secs(10);

/// The worker of this process.
pub fn job(state: Arc<State>) -> Job {
    Job::new("score worker", move |stop| async move {
        let owner = state.context.new_id();
        let told = async {
            stopped(stop.clone()).await;
            state.scoring.hub.close();
        };
        tokio::join!(told, work_until(&state, owner, stop.clone()));
    })
}

async fn work_until(state: &State, owner: Uuid, stop: Stop) {
    while !*stop.borrow() {
        match Box::pin(turn(state, owner, &stop)).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the score worker cannot look for work");
            }
        }
        tokio::select! {
            () = state.scoring.hub.work() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = stopped(stop.clone()) => {}
        }
    }
}

/// Takes up a run and ends it; `false` when there was none.
async fn turn(state: &State, owner: Uuid, stop: &Stop) -> sqlx::Result<bool> {
    let claimed =
        score_run_claim(&mut *state.pool.acquire().await?, owner, state.scoring.settings.lease, state.context.now())
            .await?;
    let Some(claimed) = claimed else { return Ok(false) };
    let at_work = state.scoring.hub.begin(claimed.lease.score_run_id);
    let outcome = if claimed.attempt > MAX_ATTEMPTS {
        Err(RunError::Explained(format!(
            "given up after {MAX_ATTEMPTS} attempts that the service did not survive; report it with the run's id"
        )))
    } else {
        Box::pin(work(state, &claimed, &at_work.progress, stop)).await
    };
    if let Err(error) = outcome {
        end(state, &claimed, error).await?;
    }
    Ok(true)
}

/// The attempt, until it is over, the lease is lost or the process is to stop.
async fn work(state: &State, claimed: &Claimed, progress: &Progress, stop: &Stop) -> Result<(), RunError> {
    let mut attempt = Box::pin(run::attempt(state, claimed, progress));
    tokio::select! {
        outcome = &mut attempt => return outcome,
        () = keep(state, &claimed.lease, progress) => {}
        () = progress.asked_to_stop() => {}
        () = stopped(stop.clone()) => {}
    }
    progress.stop();
    tokio::time::timeout(PATIENCE, attempt).await.unwrap_or(Err(RunError::Stopped))
}

/// Renews the lease until it is lost.
async fn keep(state: &State, lease: &Lease, progress: &Progress) {
    let duration = state.scoring.settings.lease;
    let mut held_until = Instant::now() + duration;
    loop {
        tokio::time::sleep(RENEW).await;
        let asked = Instant::now();
        match renew(state, lease, progress).await {
            Ok(true) => held_until = asked + duration,
            Ok(false) => return,
            Err(_) if asked < held_until => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, score_run.id = %lease.score_run_id, "a score run's lease ran out");
                return;
            }
        }
    }
}

async fn renew(state: &State, lease: &Lease, progress: &Progress) -> sqlx::Result<bool> {
    let step = progress.step();
    let step = (i32::from(step.stage) as i16, step.done, step.total);
    score_run_renew(&mut *state.pool.acquire().await?, lease, state.scoring.settings.lease, step).await
}

/// After an attempt without scores: an explained failure is final, anything else is tried again when the lease has run out.
async fn end(state: &State, claimed: &Claimed, error: RunError) -> sqlx::Result<()> {
    let lease = &claimed.lease;
    match error {
        RunError::Explained(why) => match run::fail(state, claimed, &why).await {
            Ok(()) | Err(RunError::Stopped) => Ok(()),
            Err(RunError::Database(error)) => Err(error),
            Err(error) => Err(sqlx::Error::Protocol(error.to_string())),
        },
        RunError::Stopped => {
            tracing::info!(score_run.id = %lease.score_run_id, "score run stopped");
            score_run_release(&mut *state.pool.acquire().await?, lease).await
        }
        error => {
            tracing::warn!(
                error = &error as &dyn std::error::Error, score_run.id = %lease.score_run_id, attempt = claimed.attempt,
                "a score run broke off and will be tried again"
            );
            Ok(())
        }
    }
}
