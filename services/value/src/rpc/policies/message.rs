//! Versions of the policy between the contract and the store.

use clientele_error::{Error, Result, Violation};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::ValuePolicy;
use prost::Message as _;
use sqlx::PgConnection;

use crate::{
    scoring::{
        affinity_message, churn_message, conversion_message, lifecycle_message, policy_message, rfm_message,
        run_message::instant, settings_message::Wrong,
    },
    store::value_policy::{PolicyRecord, value_policy_list},
};

/// Checks the rules of a policy, all that does not hold at once; field paths start at `value_policy`.
pub(super) fn check(policy: &ValuePolicy) -> Result<()> {
    let mut wrong = Wrong::default();
    let tiers = policy_message::tiers(policy.tier_policy.as_ref(), None, &mut wrong);
    policy_message::index(policy.index_policy.as_ref(), &mut wrong);
    rfm_message::policy(policy.rfm_policy.as_ref(), None, &mut wrong);
    lifecycle_message::policy(policy.lifecycle_policy.as_ref(), &mut wrong);
    churn_message::policy(policy.churn_policy.as_ref(), tiers.as_ref(), &mut wrong);
    conversion_message::check_reporting(policy, &mut wrong);
    affinity_message::policy(policy.affinity_policy.as_ref(), &mut wrong);
    if wrong.violations().is_empty() {
        return Ok(());
    }
    let below = |violation: &Violation| {
        let field = violation.field.strip_prefix("settings.").unwrap_or(&violation.field);
        Violation::new(format!("value_policy.{field}"), violation.description.clone())
    };
    Err(Error::invalid_fields(wrong.violations().iter().map(below).collect()))
}

/// A stored version as the contract tells it.
pub(super) fn message(record: &PolicyRecord) -> Result<ValuePolicy> {
    let policy = ValuePolicy::decode(record.policy.as_slice()).map_err(Error::internal)?;
    Ok(ValuePolicy {
        version: record.version,
        create_time: Some(instant(record.create_time.to_jiff())),
        actor: record.actor.clone(),
        ..policy
    })
}

/// The newest version of a tenant.
pub(in crate::rpc) async fn newest(connection: &mut PgConnection, tenant: &str) -> Result<Option<ValuePolicy>> {
    let records = value_policy_list(connection, tenant, i32::MAX, 1).await.map_err(failed)?;
    records.first().map(message).transpose()
}
