//! Ends tier overrides that have expired: the customer has the tier again that it earns.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};

use crate::{
    State,
    scoring::{
        RunError,
        tiering::{Newest, move_events},
    },
    store::tier::{NewMoves, cause, tier_override_delete, tier_override_get, tier_overrides_expired, tiers_lock},
};

/// Time between two looks: an override ends so long after it expired at the latest.
const PAUSE: Duration = Duration::from_secs(2);
/// Overrides looked for at once.
const BATCH: i64 = 500;

/// The sweep as a background job. Several replicas may run it: an override is ended by one.
pub fn job(state: Arc<State>) -> Job {
    Job::new("tier override sweep", move |stop| async move {
        while !*stop.borrow() {
            if let Err(error) = Box::pin(sweep(&state)).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "expired tier overrides could not be ended");
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

async fn sweep(state: &State) -> Result<(), RunError> {
    let now = state.context.now();
    let expired = tier_overrides_expired(&mut *state.pool.acquire().await?, now, BATCH).await?;
    for (tenant, buyer_id) in expired {
        end(state, &tenant, buyer_id).await?;
    }
    Ok(())
}

async fn end(state: &State, tenant: &str, buyer_id: i64) -> Result<(), RunError> {
    let now = state.context.now();
    let mut tx = Tx::begin(&state.pool, None).await?;
    tiers_lock(&mut tx, tenant).await?;
    let still = tier_override_get(&mut tx, tenant, buyer_id).await?;
    let expired = still.filter(|found| found.expire_time.is_some_and(|expire_time| expire_time.to_jiff() <= now));
    if expired.is_none() {
        return Ok(tx.rollback().await?);
    }
    let Some(ended) = tier_override_delete(&mut tx, tenant, buyer_id).await? else { return Ok(tx.rollback().await?) };
    let newest = Newest::read(&mut tx, tenant).await?;
    let moved = match &newest {
        Some(newest) => newest.retier(&mut tx, tenant, buyer_id, None).await?,
        None => None,
    };
    if let Some((from, to)) = moved {
        let reason = format!("expired: {}", ended.reason);
        let new = NewMoves {
            tenant,
            cause: cause::OVERRIDE_ENDED,
            score_run_id: None,
            reason: &reason,
            actor: &ended.actor,
            now,
        };
        let events = move_events(state, &mut tx, &new, &[(buyer_id, from, to)]).await?;
        state.outbox.publish_all(&mut tx, events).await?;
    }
    tx.commit().await?;
    state.outbox.committed();
    Ok(())
}
