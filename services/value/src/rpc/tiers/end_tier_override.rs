//! `EndTierOverride`: the customer has the tier again that it earns.

use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{EndTierOverrideRequest, TierOverride};
use clientele_service::Call;

use super::message::{message, refused};
use crate::{
    State,
    domain::transaction::CustomerKey,
    rpc::{
        customer::{buyer, customer_key, customer_of, name},
        once::{Asked, once},
    },
    scoring::tiering::{Newest, move_events},
    store::tier::{NewMoves, cause, tier_override_delete, tiers_lock},
};

pub(super) async fn end_tier_override(
    state: &State,
    call: Call,
    request: EndTierOverrideRequest,
) -> Result<TierOverride> {
    let customer = customer_key(customer_of!(request, end_tier_override_request), "")?;
    let asked =
        Asked { method: "EndTierOverride", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &customer, &request.reason).await).await
}

async fn run(state: &State, call: &Call, tx: &mut Tx, customer: &CustomerKey, reason: &str) -> Result<TierOverride> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let buyer = buyer(tx, tenant, customer).await?;
    tiers_lock(tx, tenant).await.map_err(failed)?;
    let ended = tier_override_delete(tx, tenant, buyer.buyer_id).await.map_err(failed)?;
    let ended =
        ended.ok_or_else(|| Error::not_found("tier_override", format!("of the customer {}", name(customer))))?;
    let newest = Newest::read(tx, tenant).await.map_err(refused)?;
    let moved = match &newest {
        Some(newest) => newest.retier(tx, tenant, buyer.buyer_id, None).await.map_err(refused)?,
        None => None,
    };
    if let Some((from, to)) = moved {
        let new = NewMoves {
            tenant,
            cause: cause::OVERRIDE_ENDED,
            score_run_id: None,
            reason,
            actor: &call.caller.subject,
            now,
        };
        let events = move_events(state, tx, &new, &[(buyer.buyer_id, from, to)]).await.map_err(failed)?;
        state.outbox.publish_all(tx, events).await.map_err(failed)?;
    }
    Ok(message(&buyer, &ended))
}
