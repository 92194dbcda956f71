//! `UpdateAuthorisation`: sets the fields of a draft that a mask names.

use clientele_error::{Error, Reason, Result};
use clientele_pg::Tx;
use clientele_proto::qualification::v1::{Authorisation, UpdateAuthorisationRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::{
    changing::{authorisation_id, document_is_verified, for_update, parents, put, still_draft},
    create_authorisation::{WITHIN, within},
    mask::FIELDS,
    parse::parse,
};
use crate::{
    State,
    authorisation::{keeping::Step, message::message},
    domain::mask::Mask,
    origin::Origin,
    rpc::once::{Asked, once},
};

pub(super) async fn update_authorisation(
    state: &State,
    call: Call,
    request: UpdateAuthorisationRequest,
) -> Result<Authorisation> {
    let Some(said) = &request.authorisation else {
        return Err(Error::invalid_field("authorisation", "must be given, with its authorisation_id"));
    };
    let id = authorisation_id(&said.authorisation_id, "authorisation.authorisation_id")?;
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
    let mask = Mask::of(&FIELDS, paths, said).map_err(Error::invalid_fields)?;
    let asked =
        Asked { method: "UpdateAuthorisation", request_id: &request.request_id, validate_only: request.validate_only };
    let origin = Origin::call(&call, &request.request_id, state.context.now());
    once(state, &call, asked, &request, async |tx| run(state, tx, &origin, id, &mask, said).await).await
}

async fn run(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    id: Uuid,
    mask: &Mask<Authorisation>,
    said: &Authorisation,
) -> Result<Authorisation> {
    let (tenant, now) = (origin.tenant(), origin.now);
    let found = for_update(tx, tenant, id, &said.etag).await;
    let mut record = found.map_err(|error| {
        if error.reason() == Reason::EtagMismatch {
            return Error::new(Reason::EtagMismatch, error.to_string()).at("authorisation.etag");
        }
        error
    })?;
    still_draft(&record)?;
    let terms = parse(&mask.onto(message(&record, now), said)).map_err(within)?;
    parents(tx, tenant, &terms, now, WITHIN).await?;
    document_is_verified(tx, tenant, &terms).await?;
    if terms == record.terms {
        return Ok(message(&record, now));
    }
    record.terms = terms;
    let maker = origin.actor();
    if record.makers.iter().all(|known| known != maker) {
        record.makers.push(maker.to_owned());
    }
    put(state, tx, origin, &mut record, Step { transition: "updated", role: "maker" }, WITHIN).await?;
    Ok(message(&record, now))
}
