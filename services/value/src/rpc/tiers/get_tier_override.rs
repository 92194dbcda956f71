//! `GetTierOverride`.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{GetTierOverrideRequest, TierOverride};
use clientele_service::Call;

use super::message::message;
use crate::{
    State,
    rpc::customer::{buyer, customer_key, customer_of, name},
    store::tier::tier_override_get,
};

pub(super) async fn get_tier_override(
    state: &State,
    call: Call,
    request: GetTierOverrideRequest,
) -> Result<TierOverride> {
    let customer = customer_key(customer_of!(request, get_tier_override_request), "")?;
    let now = state.context.now();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let buyer = buyer(&mut connection, call.tenant(), &customer).await?;
    let found = tier_override_get(&mut connection, call.tenant(), buyer.buyer_id).await.map_err(failed)?;
    found
        .filter(|found| found.expire_time.is_none_or(|expire_time| expire_time.to_jiff() > now))
        .map(|record| message(&buyer, &record))
        .ok_or_else(|| Error::not_found("tier_override", format!("of the customer {}", name(&customer))))
}
