//! `ListSegmentClusterings`: oldest first.

use clientele_error::Result;
use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListSegmentClusteringsRequest, ListSegmentClusteringsResponse};
use clientele_service::Call;
use uuid::Uuid;

use super::stored::told_all;
use crate::{
    State,
    store::segment_clustering::{ClusteringRecord, segment_clusterings_list},
};

static CLUSTERINGS: Schema = Schema::new(Field::new("segment_clustering_id", "segment_clustering_id", Kind::Uuid), &[]);

pub(super) async fn list_segment_clusterings(
    state: &State,
    call: Call,
    request: ListSegmentClusteringsRequest,
) -> Result<ListSegmentClusteringsResponse> {
    let plan = parse(&call, &request)?;
    let after = match plan.after.as_deref() {
        Some([Some(Value::Uuid(id))]) => *id,
        _ => Uuid::nil(),
    };
    let tenant = call.tenant();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let found = segment_clusterings_list(&mut connection, tenant, after, plan.fetch_limit()).await.map_err(failed)?;
    let key = |record: &ClusteringRecord| Ok::<_, sqlx::Error>(vec![Some(Value::Uuid(record.segment_clustering_id))]);
    let page = plan.finish_by(found, key).map_err(failed)?;
    Ok(ListSegmentClusteringsResponse {
        segment_clusterings: told_all(&mut connection, tenant, &page.items).await?,
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListSegmentClusteringsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(Arguments::of("value.list_segment_clusterings").with("tenant_id", call.tenant()))
    };
    CLUSTERINGS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_clusterings_is_sound() {
        clientele_page::suite::schema_is_sound(&super::CLUSTERINGS);
    }
}
