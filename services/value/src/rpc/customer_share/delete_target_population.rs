//! `DeleteTargetPopulation`.

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{DeleteTargetPopulationRequest, TargetPopulation};
use clientele_service::Call;

use super::message::population;
use crate::{
    State,
    domain::key,
    rpc::once::{Asked, once},
    store::target_population::target_population_delete,
};

pub(super) async fn delete_target_population(
    state: &State,
    call: Call,
    request: DeleteTargetPopulationRequest,
) -> Result<TargetPopulation> {
    let id = key::uuid(&request.target_population_id)
        .map_err(|error| Error::invalid_field("target_population_id", error.to_string()))?;
    let asked = Asked {
        method: "DeleteTargetPopulation",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    once(state, &call, asked, &request, async |tx| {
        let deleted = target_population_delete(tx, call.tenant(), id).await.map_err(failed)?;
        let deleted = deleted.ok_or_else(|| Error::not_found("target_population", id.to_string()))?;
        // An error undoes the transaction, and so the deletion.
        if !request.etag.is_empty() && request.etag != deleted.version.to_string() {
            let message = "the population was said anew meanwhile; list it again and decide anew";
            return Err(Error::new(Reason::EtagMismatch, message).at("etag"));
        }
        Ok(population(&deleted))
    })
    .await
}
