//! `ListProductAffinities`: what a run found.

use clientele_error::Result;
use clientele_page::{ListRequest, PageSizes, refused};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{ListProductAffinitiesRequest, ListProductAffinitiesResponse};
use clientele_service::Call;

use super::pin::{arguments, pin, pinned};
use crate::{
    State,
    rpc::scores::scored_run,
    scoring::affinity_message::product_affinity,
    store::product_affinity::{AFFINITIES, product_affinities_list},
};

pub(super) async fn list_product_affinities(
    state: &State,
    call: Call,
    request: ListProductAffinitiesRequest,
) -> Result<ListProductAffinitiesResponse> {
    let (run_id, page_token) = pinned(&request.score_run_id, &request.page_token)?;
    let (run, set) = scored_run(state, call.tenant(), &run_id).await?;
    let asked = ListRequest {
        page_size: request.page_size,
        page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: arguments("value.list_product_affinities", &call, &run, &request.score_run_id),
    };
    let plan = AFFINITIES.plan(&asked, PageSizes::default()).map_err(refused)?;
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let page = product_affinities_list(&mut tx, call.tenant(), set, &plan).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    Ok(ListProductAffinitiesResponse {
        product_affinities: page.items.iter().map(product_affinity).collect(),
        next_page_token: pin(&run, &page.next_page_token),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_affinities_are_sound() {
        clientele_page::suite::schema_is_sound(&super::AFFINITIES);
    }
}
