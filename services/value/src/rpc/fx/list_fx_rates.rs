//! `ListFxRates`: by default by pair and day.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListFxRatesRequest, ListFxRatesResponse};
use clientele_service::Call;

use super::message::message;
use crate::{
    State,
    store::fx_rate::{FX_RATES, fx_rates_list},
};

pub(super) async fn list_fx_rates(
    state: &State,
    call: Call,
    request: ListFxRatesRequest,
) -> Result<ListFxRatesResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = fx_rates_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    Ok(ListFxRatesResponse {
        fx_rates: page.items.iter().map(message).collect(),
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListFxRatesRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("value.list_fx_rates").with("tenant_id", call.tenant()),
    };
    FX_RATES.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_rates_are_sound() {
        clientele_page::suite::schema_is_sound(&super::FX_RATES);
    }
}
