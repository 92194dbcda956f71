//! `CreateValuePolicy`: checks the rules and makes the next version.

use clientele_error::Result;
use clientele_feed::NewEvent;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{CreateValuePolicyRequest, ValuePolicy, ValuePolicyCreated};
use clientele_service::Call;
use prost::Message as _;

use super::message::{check, message};
use crate::{
    State,
    rpc::once::{Asked, once},
    store::value_policy::value_policy_insert,
};

pub(super) async fn create_value_policy(
    state: &State,
    call: Call,
    request: CreateValuePolicyRequest,
) -> Result<ValuePolicy> {
    let policy = request.value_policy.clone().unwrap_or_default();
    check(&policy)?;
    // Kept as it was asked for: what it leaves out is the default of the version of the software that applies it, which runs store.
    let kept = ValuePolicy { version: 0, create_time: None, actor: String::new(), ..policy };
    let asked =
        Asked { method: "CreateValuePolicy", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        let (tenant, now, actor) = (call.tenant(), state.context.now(), &call.caller.subject);
        let record = value_policy_insert(tx, tenant, &kept.encode_to_vec(), actor, now).await.map_err(failed)?;
        let made = message(&record)?;
        let payload = ValuePolicyCreated { value_policy: Some(made.clone()) };
        let subject = format!("value-policies/{}", made.version);
        let event = NewEvent::of_call(&state.context, &call, &request.request_id, now, subject, &payload);
        state.outbox.publish(tx, event).await.map_err(failed)?;
        Ok(made)
    })
    .await
}
