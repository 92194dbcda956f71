//! `ListScreeningEntries`: of all lists.

use clientele_error::Result;
use clientele_page::{Arguments, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListScreeningEntriesRequest, ListScreeningEntriesResponse};
use clientele_service::Call;

use crate::{
    State,
    store::screening_list::{ENTRIES, entries_list},
};

pub(super) async fn list_screening_entries(
    state: &State,
    call: Call,
    request: ListScreeningEntriesRequest,
) -> Result<ListScreeningEntriesResponse> {
    let list = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: "",
        arguments: Arguments::of("qualification.list_screening_entries").with("tenant_id", call.tenant()),
    };
    let plan = ENTRIES.plan(&list, PageSizes::default()).map_err(refused)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = entries_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListScreeningEntriesResponse { screening_entries: page.items, next_page_token: page.next_page_token })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_entries_are_sound() {
        clientele_page::suite::schema_is_sound(&super::ENTRIES);
    }
}
