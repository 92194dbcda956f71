//! Continuous screening: customers whose names, or whose lists, have changed are screened again; decisions that have run out open again.
//!
//! Several replicas may run it: a task is taken by one, in the transaction that settles its hits, and is there again where that fails.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};
use uuid::Uuid;

use crate::{
    State,
    origin::Origin,
    screening::{customer::screen, hit::keep_one},
    store::{
        screening_hit::{HitRecord, hit_get_locked, hits_expired},
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

/// Opens some hits again and screens some customers; whether there may be more.
async fn look(state: &State) -> sqlx::Result<bool> {
    let now = state.context.now();
    let expired = hits_expired(&mut *state.pool.acquire().await?, now, BATCH).await?;
    for (tenant, hit_id) in &expired {
        reopen(state, &Origin::job(tenant, NAME, now), *hit_id).await?;
    }
    let mut tx = Tx::begin(&state.pool, None).await?;
    let (tasks, may_be_more) = tasks_take(&mut tx, BATCH).await?;
    for (tenant, customer_id) in &tasks {
        screen(state, &mut tx, &Origin::job(tenant, NAME, now), *customer_id).await?;
    }
    tx.commit().await?;
    state.outbox.committed();
    Ok(!expired.is_empty() || may_be_more)
}

/// Opens a hit whose decision has run out, unless somebody was faster.
async fn reopen(state: &State, origin: &Origin<'_>, hit_id: Uuid) -> sqlx::Result<()> {
    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some(before) = hit_get_locked(&mut tx, origin.tenant(), hit_id).await? else { return Ok(()) };
    let standing = before.standing.at(origin.now);
    if standing == before.standing {
        return Ok(());
    }
    let after = HitRecord { standing, version: before.version + 1, update_time: origin.now, ..before.clone() };
    keep_one(state, &mut tx, origin, &before.standing, &after).await?;
    tx.commit().await?;
    state.outbox.committed();
    Ok(())
}
