//! `ListSegments`: by default the oldest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListSegmentsRequest, ListSegmentsResponse};
use clientele_service::Call;

use super::stored::told;
use crate::{
    State,
    store::segment::{SEGMENTS, segments_list},
};

pub(super) async fn list_segments(
    state: &State,
    call: Call,
    request: ListSegmentsRequest,
) -> Result<ListSegmentsResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = segments_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListSegmentsResponse {
        segments: page.items.iter().map(told).collect::<Result<_>>()?,
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListSegmentsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("value.list_segments").with("tenant_id", call.tenant()),
    };
    SEGMENTS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_segments_are_sound() {
        clientele_page::suite::schema_is_sound(&super::SEGMENTS);
    }
}
