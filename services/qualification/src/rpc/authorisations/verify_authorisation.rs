//! `VerifyAuthorisation`: by somebody else than its makers.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{Authorisation, AuthorisationState, VerifyAuthorisationRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::changing::{
    another_person, authorisation_id, document_is_verified, for_update, not_in_force, parents, put, still_draft,
    superseded, under_lock,
};
use crate::{
    State,
    authorisation::{
        keeping::{Step, fall, verify},
        message::message,
    },
    cases::gathering::leads,
    origin::Origin,
    rpc::once::{Asked, once},
    store::authorisation::AuthorisationRecord,
};

pub(super) async fn verify_authorisation(
    state: &State,
    call: Call,
    request: VerifyAuthorisationRequest,
) -> Result<Authorisation> {
    let id = authorisation_id(&request.authorisation_id, "authorisation_id")?;
    let asked =
        Asked { method: "VerifyAuthorisation", request_id: &request.request_id, validate_only: request.validate_only };
    let origin = Origin::call(&call, &request.request_id, state.context.now());
    once(state, &call, asked, &request, async |tx| run(state, tx, &origin, id, &request.etag).await).await
}

async fn run(state: &State, tx: &mut Tx, origin: &Origin<'_>, id: Uuid, etag: &str) -> Result<Authorisation> {
    let tenant = origin.tenant();
    let mut record = for_update(tx, tenant, id, etag).await?;
    let origin = &under_lock(state, origin);
    let now = origin.now;
    still_draft(&record)?;
    another_person(&record, origin.actor())?;
    if !document_is_verified(tx, tenant, &record.terms).await? {
        let message = "the document that the authorisation names is not verified; decide about it first";
        return Err(Error::new(Reason::AuthorisationDocumentNotVerified, message));
    }
    let parents = parents(tx, tenant, &record.terms, now, "").await?;
    // A parent that is to be taken back takes this one with it.
    let ends = parents.iter().filter_map(|parent| {
        let end = [parent.revoke_time, parent.supersede_time].into_iter().flatten().min()?;
        Some((end, parent.fallen_with.unwrap_or(parent.authorisation_id)))
    });
    if let Some((end, with)) = ends.min_by_key(|(end, _)| *end) {
        record.revoke_time = Some(end);
        record.fallen_with = Some(with);
    }
    verify(&mut record, origin.actor(), now, &leads(tx, tenant).await.map_err(failed)?);
    let step = Step { transition: "verified", role: "reviewer" };
    put(state, tx, origin, &mut record, step, "").await?;
    if let Some(superseded) = superseded(tx, tenant, &record.terms, &record.ancestor_ids, "").await? {
        supersede(state, tx, origin, superseded, &record).await?;
    }
    Ok(message(&record, now))
}

/// Ends an authorisation when the one that takes its place begins.
async fn supersede(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    mut superseded: AuthorisationRecord,
    by: &AuthorisationRecord,
) -> Result<()> {
    if superseded.state_at(origin.now) != AuthorisationState::Verified {
        return Err(not_in_force(&superseded));
    }
    let instant = by.terms.validity.start_time.max(origin.now);
    superseded.supersede_time = superseded.supersede_time.map_or(Some(instant), |earlier| Some(earlier.min(instant)));
    let transition = if instant <= origin.now { "superseded" } else { "supersession-set" };
    put(state, tx, origin, &mut superseded, Step { transition, role: "reviewer" }, "").await?;
    fall(state, tx, origin, &superseded, instant).await.map_err(failed)
}
