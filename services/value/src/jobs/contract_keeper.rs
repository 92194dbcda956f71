//! Writes down and tells what contracts do by themselves on their days: they begin, renew themselves, run out, are cancelled.
//!
//! Nothing waits for it: whoever reads a contract reads it as of today. After an interruption it catches up, step by step and in order. Several
//! replicas may run it: a contract is taken by one, whose transaction holds its row, and is due once, because the day on which it is next due moves in
//! the same transaction. No lease is needed for that.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};
use uuid::Uuid;

use crate::{
    State,
    contracts::keeping::settle,
    domain::day,
    store::contract::{contract_put, contracts_by_ids, contracts_due},
};

/// Time between two looks: a change is told so long after its day has begun at the latest, unless very many come with the same day.
const PAUSE: Duration = Duration::from_secs(2);
/// Contracts kept in one transaction.
const BATCH: i64 = 200;

/// The keeper as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new("contract keeper", move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(keep(&state)).await {
                Ok(kept) if kept == BATCH as usize => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "contracts could not be kept");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Keeps some of the contracts to which something has happened, and answers how many those were.
async fn keep(state: &State) -> sqlx::Result<usize> {
    let now = state.context.now();
    let today = day::day_of(now);
    let mut tx = Tx::begin(&state.pool, None).await?;
    let due = contracts_due(&mut tx, today, BATCH).await?;
    let mut of_tenants: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for (tenant, id) in &due {
        of_tenants.entry(tenant).or_default().push(*id);
    }
    let mut events = Vec::new();
    for (tenant, ids) in of_tenants {
        for mut record in contracts_by_ids(&mut tx, tenant, &ids).await? {
            let steps = settle(&mut record, today, now);
            contract_put(&mut tx, tenant, &record).await?;
            events.extend(steps.iter().map(|step| step.of_itself(&state.context, tenant)));
        }
    }
    state.outbox.publish_all(&mut tx, events).await?;
    tx.commit().await?;
    state.outbox.committed();
    Ok(due.len())
}
