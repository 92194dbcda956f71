//! Takes the contents of erased customers out of the audit log. Leaves stay, and so do all proofs.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_service::{Job, serve::stopped};

use crate::{
    State,
    store::audit_erasure::{audit_contents_erase, audit_erasure_done, audit_erasure_take},
};

/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Entries erased in one transaction.
const BATCH: i64 = 1000;

/// The eraser as a background job. Several replicas may run it: an erasure is taken by one.
pub fn job(state: Arc<State>) -> Job {
    Job::new("audit eraser", move |stop| async move {
        while !*stop.borrow() {
            match erase(&state).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "contents could not be erased");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Erases some contents, and answers whether there may be more.
async fn erase(state: &State) -> sqlx::Result<bool> {
    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some((tenant, customer_id)) = audit_erasure_take(&mut tx).await? else {
        return Ok(false);
    };
    if audit_contents_erase(&mut tx, &tenant, customer_id, BATCH).await? < BATCH as u64 {
        audit_erasure_done(&mut tx, &tenant, customer_id, state.context.now()).await?;
    }
    tx.commit().await?;
    Ok(true)
}
