//! Writes down and tells where customers stand when that changes by itself: a document or an approval runs out, a review falls due.
//!
//! Nothing waits for it: whoever asks is answered as of the instant of asking. Several replicas may run it: what one has restated does not change when
//! another does it again.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};

use crate::{State, origin::Origin, standing::restate, store::standing::standings_due};

/// The job as actor of what it does.
pub const NAME: &str = "standing keeper";
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Standings looked at in one round.
const BATCH: i64 = 200;

/// The keeper as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(keep(&state)).await {
                Ok(kept) if kept == BATCH as usize => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "standings could not be kept");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Restates some of the standings that have changed, and answers how many those were.
async fn keep(state: &State) -> sqlx::Result<usize> {
    let now = state.context.now();
    let due = standings_due(&mut *state.pool.acquire().await?, now, BATCH).await?;
    for (tenant, customer_id) in &due {
        // A transaction each: one that held several customers could wait for somebody who waits for it.
        let mut tx = Tx::begin(&state.pool, None).await?;
        restate(state, &mut tx, &Origin::job(tenant, NAME, now), *customer_id).await?;
        tx.commit().await?;
        state.outbox.committed();
    }
    Ok(due.len())
}
