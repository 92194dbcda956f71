//! `GetAuditConsistencyProof`: that the log has only grown.

use clientele_error::Result;
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{AuditConsistencyProof, GetAuditConsistencyProofRequest};
use clientele_service::Call;
use merkle::consistency_plan;

use super::proof::{beyond, hashes, size};
use crate::State;

pub(super) async fn get_audit_consistency_proof(
    state: &State,
    call: Call,
    request: GetAuditConsistencyProofRequest,
) -> Result<AuditConsistencyProof> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let second = size(&mut connection, call.tenant(), request.second_tree_size).await?;
    let first = request.first_tree_size;
    let plan = consistency_plan(first as u64, second as u64).map_err(|_| beyond(first, second))?;
    let proof_hashes = hashes(&mut connection, call.tenant(), &plan).await?;
    Ok(AuditConsistencyProof { first_tree_size: first, second_tree_size: second, proof_hashes })
}
