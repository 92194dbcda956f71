//! `GetValuePolicy`: a version, or the newest.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{GetValuePolicyRequest, ValuePolicy};
use clientele_service::Call;

use super::message::message;
use crate::{State, store::value_policy::value_policy_list};

pub(super) async fn get_value_policy(state: &State, call: Call, request: GetValuePolicyRequest) -> Result<ValuePolicy> {
    let before = if request.version == 0 { i32::MAX } else { request.version.saturating_add(1) };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let records = value_policy_list(&mut connection, call.tenant(), before, 1).await.map_err(failed)?;
    let found = records.first().filter(|record| request.version == 0 || record.version == request.version);
    match found {
        Some(record) => message(record),
        None if request.version == 0 => Err(Error::not_found("value_policy", "of the tenant")
            .with("cause", "no version was made yet; score runs follow the defaults")),
        None => Err(Error::not_found("value_policy", request.version.to_string())),
    }
}
