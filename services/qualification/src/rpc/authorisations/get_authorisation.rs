//! `GetAuthorisation`: as it stands at the instant of the call.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{Authorisation, GetAuthorisationRequest, get_authorisation_request::Key};
use clientele_service::Call;

use super::changing::authorisation_id;
use crate::{
    State,
    authorisation::message::message,
    store::authorisation::{authorisation_by_external_id, authorisations_by_ids},
};

pub(super) async fn get_authorisation(
    state: &State,
    call: Call,
    request: GetAuthorisationRequest,
) -> Result<Authorisation> {
    let Some(key) = request.key else {
        return Err(Error::invalid_field("key", "must be given, as authorisation_id or as external_id"));
    };
    let now = state.context.now();
    let (found, name) = match key {
        Key::AuthorisationId(text) => {
            let id = authorisation_id(&text, "authorisation_id")?;
            let mut connection = state.pool.acquire().await.map_err(failed)?;
            (authorisations_by_ids(&mut connection, call.tenant(), &[id]).await.map_err(failed)?.pop(), text)
        }
        Key::ExternalId(text) => {
            let mut connection = state.pool.acquire().await.map_err(failed)?;
            (authorisation_by_external_id(&mut connection, call.tenant(), &text).await.map_err(failed)?, text)
        }
    };
    found.map(|record| message(&record, now)).ok_or_else(|| Error::not_found("authorisation", name))
}
