//! What the writes of authorisations share: reading under the lock, the rules that rest on other authorisations and on documents, and errors.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_pg::{Tx, answer::failed, constraint};
use clientele_proto::qualification::v1::AuthorisationState;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    State,
    authorisation::keeping::{Step, keep},
    domain::{
        authorisation::{delegation::beyond, lasting::Decided, terms::Terms},
        key::uuid,
    },
    origin::Origin,
    store::authorisation::{
        AuthorisationRecord, EXTERNAL_ID_TAKEN, authorisation_with_ancestors, authorisations_by_ids,
        authorisations_lock, document_state,
    },
};

/// How deep powers are delegated at most.
const DEEPEST: usize = 10;

/// The id of an authorisation as it stands in a request.
pub(super) fn authorisation_id(text: &str, field: &str) -> Result<Uuid> {
    uuid(text, field).map_err(|wrong| Error::invalid_fields(vec![wrong]))
}

/// Reads an authorisation that is to be changed, with all of its customer's held.
pub(super) async fn for_update(tx: &mut Tx, tenant: &str, id: Uuid, etag: &str) -> Result<AuthorisationRecord> {
    let gone = || Error::not_found("authorisation", id.to_string());
    let found = authorisations_by_ids(tx, tenant, &[id]).await.map_err(failed)?.pop().ok_or_else(gone)?;
    // The customer is fixed, so that what was read without the lock says which lock it is.
    authorisations_lock(tx, tenant, found.terms.customer_id).await.map_err(failed)?;
    let record = authorisations_by_ids(tx, tenant, &[id]).await.map_err(failed)?.pop().ok_or_else(gone)?;
    if !etag.is_empty() && etag != record.version.to_string() {
        let message = "the authorisation was changed meanwhile; read it again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at("etag"));
    }
    Ok(record)
}

/// The same change at the instant at which it holds the lock: what others did while it waited lies before it.
pub(super) fn under_lock<'a>(state: &State, origin: &Origin<'a>) -> Origin<'a> {
    let mut origin = *origin;
    origin.now = state.context.now();
    origin
}

/// Refuses to change or to decide about what is decided.
pub(super) fn still_draft(record: &AuthorisationRecord) -> Result<()> {
    if record.decided == Decided::Draft {
        return Ok(());
    }
    let message = "the authorisation is decided: revoke it, or create another one that supersedes it";
    Err(Error::new(Reason::AuthorisationDecided, message))
}

/// Refuses whoever made it.
pub(super) fn another_person(record: &AuthorisationRecord, subject: &str) -> Result<()> {
    if record.makers.iter().any(|maker| maker == subject) {
        let message = "whoever created or changed the authorisation does not decide about it; let somebody else do it";
        return Err(Error::new(Reason::AuthorisationSamePerson, message));
    }
    Ok(())
}

/// What an authorisation is delegated from, the root first; the rules of delegation hold.
pub(super) async fn parents(
    tx: &mut Tx,
    tenant: &str,
    terms: &Terms,
    now: Timestamp,
    within: &str,
) -> Result<Vec<AuthorisationRecord>> {
    let Some(parent_id) = terms.parent_authorisation_id else { return Ok(Vec::new()) };
    let chain = authorisation_with_ancestors(tx, tenant, parent_id).await.map_err(failed)?;
    let parent = chain.last().filter(|parent| parent.terms.customer_id == terms.customer_id);
    let parent = parent.ok_or_else(|| Error::not_found("authorisation", parent_id.to_string()))?;
    let mut violations: Vec<Violation> = beyond(&terms.delegated(), &parent.terms.delegated())
        .into_iter()
        .map(|(field, text)| Violation::new(format!("{within}{field}"), text))
        .collect();
    let about_parent = |text: &str| Violation::new(format!("{within}parent_authorisation_id"), text);
    if !parent.terms.may_sub_delegate {
        violations.push(about_parent("must be one that may be delegated: may_sub_delegate"));
    }
    if chain.iter().any(|above| above.state_at(now) != AuthorisationState::Verified) {
        violations.push(about_parent("must be verified and still hold, and so must what it is delegated from"));
    }
    if chain.len() >= DEEPEST {
        violations.push(about_parent("must not be delegated from that many others"));
    }
    if violations.is_empty() {
        return Ok(chain);
    }
    let message = "the authorisation is not within the one that it is delegated from; the violations say where";
    Err(Error::new(Reason::AuthorisationBeyondParent, message).with_violations(violations))
}

/// Checks that the document is one of the customer, and answers whether it is verified; without a document nothing has to be.
pub(super) async fn document_is_verified(tx: &mut Tx, tenant: &str, terms: &Terms) -> Result<bool> {
    let Some(document_id) = terms.document_id else { return Ok(true) };
    let state = document_state(tx, tenant, terms.customer_id, document_id).await.map_err(failed)?;
    let state = state.ok_or_else(|| Error::not_found("document", document_id.to_string()))?;
    // VERIFIED and EXPIRING.
    Ok(matches!(state, 4 | 5))
}

/// The authorisation whose place another one takes: of the same customer, and none that it is delegated from.
pub(super) async fn superseded(
    tx: &mut Tx,
    tenant: &str,
    terms: &Terms,
    ancestor_ids: &[Uuid],
    within: &str,
) -> Result<Option<AuthorisationRecord>> {
    let Some(id) = terms.superseded_authorisation_id else { return Ok(None) };
    if ancestor_ids.contains(&id) {
        let text = "must not be one that this is delegated from: it would fall with it";
        return Err(Error::invalid_field(format!("{within}superseded_authorisation_id"), text));
    }
    let found = authorisations_by_ids(tx, tenant, &[id]).await.map_err(failed)?.pop();
    let found = found.filter(|record| record.terms.customer_id == terms.customer_id);
    found.map(Some).ok_or_else(|| Error::not_found("authorisation", id.to_string()))
}

/// There is nothing that could end.
pub(super) fn not_in_force(record: &AuthorisationRecord) -> Error {
    let message = format!("the authorisation {} is no verified one that still holds", record.authorisation_id);
    Error::new(Reason::AuthorisationNotInForce, message).about("authorisation", record.authorisation_id.to_string())
}

/// Writes it down and tells of it; `within` is where it stands in the request.
pub(super) async fn put(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    record: &mut AuthorisationRecord,
    step: Step,
    within: &str,
) -> Result<()> {
    keep(state, tx, origin, record, step).await.map_err(|error| {
        if constraint::violated(&error) == Some(EXTERNAL_ID_TAKEN) {
            let message = "another authorisation has this external id; use another one, or change that authorisation";
            return Error::new(Reason::ExternalIdTaken, message).at(format!("{within}external_id"));
        }
        failed(error)
    })
}
