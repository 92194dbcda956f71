//! Writes down and tells where customers stand when that changes by itself: a document or an approval runs out, a review falls due.
//!
//! Nothing waits for it: whoever asks is answered as of the instant of asking. Several replicas may run it: what one has restated does not change when
//! another does it again.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};

use crate::{
    State,
    origin::Origin,
    standing::restate,
    store::standing::{standings_due, standings_next},
};

/// The job as actor of what it does.
pub const NAME: &str = "standing keeper";
/// Time between two looks, where nothing is due in between.
const PAUSE: Duration = Duration::from_millis(500);
/// The same where something is due at once: what cannot be restated is not tried without end.
const SHORTEST: Duration = Duration::from_millis(20);
/// Standings looked at in one round.
const BATCH: i64 = 200;

/// The keeper as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            let pause = match Box::pin(keep(&state)).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "standings could not be kept");
                    PAUSE
                }
            };
            let _ = tokio::time::timeout(pause, stopped(stop.clone())).await;
        }
    })
}

/// Restates some of the standings that have changed, and answers how long nothing more is due: so that others hear of a change as it comes.
async fn keep(state: &State) -> sqlx::Result<Duration> {
    let now = state.context.now();
    let due = standings_due(&mut *state.pool.acquire().await?, now, BATCH).await?;
    for (tenant, customer_id) in &due {
        // A transaction each: one that held several customers could wait for somebody who waits for it.
        let mut tx = Tx::begin(&state.pool, None).await?;
        restate(state, &mut tx, &Origin::job(tenant, NAME, now), *customer_id).await?;
        tx.commit().await?;
        state.outbox.committed();
    }
    if due.len() == BATCH as usize {
        return Ok(Duration::ZERO);
    }
    let Some(next) = standings_next(&mut *state.pool.acquire().await?).await? else { return Ok(PAUSE) };
    let left = Duration::try_from(next.duration_since(state.context.now())).unwrap_or_default();
    Ok(left.clamp(SHORTEST, PAUSE))
}
