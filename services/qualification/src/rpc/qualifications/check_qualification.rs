//! `CheckQualification`: one read, shared with the calls that come at the same time.

use clientele_error::{Error, Result};
use clientele_pg::answer::{failed, shared_failed};
use clientele_proto::qualification::v1::{CheckQualificationRequest, Qualification};
use clientele_service::Call;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    State,
    domain::{key::uuid, standing::standing},
    standing::message,
    store::standing::{StandingRecord, standing_inputs},
};

pub(super) async fn check_qualification(
    state: &State,
    call: Call,
    request: CheckQualificationRequest,
) -> Result<Qualification> {
    let customer_id = uuid(&request.customer_id, "customer_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    check(state, call.tenant(), customer_id, &request.product, state.context.now()).await
}

/// Where a customer stands at `now`.
pub(super) async fn check(
    state: &State,
    tenant: &str,
    customer_id: Uuid,
    product: &str,
    now: Timestamp,
) -> Result<Qualification> {
    Ok(message(&standing_at(state, tenant, customer_id, now).await?, product, now))
}

/// The same as it is stored, for others who ask within the service.
pub(crate) async fn standing_at(
    state: &State,
    tenant: &str,
    customer_id: Uuid,
    now: Timestamp,
) -> Result<StandingRecord> {
    let written = state.standings.get((tenant.to_owned(), customer_id)).await.map_err(shared_failed)?;
    match written {
        Some(record) if record.restate_time.is_none_or(|instant| instant > now) => Ok(record),
        // Something ran out, and the keeper has not come by yet.
        written => current(state, tenant, customer_id, written, now).await,
    }
}

async fn current(
    state: &State,
    tenant: &str,
    customer_id: Uuid,
    written: Option<StandingRecord>,
    now: Timestamp,
) -> Result<StandingRecord> {
    // Nothing is written down of a customer of whom nothing is known: no need to look again.
    let inputs = if written.is_some() {
        let mut connection = state.pool.acquire().await.map_err(failed)?;
        standing_inputs(&mut connection, tenant, &[customer_id]).await.map_err(failed)?.remove(&customer_id)
    } else {
        None
    };
    let standing = standing(&inputs.unwrap_or_default(), now);
    let (version, update_time) = written.map_or((0, now), |record| (record.version, record.update_time));
    Ok(StandingRecord { customer_id, standing, restate_time: None, version, update_time })
}
