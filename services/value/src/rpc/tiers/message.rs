//! Overrides as the contract tells them, and what goes wrong between runs.

use clientele_error::Error;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{TierOverride, tier_override::Customer};

use crate::{
    scoring::{RunError, run_message::instant},
    store::{buyer::Buyer, tier::OverrideRecord},
};

/// The override of a buyer.
pub(super) fn message(buyer: &Buyer, record: &OverrideRecord) -> TierOverride {
    TierOverride {
        customer: match (buyer.customer_id, &buyer.external_id) {
            (Some(id), _) => Some(Customer::CustomerId(id.to_string())),
            (None, Some(key)) => Some(Customer::CustomerExternalId(key.clone())),
            (None, None) => None,
        },
        tier: record.tier.clone(),
        reason: record.reason.clone(),
        expire_time: record.expire_time.map(|time| instant(time.to_jiff())),
        actor: record.actor.clone(),
        create_time: Some(instant(record.create_time.to_jiff())),
    }
}

/// What the store of scores said.
pub(super) fn refused(error: RunError) -> Error {
    match error {
        RunError::Database(error) => failed(error),
        error => Error::internal(error),
    }
}
