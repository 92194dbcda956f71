//! `ExportAuditEntries`: batch by batch in the order of the log. A batch is read when the caller has taken the one before, and nothing is held in
//! between. Sealed entries do not change, so that an export that broke off goes on from the next leaf.

use std::sync::Arc;

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ExportAuditEntriesRequest, ExportAuditEntriesResponse};
use clientele_service::Call;
use futures::{Stream, stream};

use super::{proof::beyond, reply};
use crate::{
    State,
    domain::audit::Entry,
    store::{audit_entry::audit_entries_sealed, audit_log::audit_log_size},
};

/// Entries read at once.
const BATCH: i64 = 200;
/// Bytes in a message, about: clients take four million unless they say otherwise.
const MESSAGE_BYTES: usize = 1 << 20;

pub(super) async fn export_audit_entries(
    state: Arc<State>,
    call: Call,
    request: ExportAuditEntriesRequest,
) -> Result<impl Stream<Item = Result<ExportAuditEntriesResponse>> + Send + use<>> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let log = audit_log_size(&mut connection, call.tenant()).await.map_err(failed)?;
    drop(connection);
    let end = if request.tree_size == 0 { log } else { request.tree_size };
    if end > log || request.first_leaf_index > end {
        return Err(beyond(end.max(request.first_leaf_index), log));
    }
    let export = Export { state, call, next: request.first_leaf_index, end };
    Ok(stream::try_unfold(export, async |mut export| {
        let batch = export.next().await?;
        Ok(batch.map(|batch| (batch, export)))
    }))
}

struct Export {
    state: Arc<State>,
    call: Call,
    next: i64,
    end: i64,
}

impl Export {
    async fn next(&mut self) -> Result<Option<ExportAuditEntriesResponse>> {
        if self.next >= self.end {
            return Ok(None);
        }
        let limit = BATCH.min(self.end - self.next);
        let mut connection = self.state.pool.acquire().await.map_err(failed)?;
        let rows =
            audit_entries_sealed(&mut connection, self.call.tenant(), self.next - 1, limit).await.map_err(failed)?;
        let (mut audit_entries, mut bytes) = (Vec::new(), 0);
        for entry in rows.into_iter().map(Entry::from) {
            if entry.leaf_index != Some(self.next) {
                let told = format!("leaf {} is not in the log of {} leaves", self.next, self.end);
                return Err(Error::internal(told));
            }
            bytes += entry.leaf.len() + entry.content.as_ref().map_or(0, Vec::len) + 200;
            if !audit_entries.is_empty() && bytes > MESSAGE_BYTES {
                break;
            }
            self.next += 1;
            audit_entries.push(reply::entry(entry));
        }
        if audit_entries.is_empty() {
            return Err(Error::internal(format!("leaf {} is not in the log of {} leaves", self.next, self.end)));
        }
        Ok(Some(ExportAuditEntriesResponse { audit_entries }))
    }
}
