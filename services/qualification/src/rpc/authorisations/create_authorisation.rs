//! `CreateAuthorisation`: a draft.

use clientele_error::{Error, Result, Violation};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{Authorisation, CreateAuthorisationRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::{
    changing::{document_is_verified, parents, put, superseded},
    parse::parse,
};
use crate::{
    State,
    authorisation::{
        keeping::{Step, new_record},
        message::message,
    },
    domain::authorisation::terms::Terms,
    origin::Origin,
    rpc::once::{Asked, once},
    store::authorisation::authorisations_lock,
};

/// Where the authorisation stands in the request.
pub(super) const WITHIN: &str = "authorisation.";

pub(super) async fn create_authorisation(
    state: &State,
    call: Call,
    request: CreateAuthorisationRequest,
) -> Result<Authorisation> {
    let terms = parse(&request.authorisation.clone().unwrap_or_default()).map_err(within)?;
    let asked =
        Asked { method: "CreateAuthorisation", request_id: &request.request_id, validate_only: request.validate_only };
    let origin = Origin::call(&call, &request.request_id, state.context.now());
    once(state, &call, asked, &request, async |tx| run(state, tx, &origin, terms.clone()).await).await
}

/// Violations of the authorisation as those of the request.
pub(super) fn within(violations: Vec<Violation>) -> Error {
    let within = |violation: Violation| Violation { field: format!("{WITHIN}{}", violation.field), ..violation };
    Error::invalid_fields(violations.into_iter().map(within).collect())
}

async fn run(state: &State, tx: &mut Tx, origin: &Origin<'_>, mut terms: Terms) -> Result<Authorisation> {
    let (tenant, now) = (origin.tenant(), origin.now);
    authorisations_lock(tx, tenant, terms.customer_id).await.map_err(failed)?;
    let parents = parents(tx, tenant, &terms, now, WITHIN).await?;
    let ancestor_ids: Vec<Uuid> = parents.iter().map(|parent| parent.authorisation_id).collect();
    superseded(tx, tenant, &terms, &ancestor_ids, WITHIN).await?;
    document_is_verified(tx, tenant, &terms).await?;
    if let Some(parent) = parents.last().filter(|_| terms.signatory_name.is_empty()) {
        terms.signatory_name.clone_from(&parent.terms.grantee.name);
    }
    let mut record = new_record(state.context.new_id(), terms, ancestor_ids, origin.actor(), now);
    put(state, tx, origin, &mut record, Step { transition: "created", role: "maker" }, WITHIN).await?;
    Ok(message(&record, now))
}
