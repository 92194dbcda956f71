//! What decisions about documents share.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{Document, DocumentDecisionReason};
use clientele_service::Call;
use prost::Message;

use crate::{
    State,
    cases::reviews,
    documents::changing::{Written, for_update, message, put, step, supersede, unfit},
    domain::{document::machine::Step, key::uuid, reminders::due},
    origin::Origin,
    rpc::once::{Asked, once},
    store::document::document_get,
};

/// A decision about a document.
#[derive(Debug)]
pub(super) struct Decision<'a> {
    /// How it is asked for.
    pub asked: Asked<'a>,
    /// Which document.
    pub document_id: &'a str,
    /// The version that was read.
    pub etag: &'a str,
    /// What is decided.
    pub step: Step,
    /// How that is written down.
    pub written: Written,
    /// Why.
    pub reason: DocumentDecisionReason,
    /// In words.
    pub text: &'a str,
}

pub(super) async fn decide(
    state: &State,
    call: &Call,
    request: &impl Message,
    decision: Decision<'_>,
) -> Result<Document> {
    once(state, call, decision.asked, request, async |tx| run(state, call, tx, &decision).await).await
}

async fn run(state: &State, call: &Call, tx: &mut Tx, decision: &Decision<'_>) -> Result<Document> {
    let id = uuid(decision.document_id, "document_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let origin = Origin::call(call, decision.asked.request_id, state.context.now());
    let mut record = for_update(tx, call.tenant(), id, decision.etag).await?;
    let before = record.state;
    // Documents are held before cases: also the one that this one takes the place of.
    if let Some(old_id) = record.supersedes.filter(|_| decision.step == Step::Verify) {
        document_get(tx, call.tenant(), old_id, true).await.map_err(failed)?;
    }
    // Taking a document away needs no second person.
    let had_a_part = record.uploader == call.caller.subject || record.editors.contains(&call.caller.subject);
    if decision.step != Step::Revoke && had_a_part {
        let text = "whoever uploaded or corrected a document does not decide about it; let somebody else do it";
        return Err(Error::new(Reason::DocumentSamePerson, text));
    }
    if decision.step != Step::Revoke {
        reviews(tx, &origin, record.customer_id).await?;
    }
    step(&mut record, decision.step)?;
    if decision.step == Step::Verify && due(record.expire_time, 0, origin.now, &[]).over {
        record.state = before;
        return Err(unfit(&record));
    }
    if decision.step == Step::Start {
        record.readers.push(call.caller.subject.clone());
    } else {
        record.verifier.clone_from(&call.caller.subject);
        record.decision_reason = decision.reason;
        decision.text.clone_into(&mut record.decision_text);
        record.decision_time = Some(origin.now);
    }
    put(state, tx, &origin, before, &mut record, decision.written).await.map_err(failed)?;
    if decision.step == Step::Verify {
        supersede(state, tx, &origin, &record).await.map_err(failed)?;
    }
    Ok(message(&record))
}
