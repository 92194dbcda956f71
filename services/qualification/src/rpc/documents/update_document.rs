//! `UpdateDocument`: what is known of a document that nobody has decided about is corrected.

use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{Document, DocumentFactSource, DocumentState, UpdateDocumentRequest};
use clientele_service::{Call, validation};

use super::parse::parse;
use crate::{
    State,
    documents::changing::{Written, for_update, message, put, unfit},
    domain::{
        key::uuid,
        mask::{Field, Mask, fields},
    },
    origin::Origin,
    rpc::once::{Asked, once},
};

/// The fields that can be changed.
static FIELDS: [Field<Document>; 7] = fields![
    Document:
    issuer,
    issue_country_code,
    number,
    valid_from_date,
    valid_until_date,
    time_zone,
    facts,
];

pub(super) async fn update_document(state: &State, call: Call, request: UpdateDocumentRequest) -> Result<Document> {
    let Some(said) = &request.document else {
        return Err(Error::invalid_field("document", "must be given, with its document_id"));
    };
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
    let mask = Mask::of(&FIELDS, paths, said).map_err(Error::invalid_fields)?;
    let asked =
        Asked { method: "UpdateDocument", request_id: &request.request_id, validate_only: request.validate_only };
    let origin = Origin::call(&call, &request.request_id, state.context.now());
    once(state, &call, asked, &request, async |tx| run(state, tx, &origin, said, &mask).await).await
}

async fn run(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    said: &Document,
    mask: &Mask<Document>,
) -> Result<Document> {
    let id = uuid(&said.document_id, "document.document_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let mut record = for_update(tx, origin.tenant(), id, &said.etag).await.map_err(|error| match error.reason() {
        clientele_error::Reason::EtagMismatch => Error::new(error.reason(), error.to_string()).at("document.etag"),
        _ => error,
    })?;
    if !matches!(record.state, DocumentState::Received | DocumentState::Verifying) {
        return Err(unfit(&record));
    }
    let before = message(&record);
    let mut after = mask.onto(before.clone(), said);
    for fact in after.facts.iter_mut().filter(|fact| fact.source() == DocumentFactSource::Unspecified) {
        fact.set_source(DocumentFactSource::Person);
    }
    // The rules of the contract hold of what the document is after the update, not of what the request has of it.
    validation::check_message(&after, "document.")?;
    let validity = parse(&after, "document.").map_err(Error::invalid_fields)?;
    if after == before {
        return Ok(before);
    }
    let only_facts = Document { facts: after.facts.clone(), ..before } == after;
    // Reading what it says is part of looking at it; whoever says more of it makes it.
    let people = if only_facts { &mut record.readers } else { &mut record.editors };
    if people.iter().all(|known| known != origin.actor()) {
        people.push(origin.actor().to_owned());
    }
    (record.valid_from, record.valid_until) = (validity.valid_from, validity.valid_until);
    record.expire_time = validity.expire_time;
    record.issuer = after.issuer;
    record.issue_country_code = after.issue_country_code;
    record.number = after.number;
    record.time_zone = after.time_zone;
    record.facts = after.facts;
    let stands = record.state;
    let written = Written { transition: "updated", role: if only_facts { "reviewer" } else { "maker" } };
    put(state, tx, origin, stands, &mut record, written).await.map_err(failed)?;
    Ok(message(&record))
}
