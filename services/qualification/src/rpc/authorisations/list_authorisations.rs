//! `ListAuthorisations`: of all customers, by default the newest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListAuthorisationsRequest, ListAuthorisationsResponse};
use clientele_service::Call;

use crate::{
    State,
    authorisation::message::message_without_numbers,
    store::authorisation_list::{AUTHORISATIONS, authorisations_list},
};

pub(super) async fn list_authorisations(
    state: &State,
    call: Call,
    request: ListAuthorisationsRequest,
) -> Result<ListAuthorisationsResponse> {
    let plan = parse(&call, &request)?;
    let now = state.context.now();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = authorisations_list(&mut connection, call.tenant(), now, &plan).await.map_err(failed)?;
    Ok(ListAuthorisationsResponse {
        authorisations: page.items.iter().map(|record| message_without_numbers(record, now)).collect(),
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListAuthorisationsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("qualification.list_authorisations").with("tenant_id", call.tenant()),
    };
    AUTHORISATIONS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_authorisations_are_sound() {
        clientele_page::suite::schema_is_sound(&super::AUTHORISATIONS);
    }
}
