//! Writing transitions down, in the transaction that makes them. The leaf of the log holds a salted hash of what the subject was afterwards; the
//! content itself stands beside it, so that it can be erased while the log stays whole.

use clientele_proto::qualification::v1::AuditLeaf;
use prost::{Message, Name};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    domain::instant::message as time,
    origin::Origin,
    store::audit_entry::{NewAuditEntry, audit_entry_insert},
};

/// One step of one subject from a state to another.
#[derive(Debug, Clone)]
pub struct Transition<'a> {
    /// What kind of thing, such as `case`.
    pub subject_kind: &'static str,
    /// Its id.
    pub subject_id: Uuid,
    /// The customer it concerns.
    pub customer_id: Option<Uuid>,
    /// What happened, such as `submitted`.
    pub transition: &'a str,
    /// The state before; empty where it had none.
    pub state_before: &'a str,
    /// The state after.
    pub state_after: &'a str,
    /// In which role it was done, such as `approver`; empty where roles do not matter.
    pub role: &'a str,
    /// Version of the requirement policy it was decided by; 0 where none matters.
    pub policy_version: i64,
    /// SHA-256 hashes of what it rests on.
    pub evidence_hashes: Vec<Vec<u8>>,
}

/// Writes a transition down. Take the subject's row lock first: transitions of one subject are then sealed in their order.
pub async fn record<M: Message + Name>(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    transition: Transition<'_>,
    content: &M,
) -> sqlx::Result<()> {
    let id = state.context.new_id();
    // Two ids hold 148 random bits: enough that nobody guesses a content from its hash.
    let salt = [*state.context.new_id().as_bytes(), *state.context.new_id().as_bytes()].concat();
    let content_bytes = content.encode_to_vec();
    let content_hash = Sha256::new().chain_update(&salt).chain_update(&content_bytes).finalize().to_vec();
    let leaf = AuditLeaf {
        audit_entry_id: id.to_string(),
        subject_kind: transition.subject_kind.to_owned(),
        subject_id: transition.subject_id.to_string(),
        customer_id: transition.customer_id.map_or_else(String::new, |id| id.to_string()),
        transition: transition.transition.to_owned(),
        state_before: transition.state_before.to_owned(),
        state_after: transition.state_after.to_owned(),
        actor: origin.actor().to_owned(),
        role: transition.role.to_owned(),
        transition_time: Some(time(origin.now)),
        policy_version: transition.policy_version,
        evidence_hashes: transition.evidence_hashes,
        content_hash,
        content_type: M::full_name(),
        request_id: origin.request_id().to_owned(),
    };
    let row = NewAuditEntry {
        audit_entry_id: id,
        subject_kind: &leaf.subject_kind,
        subject_id: &leaf.subject_id,
        customer_id: transition.customer_id,
        transition: &leaf.transition,
        actor: &leaf.actor,
        transition_time: origin.now,
        leaf: &leaf.encode_to_vec(),
        salt: &salt,
        content: &content_bytes,
    };
    audit_entry_insert(connection, origin.tenant(), row).await
}
