//! `VerifyAuditLog`: everything read again, as of one instant, page by page.

use std::sync::Arc;

use clientele_error::Result;
use clientele_pg::{Begin, Tx, answer::failed, tx::Isolation};
use clientele_proto::qualification::v1::{AuditLogVerification, VerifyAuditLogResponse};
use clientele_service::Call;
use futures::{Stream, stream};
use merkle::NodeId;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    State,
    domain::{
        audit::{Checker, Entry, log_id, nodes_of},
        instant::message as time,
    },
    store::{
        audit_entry::{audit_entries_sealed, audit_entries_waiting},
        audit_log::{StoredHead, audit_log_size, audit_nodes_count, audit_nodes_get, audit_tree_heads_after},
        audit_subject::{SUBJECTS, audit_subjects_after},
    },
};

/// Rows read at once.
const PAGE: i64 = 2000;

type Answer = Result<VerifyAuditLogResponse>;

pub(super) fn verify_audit_log(state: Arc<State>, call: Call) -> impl Stream<Item = Answer> + Send + use<> {
    let (answers, taken) = mpsc::channel::<Answer>(1);
    tokio::spawn(async move {
        let last = match verify(&state, &call, &answers).await {
            Ok(None) => return,
            Ok(Some(last)) => Ok(last),
            Err(error) => Err(error),
        };
        // A caller who has gone away needs no answer.
        let _ = answers.send(last).await;
    });
    stream::unfold(taken, async |mut taken| taken.recv().await.map(|answer| (answer, taken)))
}

/// The last answer; nothing where the caller has gone away.
async fn verify(state: &State, call: &Call, answers: &mpsc::Sender<Answer>) -> Result<Option<VerifyAuditLogResponse>> {
    let tenant = call.tenant();
    let as_of = state.context.now();
    let begin = Begin::new(call.remaining()).read_only().isolation(Isolation::RepeatableRead);
    let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
    let tree_size = audit_log_size(&mut tx, tenant).await.map_err(failed)?;
    let mut checker = Checker::new(tenant, tree_size, &state.audit_keys);
    let mut heads = Heads { page: Vec::new().into_iter().peekable(), after: 0, is_over: false };

    let mut after = -1;
    loop {
        let rows = audit_entries_sealed(&mut tx, tenant, after, PAGE).await.map_err(failed)?;
        let is_full = rows.len() as i64 == PAGE;
        let entries: Vec<Entry> = rows.into_iter().map(Entry::from).collect();
        let places = entries.iter().filter_map(|entry| entry.leaf_index);
        let nodes: Vec<NodeId> = places.flat_map(|place| nodes_of(place as u64)).collect();
        let stored = audit_nodes_get(&mut tx, tenant, &nodes).await.map_err(failed)?;
        for entry in &entries {
            after = entry.leaf_index.unwrap_or(after);
            checker.next(entry);
            // A head is due when all of its leaves were taken.
            while let Some(head) = heads.up_to(&mut tx, tenant, after).await? {
                checker.head(&head);
            }
            checker.sealed(entry, &stored);
        }
        let answer = VerifyAuditLogResponse { checked_count: checker.entries, audit_log_verification: None };
        if answers.send(Ok(answer)).await.is_err() {
            return Ok(None);
        }
        if !is_full {
            break;
        }
    }
    checker.last();
    while let Some(head) = heads.up_to(&mut tx, tenant, i64::MAX).await? {
        checker.head(&head);
    }
    checker.end(audit_nodes_count(&mut tx, tenant).await.map_err(failed)?);

    let mut after = i64::MIN;
    loop {
        let rows = audit_entries_waiting(&mut tx, tenant, after, PAGE).await.map_err(failed)?;
        let Some(last) = rows.last() else { break };
        after = last.number();
        for row in rows {
            checker.unsealed(&row.into());
        }
    }
    let compared = compare(&mut tx, tenant, &mut checker).await?;
    tx.rollback().await.map_err(failed)?;

    let root = checker.root().filter(|_| checker.size() == tree_size);
    let verification = AuditLogVerification {
        log_id: log_id(tenant),
        intact: checker.differences.count == 0,
        tree_size,
        root_hash: root.map(|root| root.0.to_vec()).unwrap_or_default(),
        entry_count: checker.entries,
        erased_count: checker.erased,
        unsealed_count: checker.unsealed,
        tree_head_count: checker.heads,
        subject_count: checker.replay.len() as i64,
        compared_subject_count: compared,
        difference_count: checker.differences.count,
        differences: checker.differences.first,
        as_of_time: Some(time(as_of)),
    };
    Ok(Some(VerifyAuditLogResponse { checked_count: checker.entries, audit_log_verification: Some(verification) }))
}

/// Compares the subjects' own rows with what the log ends with.
async fn compare(tx: &mut Tx, tenant: &str, checker: &mut Checker<'_>) -> Result<i64> {
    let mut compared = 0;
    for subjects in SUBJECTS {
        let mut after = Uuid::nil();
        loop {
            let rows = audit_subjects_after(tx, tenant, subjects, after, PAGE).await.map_err(failed)?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            compared += rows.len() as i64;
            for (id, state) in rows {
                checker.replay.compare(subjects.kind, &id.to_string(), &state, &mut checker.differences);
            }
        }
        checker.replay.compared(subjects.kind, &mut checker.differences);
    }
    Ok(compared)
}

/// The signed heads, page by page.
struct Heads {
    page: std::iter::Peekable<std::vec::IntoIter<StoredHead>>,
    after: i64,
    is_over: bool,
}

impl Heads {
    /// The next head, if it is of so many leaves at most.
    async fn up_to(&mut self, tx: &mut Tx, tenant: &str, leaves: i64) -> Result<Option<StoredHead>> {
        if self.page.peek().is_none() && !self.is_over {
            let page = audit_tree_heads_after(tx, tenant, self.after, PAGE).await.map_err(failed)?;
            self.is_over = page.len() < PAGE as usize;
            self.after = page.last().map_or(self.after, |head| head.tree_size);
            self.page = page.into_iter().peekable();
        }
        Ok(self.page.next_if(|head| head.tree_size <= leaves))
    }
}
