//! Changes of documents: each is written down, told, and makes its customer's standing anew.

use clientele_error::{Error, Reason};
use clientele_pg::answer::failed;
use clientele_proto::{
    Date as TypedDate,
    qualification::v1::{
        Document, DocumentFact, DocumentFactField, DocumentState, DocumentStateChanged, IdentifierReading,
    },
};
use jiff::{Timestamp, civil::Date};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    audit::{self, Transition},
    cases::{Trigger, gathering::leads, trigger},
    domain::{
        checks,
        document::machine::{Step, after, name},
        instant::message as time,
        reminders::due,
    },
    origin::Origin,
    standing::restate,
    store::document::{DocumentRecord, document_get, document_put},
};

/// How a change is written down.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// What happened, such as `verified`.
    pub transition: &'static str,
    /// In which role.
    pub role: &'static str,
}

/// When something happens to a document by itself, where it is told so many days before its end.
pub fn keep_time(record: &DocumentRecord, now: Timestamp, leads: &[i32]) -> Option<Timestamp> {
    let due = due(record.expire_time, record.reminded_lead_days, now, leads);
    match record.state {
        DocumentState::Verified if due.near || due.over => Some(now),
        DocumentState::Expiring if due.lead_days.is_some() || due.over => Some(now),
        DocumentState::Verified | DocumentState::Expiring => due.next,
        _ => None,
    }
}

/// Makes a step of a document, or answers that it cannot be made.
pub fn step(record: &mut DocumentRecord, step: Step) -> clientele_error::Result<()> {
    record.state = after(record.state, step).ok_or_else(|| unfit(record))?;
    Ok(())
}

/// The document does not stand where that can be decided.
pub fn unfit(record: &DocumentRecord) -> Error {
    let state = name(record.state);
    Error::new(Reason::DocumentStateUnfit, format!("the document is {state}: this cannot be done with it"))
        .with("state", state)
}

/// Stores a document that has changed, with all that follows.
pub async fn put(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    before: DocumentState,
    record: &mut DocumentRecord,
    written: Written,
) -> sqlx::Result<()> {
    record.version += 1;
    record.update_time = origin.now;
    let leads = leads(connection, origin.tenant()).await?;
    record.keep_time = keep_time(record, origin.now, &leads);
    document_put(connection, origin.tenant(), record).await?;
    tell(state, connection, origin, before, record, written).await
}

/// Writes a change down, tells it, and makes the customer's standing anew.
pub async fn tell(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    before: DocumentState,
    record: &DocumentRecord,
    written: Written,
) -> sqlx::Result<()> {
    let document = message(record);
    let transition = Transition {
        subject_kind: "document",
        subject_id: record.document_id,
        customer_id: Some(record.customer_id),
        transition: written.transition,
        state_before: if before == DocumentState::Unspecified { "" } else { name(before) },
        state_after: name(record.state),
        role: written.role,
        policy_version: 0,
        evidence_hashes: vec![record.sha256.clone()],
    };
    audit::record(state, connection, origin, transition, &document).await?;
    let told = DocumentStateChanged { state_before: before.into(), document: Some(document) };
    let event = origin.event(&state.context, format!("documents/{}", record.document_id), &told);
    state.outbox.publish(connection, event).await?;
    let heard = match record.state {
        _ if record.state == before => None,
        // What is superseded, is so by one that was verified: the people of the old one have no part any more.
        DocumentState::Verified | DocumentState::Superseded => Some(Trigger::DocumentVerified),
        DocumentState::Revoked => Some(Trigger::DocumentRevoked { kind: record.kind as i16 }),
        _ => None,
    };
    if let Some(heard) = heard {
        trigger(state, connection, origin, record.customer_id, heard).await?;
    }
    restate(state, connection, origin, record.customer_id).await
}

/// Supersedes what a verified document takes the place of, where that was good.
pub async fn supersede(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    successor: &DocumentRecord,
) -> sqlx::Result<()> {
    let Some(old_id) = successor.supersedes else { return Ok(()) };
    let Some(mut old) = document_get(connection, origin.tenant(), old_id, true).await? else { return Ok(()) };
    let before = old.state;
    let Some(superseded) = after(before, Step::Supersede) else { return Ok(()) };
    old.state = superseded;
    old.superseded_by = Some(successor.document_id);
    let written = Written { transition: "superseded", role: "reviewer" };
    put(state, connection, origin, before, &mut old, written).await
}

/// Reads a document that is to be changed, held by the transaction.
pub async fn for_update(
    connection: &mut PgConnection,
    tenant: &str,
    document_id: Uuid,
    etag: &str,
) -> clientele_error::Result<DocumentRecord> {
    let record = document_get(connection, tenant, document_id, true).await.map_err(failed)?;
    let record = record.ok_or_else(|| Error::not_found("document", document_id.to_string()))?;
    if !etag.is_empty() && etag != record.version.to_string() {
        let text = "the document was changed meanwhile; read it again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, text).at("etag"));
    }
    Ok(record)
}

/// A document as the contract has it.
pub fn message(record: &DocumentRecord) -> Document {
    let id = |id: Option<Uuid>| id.map_or_else(String::new, |id| id.to_string());
    Document {
        document_id: record.document_id.to_string(),
        customer_id: record.customer_id.to_string(),
        kind: record.kind.into(),
        state: record.state.into(),
        issuer: record.issuer.clone(),
        issue_country_code: record.issue_country_code.clone(),
        number: record.number.clone(),
        valid_from_date: record.valid_from.map(day),
        valid_until_date: record.valid_until.map(day),
        time_zone: record.time_zone.clone(),
        expire_time: record.expire_time.map(time),
        file_name: record.file_name.clone(),
        content_type: record.content_type.clone(),
        size_bytes: record.size_bytes,
        sha256: record.sha256.clone(),
        supersedes_document_id: id(record.supersedes),
        superseded_by_document_id: id(record.superseded_by),
        facts: record.facts.clone(),
        identifier_readings: readings(&record.facts, &record.issue_country_code),
        uploader: record.uploader.clone(),
        editors: record.editors.clone(),
        readers: record.readers.clone(),
        verifier: record.verifier.clone(),
        decision_reason: record.decision_reason.into(),
        decision_text: record.decision_text.clone(),
        decision_time: record.decision_time.map(time),
        create_time: Some(time(record.create_time)),
        update_time: Some(time(record.update_time)),
        etag: record.version.to_string(),
    }
}

/// How identifiers that a document names read; their places are those among its facts.
fn readings(facts: &[DocumentFact], country: &str) -> Vec<IdentifierReading> {
    let told = facts.iter().enumerate().filter(|(_, fact)| fact.field() == DocumentFactField::Identifier);
    told.map(|(place, fact)| checks::read(place, (&fact.scheme, &fact.value), country)).collect()
}

fn day(day: Date) -> TypedDate {
    TypedDate { year: day.year().into(), month: day.month().into(), day: day.day().into() }
}
