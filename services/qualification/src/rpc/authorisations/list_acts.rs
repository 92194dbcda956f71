//! `ListActs`: of all customers, by default the newest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListActsRequest, ListActsResponse};
use clientele_service::Call;

use crate::{
    State,
    authorisation::message::act_message,
    store::act::{ACTS, acts_list},
};

pub(super) async fn list_acts(state: &State, call: Call, request: ListActsRequest) -> Result<ListActsResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = acts_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListActsResponse { acts: page.items.iter().map(act_message).collect(), next_page_token: page.next_page_token })
}

fn parse(call: &Call, request: &ListActsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("qualification.list_acts").with("tenant_id", call.tenant()),
    };
    ACTS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_acts_are_sound() {
        clientele_page::suite::schema_is_sound(&super::ACTS);
    }
}
