//! What happens to documents by themselves: reminders before their end, and the end.
//!
//! Several replicas may run it: what is due is looked at again under the document's lock, and the instant at which something is due next moves in the same
//! transaction, so that each reminder is told once.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_proto::qualification::v1::{DocumentExpiring, DocumentState};
use clientele_service::{Job, serve::stopped};
use uuid::Uuid;

use crate::{
    State,
    cases::gathering::leads,
    documents::changing::{Written, keep_time, message, put},
    domain::{
        document::machine::{Step, after},
        reminders::due,
    },
    origin::Origin,
    store::document::{DocumentRecord, document_get, document_put, documents_due},
};

/// The job as actor of what it does.
pub const NAME: &str = "document keeper";
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Documents looked at in one round.
const BATCH: i64 = 100;

/// The keeper as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(keep(&state)).await {
                Ok(kept) if kept == BATCH as usize => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "documents could not be kept");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Looks after some of the documents to which something is due, and answers how many those were.
async fn keep(state: &State) -> sqlx::Result<usize> {
    let now = state.context.now();
    let found = documents_due(&mut *state.pool.acquire().await?, now, BATCH).await?;
    for (tenant, document_id) in &found {
        // A transaction each: one that held several customers could wait for somebody who waits for it.
        let mut tx = Tx::begin(&state.pool, None).await?;
        keep_one(state, &mut tx, &Origin::job(tenant, NAME, now), *document_id).await?;
        tx.commit().await?;
        state.outbox.committed();
    }
    Ok(found.len())
}

async fn keep_one(state: &State, tx: &mut Tx, origin: &Origin<'_>, document_id: Uuid) -> sqlx::Result<()> {
    let Some(mut record) = document_get(tx, origin.tenant(), document_id, true).await? else { return Ok(()) };
    if record.keep_time.is_none_or(|due| due > origin.now) {
        return Ok(());
    }
    let leads = leads(tx, origin.tenant()).await?;
    let due = due(record.expire_time, record.reminded_lead_days, origin.now, &leads);
    if due.over {
        return go(state, tx, origin, &mut record, Step::End, "expired").await;
    }
    if let Some(lead_days) = due.lead_days {
        record.reminded_lead_days = lead_days;
    }
    if due.near && record.state == DocumentState::Verified {
        go(state, tx, origin, &mut record, Step::Near, "expiring").await?;
    } else {
        // Where nothing is told, only the instant of the next look has moved.
        if due.lead_days.is_some() {
            record.version += 1;
            record.update_time = origin.now;
        }
        record.keep_time = keep_time(&record, origin.now, &leads);
        document_put(tx, origin.tenant(), &record).await?;
    }
    if let Some(lead_days) = due.lead_days {
        let told = DocumentExpiring { document: Some(message(&record)), lead_days };
        let event = origin.event(&state.context, format!("documents/{document_id}"), &told);
        state.outbox.publish(tx, event).await?;
    }
    Ok(())
}

async fn go(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    record: &mut DocumentRecord,
    step: Step,
    transition: &'static str,
) -> sqlx::Result<()> {
    let before = record.state;
    record.state = after(before, step).unwrap_or(before);
    put(state, tx, origin, before, record, Written { transition, role: "" }).await
}
