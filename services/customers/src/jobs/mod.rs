//! What the service does by itself: beside this, it numbers its events and listens for their numbers (`clientele_feed`).

pub mod erasure;

use std::time::Duration;

use clientele_pg::{Pool, idempotency::Requests};
use clientele_service::{Job, serve::stopped};

/// How often old answers are looked for.
const EVERY: Duration = Duration::from_mins(10);

/// Answers dropped in one statement.
const BATCH: i64 = 5000;

/// Forgets the answers to request ids that are older than `keep`. Any number of replicas may do so at once.
pub fn sweep_requests(pool: Pool, requests: Requests, keep: Duration) -> Job {
    Job::new("request sweep", move |stop| async move {
        while !*stop.borrow() {
            tokio::select! {
                swept = sweep(&pool, &requests, keep) => {
                    if let Err(error) = swept {
                        tracing::warn!(error = %error, "old answers to request ids are not swept; trying again later");
                    }
                }
                () = stopped(stop.clone()) => return,
            }
            let _ = tokio::time::timeout(EVERY, stopped(stop.clone())).await;
        }
    })
}

async fn sweep(pool: &Pool, requests: &Requests, keep: Duration) -> sqlx::Result<()> {
    let mut connection = pool.acquire().await?;
    while requests.sweep(&mut connection, keep, BATCH).await? == BATCH as u64 {}
    Ok(())
}
