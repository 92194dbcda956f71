//! Forgets customers that were erased: what is known of them, what the audit log holds of them (its leaves stay, and so do all proofs), and what past
//! events and recorded answers told of them.

use std::{sync::Arc, time::Duration};

use clientele_feed::{
    Persons,
    scrub::{scrub_answers, scrub_events},
};
use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};

use crate::{
    SCHEMA, State,
    origin::Origin,
    standing::restate,
    store::{
        audit_erasure::{audit_contents_erase, audit_erasure_done, audit_erasure_take},
        customer_erasure::customers_forget,
        screening_hit::screening_lock,
    },
};

/// The job as actor of what it does.
pub const NAME: &str = "eraser";
/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Entries of the audit log erased in one transaction.
const BATCH: i64 = 1000;

/// The eraser as a background job. Several replicas may run it: an erasure is taken by one. Each step can be done again.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(erase(&state)).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "customers could not be erased");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Goes on with an erasure, and answers whether there may be more to do at once.
async fn erase(state: &State) -> sqlx::Result<bool> {
    let now = state.context.now();
    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some((tenant, customer_id)) = audit_erasure_take(&mut tx).await? else {
        return Ok(false);
    };
    screening_lock(&mut tx, &tenant, customer_id).await?;
    customers_forget(&mut tx, &tenant, &[customer_id]).await?;
    restate(state, &mut tx, &Origin::job(&tenant, NAME, now), customer_id).await?;
    let is_more = audit_contents_erase(&mut tx, &tenant, customer_id, BATCH).await? == BATCH as u64;
    tx.commit().await?;
    state.outbox.committed();
    if is_more {
        return Ok(true);
    }
    // Events come last: what was told until now has its position, or is looked at the next time.
    let mut tx = Tx::begin(&state.pool, None).await?;
    if audit_erasure_take(&mut tx).await?.is_none_or(|taken| taken != (tenant.clone(), customer_id)) {
        return Ok(true);
    }
    let mut connection = state.pool.acquire().await?;
    let (schema, persons) = (SCHEMA.schema.name(), Persons::new([customer_id], []));
    if !scrub_events(&mut connection, schema, &tenant, &persons, &[]).await? {
        return Ok(false);
    }
    scrub_answers(&mut connection, schema, &tenant, &persons).await?;
    audit_erasure_done(&mut tx, &tenant, customer_id, now).await?;
    tx.commit().await?;
    Ok(true)
}
