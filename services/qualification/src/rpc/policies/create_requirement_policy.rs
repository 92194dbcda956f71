//! `CreateRequirementPolicy`: checks the rules and makes the next version.

use clientele_error::{Error, Result, Violation};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{CreateRequirementPolicyRequest, RequirementPolicy};
use clientele_service::Call;
use prost::Message as _;
use uuid::Uuid;

use crate::{
    State, audit,
    cases::gathering::policy_message,
    domain::requirements,
    origin::Origin,
    rpc::once::{Asked, once},
    store::{document::reminders_reset, requirement_policy::requirement_policy_insert},
};

pub(super) async fn create_requirement_policy(
    state: &State,
    call: Call,
    request: CreateRequirementPolicyRequest,
) -> Result<RequirementPolicy> {
    let policy = request.requirement_policy.clone().unwrap_or_default();
    check(&policy)?;
    let kept = RequirementPolicy { version: 0, create_time: None, actor: String::new(), ..policy };
    let asked = Asked {
        method: "CreateRequirementPolicy",
        request_id: &request.request_id,
        validate_only: request.validate_only,
    };
    once(state, &call, asked, &request, async |tx| {
        let origin = Origin::call(&call, &request.request_id, state.context.now());
        let record = requirement_policy_insert(tx, origin.tenant(), &kept.encode_to_vec(), origin.actor(), origin.now)
            .await
            .map_err(failed)?;
        let made = policy_message(&record).map_err(failed)?;
        reminders_reset(tx, origin.tenant(), origin.now).await.map_err(failed)?;
        let written = audit::Transition {
            subject_kind: "requirement_policy",
            // Versions have numbers, and the log ids: the number stands in it.
            subject_id: Uuid::from_u128(u128::from(record.version.unsigned_abs())),
            customer_id: None,
            transition: "created",
            state_before: "",
            state_after: "",
            role: "policy",
            policy_version: i64::from(record.version),
            evidence_hashes: Vec::new(),
        };
        audit::record(state, tx, &origin, written, &made).await.map_err(failed)?;
        Ok(made)
    })
    .await
}

/// What does not hold in a policy of a request.
pub(super) fn check(policy: &RequirementPolicy) -> Result<()> {
    let wrong = requirements::check(policy);
    if wrong.is_empty() {
        return Ok(());
    }
    let within =
        |violation: Violation| Violation { field: format!("requirement_policy.{}", violation.field), ..violation };
    Err(Error::invalid_fields(wrong.into_iter().map(within).collect()))
}
