//! `GetAuditInclusionProof`: that an entry stands in the log.

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    AuditInclusionProof, GetAuditInclusionProofRequest, get_audit_inclusion_proof_request::Key,
};
use clientele_service::Call;
use merkle::{inclusion_plan, leaf_hash};

use super::{
    proof::{beyond, hashes, size},
    reply,
};
use crate::{
    State,
    domain::key::uuid,
    store::{
        audit_entry::{audit_entry_by_id, audit_entry_by_place},
        audit_log::audit_tree_head_get,
    },
};

pub(super) async fn get_audit_inclusion_proof(
    state: &State,
    call: Call,
    request: GetAuditInclusionProofRequest,
) -> Result<AuditInclusionProof> {
    let tenant = call.tenant();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let (found, id) = match request.key {
        Some(Key::AuditEntryId(id)) => {
            let key = uuid(&id, "audit_entry_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
            (audit_entry_by_id(&mut connection, tenant, key).await.map_err(failed)?, id)
        }
        Some(Key::LeafIndex(index)) => {
            (audit_entry_by_place(&mut connection, tenant, index).await.map_err(failed)?, format!("at leaf {index}"))
        }
        None => return Err(Error::invalid_field("key", "say which entry")),
    };
    let (id, place, leaf) = found.ok_or_else(|| Error::not_found("audit_entry", id))?;
    let leaf_index = place.ok_or_else(|| {
        let message = "the entry is not sealed yet, which takes about a second; repeat the call";
        Error::new(Reason::AuditEntryNotSealed, message).about("audit_entry", id.to_string())
    })?;
    let tree_size = size(&mut connection, tenant, request.tree_size).await?;
    let plan = inclusion_plan(leaf_index as u64, tree_size as u64).map_err(|_| beyond(tree_size, tree_size))?;
    let proof_hashes = hashes(&mut connection, tenant, &plan).await?;
    let head = audit_tree_head_get(&mut connection, tenant, Some(tree_size)).await.map_err(failed)?;
    Ok(AuditInclusionProof {
        audit_entry_id: id.to_string(),
        leaf_index,
        tree_size,
        leaf_hash: leaf_hash(&leaf).0.to_vec(),
        proof_hashes,
        tree_head: head.map(|head| reply::tree_head(tenant, head)),
    })
}
