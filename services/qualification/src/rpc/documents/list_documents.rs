//! `ListDocuments`: by default the newest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListDocumentsRequest, ListDocumentsResponse};
use clientele_service::Call;

use crate::{
    State,
    documents::changing::message,
    store::document_list::{DOCUMENTS, documents_list},
};

pub(super) async fn list_documents(
    state: &State,
    call: Call,
    request: ListDocumentsRequest,
) -> Result<ListDocumentsResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = documents_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListDocumentsResponse {
        documents: page.items.iter().map(message).collect(),
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListDocumentsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("qualification.list_documents").with("tenant_id", call.tenant()),
    };
    DOCUMENTS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_documents_are_sound() {
        clientele_page::suite::schema_is_sound(&super::DOCUMENTS);
    }
}
