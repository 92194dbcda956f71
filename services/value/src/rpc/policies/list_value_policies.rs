//! `ListValuePolicies`: newest first.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListValuePoliciesRequest, ListValuePoliciesResponse};
use clientele_service::Call;

use super::message::message;
use crate::{
    State,
    store::value_policy::{PolicyRecord, value_policy_list},
};

static VERSIONS: Schema = Schema::new(Field::new("version", "version", Kind::Integer), &[]).ordered_by("version desc");

pub(super) async fn list_value_policies(
    state: &State,
    call: Call,
    request: ListValuePoliciesRequest,
) -> Result<ListValuePoliciesResponse> {
    let plan = parse(&call, &request)?;
    let before = match plan.after.as_deref() {
        Some([Some(Value::Int(version))]) => i32::try_from(*version).unwrap_or(i32::MAX),
        _ => i32::MAX,
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let records =
        value_policy_list(&mut connection, call.tenant(), before, plan.fetch_limit()).await.map_err(failed)?;
    let key = |record: &PolicyRecord| Ok::<_, sqlx::Error>(vec![Some(i64::from(record.version).into())]);
    let page = plan.finish_by(records, key).map_err(failed)?;
    let value_policies = page.items.iter().map(message).collect::<Result<_>>()?;
    Ok(ListValuePoliciesResponse { value_policies, next_page_token: page.next_page_token })
}

fn parse(call: &Call, request: &ListValuePoliciesRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(Arguments::of("value.list_value_policies").with("tenant_id", call.tenant()))
    };
    VERSIONS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_versions_is_sound() {
        clientele_page::suite::schema_is_sound(&super::VERSIONS);
    }
}
