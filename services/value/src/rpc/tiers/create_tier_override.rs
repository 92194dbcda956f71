//! `CreateTierOverride`: gives a customer a tier, at once.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{CreateTierOverrideRequest, TierOverride};
use clientele_service::Call;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;

use super::message::{message, refused};
use crate::{
    State,
    domain::transaction::CustomerKey,
    rpc::{
        customer::{buyer, customer_key, customer_of},
        once::{Asked, once},
    },
    scoring::tiering::{Newest, move_events},
    store::{
        buyer::buyers_lock_shared,
        tier::{NewMoves, OverrideRecord, cause, tier_override_put, tiers_lock},
    },
};

pub(super) async fn create_tier_override(
    state: &State,
    call: Call,
    request: CreateTierOverrideRequest,
) -> Result<TierOverride> {
    let asked_for = request.tier_override.clone().unwrap_or_default();
    let customer = customer_key(customer_of!(asked_for, tier_override), "tier_override.")?;
    let expire_time = expire_time(&asked_for, state.context.now())?;
    let asked =
        Asked { method: "CreateTierOverride", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &customer, &asked_for, expire_time).await)
        .await
}

fn expire_time(asked_for: &TierOverride, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(time) = asked_for.expire_time else { return Ok(None) };
    let field = "tier_override.expire_time";
    let time =
        Timestamp::new(time.seconds, time.nanos).map_err(|_| Error::invalid_field(field, "must be an instant"))?;
    if time <= now {
        return Err(Error::invalid_field(field, "must be in the future"));
    }
    Ok(Some(time))
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    customer: &CustomerKey,
    asked_for: &TierOverride,
    expire_time: Option<Timestamp>,
) -> Result<TierOverride> {
    let (tenant, now) = (call.tenant(), state.context.now());
    buyers_lock_shared(tx, tenant).await.map_err(failed)?;
    let buyer = buyer(tx, tenant, customer).await?;
    tiers_lock(tx, tenant).await.map_err(failed)?;
    let newest = Newest::read(tx, tenant).await.map_err(refused)?.ok_or_else(|| {
        Error::new(Reason::NotScoredYet, "there are no tiers before the first score run; start one with StartScoreRun")
    })?;
    if !newest.tier_names().contains(&asked_for.tier) {
        let text = format!("must be a tier of the newest score run: {}", newest.tier_names().join(", "));
        return Err(Error::invalid_field("tier_override.tier", text));
    }
    let record = OverrideRecord {
        buyer_id: buyer.buyer_id,
        tier: asked_for.tier.clone(),
        reason: asked_for.reason.clone(),
        expire_time: expire_time.map(Timestamp::to_sqlx),
        actor: call.caller.subject.clone(),
        create_time: now.to_sqlx(),
    };
    tier_override_put(tx, tenant, &record).await.map_err(failed)?;
    let moved = newest.retier(tx, tenant, buyer.buyer_id, Some(&record.tier)).await.map_err(refused)?;
    if let Some((from, to)) = moved {
        let new = NewMoves {
            tenant,
            cause: cause::OVERRIDE_SET,
            score_run_id: None,
            reason: &record.reason,
            actor: &record.actor,
            now,
        };
        let events = move_events(state, tx, &new, &[(buyer.buyer_id, from, to)]).await.map_err(failed)?;
        state.outbox.publish_all(tx, events).await.map_err(failed)?;
    }
    Ok(message(&buyer, &record))
}
