//! `RevokeAuthorisation`: now or later, with all that was delegated from it.

use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{Authorisation, AuthorisationState, RevokeAuthorisationRequest};
use clientele_service::Call;
use jiff::Timestamp;
use uuid::Uuid;

use super::changing::{authorisation_id, for_update, not_in_force, put, under_lock};
use crate::{
    State,
    authorisation::{
        keeping::{Step, fall},
        message::message,
    },
    origin::Origin,
    rpc::once::{Asked, once},
};

/// The last instant that is believed: the end of 2200.
const LATEST_SECOND: i64 = 7_289_654_399;

pub(super) async fn revoke_authorisation(
    state: &State,
    call: Call,
    request: RevokeAuthorisationRequest,
) -> Result<Authorisation> {
    let id = authorisation_id(&request.authorisation_id, "authorisation_id")?;
    let asked =
        Asked { method: "RevokeAuthorisation", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        let instant = request.revoke_time.as_ref().map(|told| revoke_time(told, origin.now)).transpose()?;
        run(state, tx, &origin, id, &request.etag, instant, &request.reason).await
    })
    .await
}

fn revoke_time(told: &prost_types::Timestamp, now: Timestamp) -> Result<Timestamp> {
    let exists = (0..1_000_000_000).contains(&told.nanos) && told.seconds <= LATEST_SECOND;
    let instant = exists.then(|| Timestamp::new(told.seconds, told.nanos / 1000 * 1000).ok()).flatten();
    let instant =
        instant.ok_or_else(|| Error::invalid_field("revoke_time", "must be an instant up to the year 2200"))?;
    if instant < now {
        let text = "must not be in the past: acts may have been recorded since; leave it out for now";
        return Err(Error::invalid_field("revoke_time", text));
    }
    Ok(instant)
}

async fn run(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    id: Uuid,
    etag: &str,
    instant: Option<Timestamp>,
    reason: &str,
) -> Result<Authorisation> {
    let mut record = for_update(tx, origin.tenant(), id, etag).await?;
    let origin = &under_lock(state, origin);
    let instant = instant.unwrap_or(origin.now).max(origin.now);
    let ends_before = record.ends().first().is_some_and(|(end, _)| end <= instant);
    if record.state_at(origin.now) != AuthorisationState::Verified || ends_before {
        return Err(not_in_force(&record));
    }
    record.revoke_time = Some(instant);
    record.fallen_with = None;
    reason.clone_into(&mut record.reason);
    let transition = if instant <= origin.now { "revoked" } else { "revocation-set" };
    put(state, tx, origin, &mut record, Step { transition, role: "" }, "").await?;
    fall(state, tx, origin, &record, instant).await.map_err(failed)?;
    Ok(message(&record, origin.now))
}
