//! `ListQualifications`: as they were written down last.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListQualificationsRequest, ListQualificationsResponse};
use clientele_service::Call;

use crate::{
    State,
    standing::message,
    store::standing_list::{STANDINGS, standings_list},
};

pub(super) async fn list_qualifications(
    state: &State,
    call: Call,
    request: ListQualificationsRequest,
) -> Result<ListQualificationsResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = standings_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListQualificationsResponse {
        qualifications: page.items.iter().map(|record| message(record, "", record.update_time)).collect(),
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListQualificationsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("qualification.list_qualifications").with("tenant_id", call.tenant()),
    };
    STANDINGS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_qualifications_are_sound() {
        clientele_page::suite::schema_is_sound(&super::STANDINGS);
    }
}
