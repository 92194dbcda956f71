//! `GetRequirementPolicy`: a version, or the newest.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{GetRequirementPolicyRequest, RequirementPolicy};
use clientele_service::Call;

use crate::{
    State,
    cases::gathering::{newest_policy, policy_of_version},
};

pub(super) async fn get_requirement_policy(
    state: &State,
    call: Call,
    request: GetRequirementPolicyRequest,
) -> Result<RequirementPolicy> {
    policy(state, &call, request.version).await
}

/// A version, or the newest where none is named.
pub(super) async fn policy(state: &State, call: &Call, version: Option<i32>) -> Result<RequirementPolicy> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let Some(version) = version else {
        return newest_policy(&mut connection, call.tenant()).await.map_err(failed);
    };
    let found = policy_of_version(&mut connection, call.tenant(), version).await.map_err(failed)?;
    found.ok_or_else(|| Error::not_found("requirement_policy", version.to_string()))
}
