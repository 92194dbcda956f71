//! `ListScreeningHits`: by default the newest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{ListScreeningHitsRequest, ListScreeningHitsResponse};
use clientele_service::Call;

use crate::{
    State,
    screening::message,
    store::screening_hit_list::{HITS, hits_list},
};

pub(super) async fn list_screening_hits(
    state: &State,
    call: Call,
    request: ListScreeningHitsRequest,
) -> Result<ListScreeningHitsResponse> {
    let list = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("qualification.list_screening_hits").with("tenant_id", call.tenant()),
    };
    let plan = HITS.plan(&list, PageSizes::default()).map_err(refused)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = hits_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListScreeningHitsResponse {
        screening_hits: page.items.iter().map(message::hit).collect(),
        next_page_token: page.next_page_token,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_hits_are_sound() {
        clientele_page::suite::schema_is_sound(&super::HITS);
    }
}
