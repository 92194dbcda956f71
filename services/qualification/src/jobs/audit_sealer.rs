//! Seals committed entries into the tenant's log: gives them their places, keeps the hashes of the tree, signs a head.
//!
//! An entry's number is taken before its transaction commits, so that smaller numbers can appear after larger ones. Places are given to what is
//! committed, in the order of numbers: entries of one subject, written under its lock, stay in their order, and none is left out. One sealer
//! works at a time, whichever replica holds the lock; the log's row lock keeps a second one out even where a connection was lost unnoticed.

use std::{sync::Arc, time::Duration};

use clientele_service::{Context, Job, app::Stop, serve::stopped};
use jiff::Timestamp;
use merkle::{Frontier, Hash, LogId, NodeId, TreeHead, complete_subtrees, leaf_hash};
use sqlx::{Connection as _, PgConnection};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    State,
    audit_keys::AuditKeys,
    domain::audit::log_id,
    store::audit_log::{
        StoredHead, audit_entries_seal, audit_entries_unsealed, audit_log_for_update, audit_log_update,
        audit_nodes_get, audit_nodes_insert, audit_tenants_unsealed, audit_tree_head_get, audit_tree_head_insert,
    },
};

/// How long a sealer waits before it looks for entries that nothing told of.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Time between two looks at least, so that entries of many calls share a head.
const GATHER: Duration = Duration::from_millis(50);
/// Entries sealed in one transaction.
const BATCH: i64 = 1000;

/// Why a tenant's entries were not sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The database did not do it.
    #[error("the database did not do it")]
    Database(#[from] sqlx::Error),
    /// The log is not what it was: somebody changed it.
    #[error("the log was changed: {0}")]
    Broken(String),
}

/// The sealer as a background job. `woken` changes when events were committed, which most transitions come with.
pub fn job(state: Arc<State>, woken: watch::Receiver<i64>) -> Job {
    Job::new("audit sealer", move |stop| async move {
        while !*stop.borrow() {
            let turn = tokio::select! {
                turn = hold_lock(&state, woken.clone(), stop.clone()) => turn,
                () = stopped(stop.clone()) => return,
            };
            if let Err(error) = turn {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the audit sealer lost its connection and starts again"
                );
            }
            let _ = tokio::time::timeout(LOOK_AGAIN, stopped(stop.clone())).await;
        }
    })
}

/// Seals as long as this replica holds the lock; returns when another one has it.
async fn hold_lock(state: &State, mut woken: watch::Receiver<i64>, stop: Stop) -> sqlx::Result<()> {
    // The lock belongs to the connection, so this one never goes back to the pool.
    let mut connection = state.pool.acquire().await?.detach();
    let locked: bool = sqlx::query_scalar(
        "SELECT pg_try_advisory_lock(hashtext('clientele audit sealer'), hashtext('qualification'))",
    )
    .fetch_one(&mut connection)
    .await?;
    if !locked {
        return connection.close().await;
    }
    // What waits is always little: a plan that reads all entries is never right.
    sqlx::raw_sql(
        "SET statement_timeout = 0; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
    )
    .execute(&mut connection)
    .await?;
    while !*stop.borrow() {
        woken.mark_unchanged();
        seal(&state.context, &state.audit_keys, &mut connection).await?;
        tokio::time::sleep(GATHER).await;
        let _ = tokio::time::timeout(LOOK_AGAIN, woken.changed()).await;
    }
    connection.close().await
}

/// Seals what waits, of all tenants, and answers how many entries that were. A log that was tampered with stops its own tenant alone.
pub async fn seal(context: &Context, keys: &AuditKeys, connection: &mut PgConnection) -> sqlx::Result<usize> {
    let mut sealed = 0;
    for tenant in audit_tenants_unsealed(connection).await? {
        loop {
            match seal_some(context, keys, connection, &tenant).await {
                Ok(some) => {
                    sealed += some;
                    if some < BATCH as usize {
                        break;
                    }
                }
                // A connection that is gone serves nobody; what the database itself refuses is this log's matter.
                Err(SealError::Database(error)) if error.as_database_error().is_none() => return Err(error),
                Err(error) => {
                    tracing::error!(
                        tenant.id = tenant,
                        error = &error as &dyn std::error::Error,
                        "entries of an audit log were not sealed; where that goes on, verify the log"
                    );
                    break;
                }
            }
        }
    }
    Ok(sealed)
}

async fn seal_some(
    context: &Context,
    keys: &AuditKeys,
    connection: &mut PgConnection,
    tenant: &str,
) -> Result<usize, SealError> {
    let mut tx = connection.begin().await?;
    let size = audit_log_for_update(&mut tx, tenant).await?;
    // Read in a statement of its own: it sees what the sealer before this one left.
    let entries = audit_entries_unsealed(&mut tx, tenant, BATCH).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    let mut frontier = frontier(&mut tx, tenant, size as u64).await?;
    let mut nodes: Vec<(NodeId, Hash)> = Vec::with_capacity(2 * entries.len());
    for entry in &entries {
        let full = |error: merkle::ProofError| SealError::Broken(error.to_string());
        frontier.append(leaf_hash(&entry.leaf), |node, hash| nodes.push((node, hash))).map_err(full)?;
    }
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.audit_entry_id).collect();
    let given = audit_entries_seal(&mut tx, tenant, &ids, size).await?;
    if given != ids.len() as u64 {
        return Err(SealError::Broken(format!("of {} entries, {given} could be given a place", ids.len())));
    }
    audit_nodes_insert(&mut tx, tenant, &nodes).await?;
    audit_log_update(&mut tx, tenant, frontier.size() as i64).await?;
    if let Some(signer) = keys.signer() {
        // Clocks of replicas differ: a larger head is never earlier than a smaller one.
        let last = audit_tree_head_get(&mut tx, tenant, None).await?.map(|head| head.sign_time.as_millisecond());
        let timestamp = context.now().as_millisecond().max(last.unwrap_or(0));
        let head = TreeHead {
            log_id: LogId::new(log_id(tenant)).map_err(|error| SealError::Broken(error.to_string()))?,
            tree_size: frontier.size(),
            root_hash: frontier.root(),
            timestamp_ms: timestamp as u64,
        };
        let signed = signer.sign(head);
        let head = StoredHead {
            tree_size: frontier.size() as i64,
            root_hash: signed.head.root_hash.0.to_vec(),
            sign_time: Timestamp::from_millisecond(timestamp).unwrap_or(Timestamp::UNIX_EPOCH),
            key_id: signed.key_id.0.to_vec(),
            signature: signed.signature.to_vec(),
        };
        audit_tree_head_insert(&mut tx, tenant, &head).await?;
    }
    tx.commit().await?;
    Ok(entries.len())
}

/// The right-hand edge of the tree.
async fn frontier(connection: &mut PgConnection, tenant: &str, size: u64) -> Result<Frontier, SealError> {
    let nodes: Vec<NodeId> = complete_subtrees(size).collect();
    let stored = audit_nodes_get(connection, tenant, &nodes).await?;
    let hash = |node: &NodeId| {
        let broken = || SealError::Broken(format!("no hash at level {} and index {}", node.level, node.index));
        Hash::try_from(stored.get(node).ok_or_else(broken)?.as_slice()).map_err(|_| broken())
    };
    let hashes = nodes.iter().map(hash).collect::<Result<_, _>>()?;
    Frontier::from_hashes(size, hashes).map_err(|error| SealError::Broken(error.to_string()))
}
