//! Deletes contents that nobody needs: of uploads that have run out or were refused, of customers that were erased; and, once an hour, objects
//! that no row names: what a service that was killed left between writing an object and its row.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use clientele_service::{Job, serve::stopped};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};

use crate::{
    State,
    store::document_upload::{garbage_delete, garbage_list, segments_known, uploads_expire},
};

/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Time between two looks at all objects.
const ORPHANS_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// An object without a row may be one whose row is about to be written.
const ORPHAN_AGE: SignedDuration = SignedDuration::from_hours(1);
/// Contents deleted between two reads of what is to be deleted.
const BATCH: i64 = 100;
/// Objects compared with rows at a time.
const OBJECTS: usize = 1000;

/// The sweep as a background job. Several replicas may run it: they delete the same or nothing.
pub fn job(state: Arc<State>) -> Job {
    Job::new("document sweep", move |stop| async move {
        let mut looked = Timestamp::MIN;
        while !*stop.borrow() {
            let now = state.context.now();
            let mut swept = sweep(&state, now).await;
            if swept.is_ok() && now.duration_since(looked) >= ORPHANS_PAUSE {
                looked = now;
                swept = sweep_orphans(&state, now).await;
            }
            if let Err(error) = swept {
                tracing::warn!(error = %error, "contents of documents could not be swept and wait for the next time");
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Ends uploads that have run out and deletes what is garbage.
async fn sweep(state: &State, now: Timestamp) -> Result<()> {
    let mut connection = state.pool.acquire().await?;
    uploads_expire(&mut connection, now).await?;
    let garbage = garbage_list(&mut connection, BATCH).await?;
    drop(connection);
    for (tenant, document_id) in garbage {
        // First the objects, then the row: a sweep that is killed in between does it again.
        state.documents.contents.delete_all(document_id).await?;
        garbage_delete(&mut *state.pool.acquire().await?, &tenant, document_id).await?;
    }
    Ok(())
}

/// Deletes objects older than an hour that no row names, and what is half written for so long.
pub async fn sweep_orphans(state: &State, now: Timestamp) -> Result<()> {
    state.documents.contents.remove_staged(now.saturating_sub(ORPHAN_AGE)?).await?;
    let mut chunks = state.documents.contents.list().try_chunks(OBJECTS).boxed();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| error.1)?;
        let old = chunk.into_iter().filter(|found| now.duration_since(found.modified) >= ORPHAN_AGE);
        let old: Vec<_> = old.map(|found| (found.document_id, found.segment)).collect();
        let known = segments_known(&mut *state.pool.acquire().await?, &old).await?;
        for (document_id, segment) in old.into_iter().filter(|segment| !known.contains(segment)) {
            state.documents.contents.delete(document_id, segment).await?;
        }
    }
    Ok(())
}
