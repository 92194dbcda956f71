//! Lets happen what cases do by themselves: a review falls due, an approval or a document that it rests on runs out, a customer does not answer in time.
//!
//! Several replicas may run it: what is due to a case is looked at under its lock, and what has happened is not due any more. Standings that ran
//! out are looked at since shortly before the last look, and all of them when the service starts.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};
use jiff::{SignedDuration, Timestamp};

use crate::{
    State,
    cases::keeping::{NAME, case_settled},
    store::case_due::{cases_due, cases_expired},
};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Cases looked at in one round.
const BATCH: i64 = 100;
/// How far before the last look standings are looked at again: longer than any transaction takes to show.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// The keeper as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        let mut since = Timestamp::UNIX_EPOCH;
        while !*stop.borrow() {
            let now = state.context.now();
            match Box::pin(keep(&state, since)).await {
                Ok(kept) if kept >= BATCH as usize => continue,
                Ok(_) => since = now.checked_sub(OVERLAP).unwrap_or(Timestamp::UNIX_EPOCH),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cases could not be kept");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Keeps some of the cases to which something has happened, and answers how many those were.
async fn keep(state: &State, since: Timestamp) -> sqlx::Result<usize> {
    let now = state.context.now();
    let due = {
        let mut connection = state.pool.acquire().await?;
        let mut due = cases_due(&mut connection, now, BATCH).await?;
        due.extend(cases_expired(&mut connection, since, BATCH).await?);
        due
    };
    for (tenant, case_id) in &due {
        // A transaction each: one that held several customers could wait for somebody who waits for it.
        let mut tx = Tx::begin(&state.pool, None).await?;
        case_settled(state, &mut tx, tenant, *case_id).await?;
        tx.commit().await?;
        state.outbox.committed();
    }
    Ok(due.len())
}
