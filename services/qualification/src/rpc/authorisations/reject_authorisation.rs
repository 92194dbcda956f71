//! `RejectAuthorisation`: by somebody else than its makers, with a reason.

use clientele_error::Result;
use clientele_proto::qualification::v1::{Authorisation, RejectAuthorisationRequest};
use clientele_service::Call;

use super::changing::{another_person, authorisation_id, for_update, put, still_draft};
use crate::{
    State,
    authorisation::{keeping::Step, message::message},
    domain::authorisation::lasting::Decided,
    origin::Origin,
    rpc::once::{Asked, once},
};

pub(super) async fn reject_authorisation(
    state: &State,
    call: Call,
    request: RejectAuthorisationRequest,
) -> Result<Authorisation> {
    let id = authorisation_id(&request.authorisation_id, "authorisation_id")?;
    let asked =
        Asked { method: "RejectAuthorisation", request_id: &request.request_id, validate_only: request.validate_only };
    let origin = Origin::call(&call, &request.request_id, state.context.now());
    once(state, &call, asked, &request, async |tx| {
        let mut record = for_update(tx, origin.tenant(), id, &request.etag).await?;
        still_draft(&record)?;
        another_person(&record, origin.actor())?;
        record.decided = Decided::Rejected;
        record.reason.clone_from(&request.reason);
        origin.actor().clone_into(&mut record.reviewer);
        record.review_time = Some(origin.now);
        put(state, tx, &origin, &mut record, Step { transition: "rejected", role: "reviewer" }, "").await?;
        Ok(message(&record, origin.now))
    })
    .await
}
