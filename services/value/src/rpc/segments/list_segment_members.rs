//! `ListSegmentMembers`: in the order in which customers became known.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListSegmentMembersRequest, ListSegmentMembersResponse};
use clientele_service::Call;
use uuid::Uuid;

use super::{
    parse::{segment_key, segment_of},
    stored::read,
};
use crate::{
    State,
    segmenting::message::member,
    store::segment_member::{MemberRecord, segment_members_list},
};

static MEMBERS: Schema = Schema::new(Field::new("buyer_id", "buyer_id", Kind::Integer), &[]);

pub(super) async fn list_segment_members(
    state: &State,
    call: Call,
    request: ListSegmentMembersRequest,
) -> Result<ListSegmentMembersResponse> {
    let key = segment_key(segment_of!(request, list_segment_members_request))?;
    let tenant = call.tenant();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let segment = read(&mut connection, tenant, &key).await?;
    let plan = parse(&call, &request, segment.segment_id)?;
    let after = match plan.after.as_deref() {
        Some([Some(Value::Int(buyer_id))]) => *buyer_id,
        _ => i64::MIN,
    };
    let found = segment_members_list(&mut connection, tenant, segment.segment_id, after, plan.fetch_limit()).await;
    let key = |record: &MemberRecord| Ok::<_, sqlx::Error>(vec![Some(record.buyer_id.into())]);
    let page = plan.finish_by(found.map_err(failed)?, key).map_err(failed)?;
    let segment_members = page.items.iter().map(member).collect();
    Ok(ListSegmentMembersResponse { segment_members, next_page_token: page.next_page_token })
}

fn parse(call: &Call, request: &ListSegmentMembersRequest, segment_id: Uuid) -> Result<ListPlan> {
    let arguments = Arguments::of("value.list_segment_members").with("tenant_id", call.tenant());
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(arguments.with("segment_id", &segment_id.to_string()))
    };
    MEMBERS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_members_is_sound() {
        clientele_page::suite::schema_is_sound(&super::MEMBERS);
    }
}
