//! `ListScreeningLists`.

use clientele_error::Result;
use clientele_page::{Arguments, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListScreeningListsRequest, ListScreeningListsResponse};
use clientele_service::Call;

use crate::{
    State,
    screening::message,
    store::screening_list::{LISTS, lists_list, tasks_count},
};

pub(super) async fn list_screening_lists(
    state: &State,
    call: Call,
    request: ListScreeningListsRequest,
) -> Result<ListScreeningListsResponse> {
    let list = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: "",
        order_by: "",
        arguments: Arguments::of("qualification.list_screening_lists").with("tenant_id", call.tenant()),
    };
    let plan = LISTS.plan(&list, PageSizes::default()).map_err(refused)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = lists_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    let pending = tasks_count(&mut connection, call.tenant()).await.map_err(failed)?;
    Ok(ListScreeningListsResponse {
        screening_lists: page.items.iter().map(|list| message::list(list, pending)).collect(),
        next_page_token: page.next_page_token,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_lists_are_sound() {
        clientele_page::suite::schema_is_sound(&super::LISTS);
    }
}
