//! `ListAcquisitionSpends`: by default the newest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListAcquisitionSpendsRequest, ListAcquisitionSpendsResponse};
use clientele_service::Call;

use super::message::message;
use crate::{
    State,
    store::acquisition_spend::{SPENDS, acquisition_spends_list},
};

pub(super) async fn list_acquisition_spends(
    state: &State,
    call: Call,
    request: ListAcquisitionSpendsRequest,
) -> Result<ListAcquisitionSpendsResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = acquisition_spends_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListAcquisitionSpendsResponse {
        acquisition_spends: page.items.iter().map(message).collect::<Result<_>>()?,
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListAcquisitionSpendsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("value.list_acquisition_spends").with("tenant_id", call.tenant()),
    };
    SPENDS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_spends_are_sound() {
        clientele_page::suite::schema_is_sound(&super::SPENDS);
    }
}
