//! Continuous screening: customers whose names, or whose lists, have changed are screened again; decisions that have run out open again.
//!
//! Several replicas may run it: a task is taken by one, in the transaction that settles its hits, and is there again where that fails.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};

use crate::{
    State,
    origin::Origin,
    screening::{customer::screen, hit::keep_one},
    store::{
        screening_hit::{HitRecord, hits_expired},
        screening_list::tasks_take,
    },
};

/// The job as actor of what it does.
pub const NAME: &str = "screening watch";
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Customers screened in one transaction.
const BATCH: i64 = 20;

/// The watch as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(look(&state)).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "customers could not be screened");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Screens some customers and opens some hits again; whether there may be more.
async fn look(state: &State) -> sqlx::Result<bool> {
    let now = state.context.now();
    let mut tx = Tx::begin(&state.pool, None).await?;
    let expired = hits_expired(&mut tx, now, BATCH).await?;
    for (tenant, before) in &expired {
        let standing = before.standing.at(now);
        let state_before = before.standing.state;
        let after = HitRecord { standing, version: before.version + 1, update_time: now, ..before.clone() };
        keep_one(state, &mut tx, &Origin::job(tenant, NAME, now), state_before, &after).await?;
    }
    let mut tasks = tasks_take(&mut tx, BATCH).await?;
    tasks.sort_unstable();
    for (tenant, customer_id) in &tasks {
        let lists = state.screening.of_tenant(&mut tx, tenant).await?;
        screen(state, &mut tx, &Origin::job(tenant, NAME, now), *customer_id, &lists).await?;
    }
    tx.commit().await?;
    state.outbox.committed();
    Ok(expired.len() as i64 == BATCH || tasks.len() as i64 == BATCH)
}
