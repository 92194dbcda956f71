//! Forgets old answers to calls with a `request_id`.

use std::{sync::Arc, time::Duration};

use clientele_pg::idempotency::KEEP;
use clientele_service::{Job, serve::stopped};

use crate::State;

/// Time between two looks.
const PAUSE: Duration = Duration::from_mins(10);

/// Rows deleted in one statement.
const BATCH: i64 = 5000;

/// The sweep as a background job. Several replicas may run it: they delete the same rows or none.
pub fn job(state: Arc<State>) -> Job {
    Job::new("idempotency sweep", move |stop| async move {
        while !*stop.borrow() {
            if let Err(error) = sweep(&state).await {
                tracing::warn!(error = %error, "old answers could not be swept and wait for the next time");
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

async fn sweep(state: &State) -> sqlx::Result<()> {
    let mut connection = state.pool.acquire().await?;
    while state.requests.sweep(&mut connection, KEEP, BATCH).await? == BATCH as u64 {}
    Ok(())
}
