//! Tells what comes to authorisations by itself: they end, are revoked or superseded at an instant to come, and remind of their end before.
//!
//! Nothing waits for it: MayAct and the reads answer as of the instant of asking. Several replicas may run it: what is due is looked at again under the
//! lock that all writes of a customer's authorisations take, and is told once, because the instant at which it is next due moves in the same
//! transaction.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};
use uuid::Uuid;

use crate::{
    State,
    authorisation::keeping::keep_due,
    origin::Origin,
    store::authorisation::{authorisations_by_ids, authorisations_due, authorisations_lock},
};

/// The job as actor of what it does.
pub const NAME: &str = "authorisation keeper";
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Authorisations looked at in one round.
const BATCH: i64 = 200;

/// The keeper as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(keep(&state)).await {
                Ok(kept) if kept > 0 => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "authorisations could not be kept");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Keeps some of the authorisations to which something has come, a customer's in one transaction, and answers how many those were.
async fn keep(state: &State) -> sqlx::Result<usize> {
    let now = state.context.now();
    let due = authorisations_due(&mut *state.pool.acquire().await?, now, BATCH).await?;
    let mut of_customers: BTreeMap<(String, Uuid), Vec<Uuid>> = BTreeMap::new();
    for (tenant, customer_id, id) in &due {
        of_customers.entry((tenant.clone(), *customer_id)).or_default().push(*id);
    }
    for ((tenant, customer_id), ids) in of_customers {
        let mut tx = Tx::begin(&state.pool, None).await?;
        authorisations_lock(&mut tx, &tenant, customer_id).await?;
        for mut record in authorisations_by_ids(&mut tx, &tenant, &ids).await? {
            keep_due(state, &mut tx, &Origin::job(&tenant, NAME, now), &mut record).await?;
        }
        tx.commit().await?;
        state.outbox.committed();
    }
    Ok(due.len())
}
