//! Risk that changes without a call: overrides and credit decisions end at their instant, and a new scorecard goes through the base.
//!
//! Several replicas may run it: what is due is read again under the customer's lock, and the place in the base is a row that one of them holds.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};
use uuid::Uuid;

use crate::{
    State,
    assessing::assess,
    crediting::expire_credit,
    origin::Origin,
    overriding::expire_override,
    store::{
        credit_decision::credit_decisions_due,
        risk::{risk_assessables, risk_reassessment_move, risk_reassessment_next},
        risk_override::risk_overrides_due,
    },
};

/// The job as actor of what it does.
pub const NAME: &str = "risk keeper";
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Rows taken in one transaction.
const BATCH: i64 = 100;

/// The keeper as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(keep(&state)).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "risk could not be kept"),
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Does some of what is due; whether there may be more.
async fn keep(state: &State) -> sqlx::Result<bool> {
    let now = state.context.now();
    let (overrides, decisions) = {
        let mut connection = state.pool.acquire().await?;
        let overrides = risk_overrides_due(&mut connection, now, BATCH).await?;
        (overrides, credit_decisions_due(&mut connection, now, BATCH).await?)
    };
    for (tenant, id, customer_id) in &overrides {
        let mut tx = Tx::begin(&state.pool, None).await?;
        expire_override(state, &mut tx, &Origin::job(tenant, NAME, now), *id, *customer_id).await?;
        tx.commit().await?;
        state.outbox.committed();
    }
    for (tenant, id, customer_id) in &decisions {
        let mut tx = Tx::begin(&state.pool, None).await?;
        expire_credit(state, &mut tx, &Origin::job(tenant, NAME, now), *id, *customer_id).await?;
        tx.commit().await?;
        state.outbox.committed();
    }
    Ok(reassess(state).await? || overrides.len() == BATCH as usize || decisions.len() == BATCH as usize)
}

/// Assesses the next customers of a tenant whose scorecard is new; whether there were any. A customer that is created later is assessed by the new
/// one anyway.
async fn reassess(state: &State) -> sqlx::Result<bool> {
    let now = state.context.now();
    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some((tenant, after)) = risk_reassessment_next(&mut tx).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    let ids: Vec<Uuid> =
        risk_assessables(&mut tx, &tenant, after, BATCH).await?.into_iter().map(|one| one.customer_id).collect();
    let origin = Origin::job(&tenant, NAME, now);
    for id in &ids {
        assess(state, &mut tx, &origin, *id).await?;
    }
    let next = ids.last().filter(|_| ids.len() == BATCH as usize);
    risk_reassessment_move(&mut tx, &tenant, next.copied()).await?;
    tx.commit().await?;
    state.outbox.committed();
    Ok(true)
}
