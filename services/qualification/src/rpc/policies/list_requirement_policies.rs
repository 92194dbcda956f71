//! `ListRequirementPolicies`: newest first.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListRequirementPoliciesRequest, ListRequirementPoliciesResponse};
use clientele_service::Call;

use crate::{
    State,
    cases::gathering::policy_message,
    store::requirement_policy::{PolicyRecord, requirement_policy_list},
};

static VERSIONS: Schema = Schema::new(Field::new("version", "version", Kind::Integer), &[]).ordered_by("version desc");

pub(super) async fn list_requirement_policies(
    state: &State,
    call: Call,
    request: ListRequirementPoliciesRequest,
) -> Result<ListRequirementPoliciesResponse> {
    let plan = parse(&call, &request)?;
    let before = match plan.after.as_deref() {
        Some([Some(Value::Int(version))]) => i32::try_from(*version).unwrap_or(i32::MAX),
        _ => i32::MAX,
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let records =
        requirement_policy_list(&mut connection, call.tenant(), before, plan.fetch_limit()).await.map_err(failed)?;
    let key = |record: &PolicyRecord| Ok::<_, sqlx::Error>(vec![Some(i64::from(record.version).into())]);
    let page = plan.finish_by(records, key).map_err(failed)?;
    let requirement_policies = page.items.iter().map(policy_message).collect::<sqlx::Result<_>>().map_err(failed)?;
    Ok(ListRequirementPoliciesResponse { requirement_policies, next_page_token: page.next_page_token })
}

fn parse(call: &Call, request: &ListRequirementPoliciesRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(Arguments::of("qualification.list_requirement_policies").with("tenant_id", call.tenant()))
    };
    VERSIONS.plan(&request, PageSizes::default()).map_err(refused)
}
