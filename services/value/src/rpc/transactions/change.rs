//! What corrections and deletions share: a version to agree on, and a revision to keep.

use clientele_error::{Error, Reason, Result};
use clientele_proto::value::v1::{TransactionRevision, transaction_revision::Change};
use clientele_service::Call;
use prost::Message as _;

use super::reply;
use crate::{
    State,
    domain::transaction::Transaction,
    store::{transaction_revision::Revision, transaction_row::Recorded},
};

/// The transaction a change is about, if the caller knows its present version.
pub(super) fn expect(recorded: Option<Recorded>, external_id: &str, etag: &str) -> Result<Recorded> {
    let recorded = recorded.ok_or_else(|| Error::not_found("transaction", external_id))?;
    if recorded.transaction.is_at(etag) {
        return Ok(recorded);
    }
    let message = "the transaction was corrected meanwhile; read it again and repeat the change on it";
    Err(Error::new(Reason::EtagMismatch, message).about("transaction", external_id))
}

/// What was recorded before a change that `call` makes now.
pub(super) fn revision(
    state: &State,
    call: &Call,
    change: Change,
    before: Transaction,
    changed_fields: Vec<String>,
    reason: String,
) -> Revision {
    Revision {
        transaction_revision_id: state.context.new_id(),
        external_id: before.external_id.clone(),
        change: change as i16,
        before: reply::transaction(before).encode_to_vec(),
        changed_fields,
        reason,
        actor: call.caller.subject.clone(),
        create_time: state.context.now(),
    }
}

/// The revision as the contract writes it.
pub(super) fn message(revision: Revision) -> Result<TransactionRevision> {
    let before = prost::Message::decode(revision.before.as_slice()).map_err(Error::internal)?;
    Ok(TransactionRevision {
        transaction_revision_id: revision.transaction_revision_id.to_string(),
        external_id: revision.external_id,
        change: revision.change.into(),
        before: Some(before),
        changed_fields: revision.changed_fields,
        reason: revision.reason,
        actor: revision.actor,
        create_time: Some(reply::timestamp(revision.create_time)),
    })
}
