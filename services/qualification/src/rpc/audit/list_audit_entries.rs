//! `ListAuditEntries`: sealed ones and those that wait.

use clientele_error::Result;
use clientele_page::{Arguments, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListAuditEntriesRequest, ListAuditEntriesResponse};
use clientele_service::Call;

use super::reply;
use crate::{
    State,
    store::audit_list::{AUDIT_ENTRIES, audit_entries_list},
};

pub(super) async fn list_audit_entries(
    state: &State,
    call: Call,
    request: ListAuditEntriesRequest,
) -> Result<ListAuditEntriesResponse> {
    let list = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("qualification.list_audit_entries").with("tenant", call.tenant()),
    };
    let plan = AUDIT_ENTRIES.plan(&list, PageSizes { default: 50, max: 1000 }).map_err(refused)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page =
        audit_entries_list(&mut connection, call.tenant(), &plan, request.include_contents).await.map_err(failed)?;
    Ok(ListAuditEntriesResponse {
        audit_entries: page.items.into_iter().map(reply::decoded).collect(),
        next_page_token: page.next_page_token,
    })
}
