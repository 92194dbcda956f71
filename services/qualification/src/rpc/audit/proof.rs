//! What proofs are made of, read from the stored hashes.

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use merkle::{Hash, ProofPlan};
use sqlx::PgConnection;

use crate::store::audit_log::{audit_log_size, audit_nodes_get, audit_tree_head_get};

/// The size asked for, or that of the latest head, or that of the log where no head was signed.
pub(super) async fn size(connection: &mut PgConnection, tenant: &str, asked: i64) -> Result<i64> {
    let log = audit_log_size(connection, tenant).await.map_err(failed)?;
    if asked > log {
        return Err(beyond(asked, log));
    }
    if asked > 0 {
        return Ok(asked);
    }
    let head = audit_tree_head_get(connection, tenant, None).await.map_err(failed)?;
    Ok(head.map_or(log, |head| head.tree_size.min(log)))
}

/// A tree is asked for that the log does not have.
pub(super) fn beyond(asked: i64, log: i64) -> Error {
    let message =
        format!("the tree of {asked} leaves is not one of this log, which has {log}, or ends before the leaf");
    Error::new(Reason::AuditTreeSize, message).with("tree_size", log)
}

/// The hashes of a proof.
pub(super) async fn hashes(connection: &mut PgConnection, tenant: &str, plan: &ProofPlan) -> Result<Vec<Vec<u8>>> {
    let stored = audit_nodes_get(connection, tenant, plan.nodes()).await.map_err(failed)?;
    let hash = |node| {
        let bytes = stored.get(node).ok_or_else(|| format!("a hash of the log is missing: {node:?}"))?;
        Hash::try_from(bytes.as_slice()).map_err(|error| error.to_string())
    };
    let hashes = plan.nodes().iter().map(hash).collect::<Result<Vec<_>, String>>().map_err(Error::internal)?;
    let proof = plan.assemble(&hashes).map_err(Error::internal)?;
    Ok(proof.into_iter().map(|hash| hash.0.to_vec()).collect())
}
