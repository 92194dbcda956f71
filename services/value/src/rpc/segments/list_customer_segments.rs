//! `ListCustomerSegments`: in the order in which segments were made.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListCustomerSegmentsRequest, ListCustomerSegmentsResponse};
use clientele_service::Call;
use uuid::Uuid;

use crate::{
    State,
    domain::transaction::CustomerKey,
    rpc::customer::{buyer, customer_key, customer_of, name},
    segmenting::message::membership,
    store::segment_member::{MembershipRecord, segments_of_buyer},
};

static MEMBERSHIPS: Schema = Schema::new(Field::new("segment_id", "segment_id", Kind::Uuid), &[]);

pub(super) async fn list_customer_segments(
    state: &State,
    call: Call,
    request: ListCustomerSegmentsRequest,
) -> Result<ListCustomerSegmentsResponse> {
    let customer = customer_key(customer_of!(request, list_customer_segments_request), "")?;
    let plan = parse(&call, &request, &customer)?;
    let after = match plan.after.as_deref() {
        Some([Some(Value::Uuid(segment_id))]) => *segment_id,
        _ => Uuid::nil(),
    };
    let tenant = call.tenant();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let buyer = buyer(&mut connection, tenant, &customer).await?;
    let found = segments_of_buyer(&mut connection, tenant, buyer.buyer_id, after, plan.fetch_limit()).await;
    let key = |record: &MembershipRecord| Ok::<_, sqlx::Error>(vec![Some(Value::Uuid(record.segment_id))]);
    let page = plan.finish_by(found.map_err(failed)?, key).map_err(failed)?;
    let customer_segments = page.items.iter().map(membership).collect();
    Ok(ListCustomerSegmentsResponse { customer_segments, next_page_token: page.next_page_token })
}

fn parse(call: &Call, request: &ListCustomerSegmentsRequest, customer: &CustomerKey) -> Result<ListPlan> {
    let arguments = Arguments::of("value.list_customer_segments").with("tenant_id", call.tenant());
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(arguments.with("customer", &name(customer)))
    };
    MEMBERSHIPS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_memberships_is_sound() {
        clientele_page::suite::schema_is_sound(&super::MEMBERSHIPS);
    }
}
