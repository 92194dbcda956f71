//! `ListContracts`: of all customers, by default the newest first.

use clientele_error::Result;
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{ListContractsRequest, ListContractsResponse};
use clientele_service::Call;

use crate::{
    State,
    contracts::message::message,
    domain::day,
    store::contract_list::{CONTRACTS, contracts_list},
};

pub(super) async fn list_contracts(
    state: &State,
    call: Call,
    request: ListContractsRequest,
) -> Result<ListContractsResponse> {
    let plan = parse(&call, &request)?;
    let today = day::day_of(state.context.now());
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = contracts_list(&mut connection, call.tenant(), today, &plan).await.map_err(failed)?;
    Ok(ListContractsResponse {
        contracts: page.items.iter().map(|record| message(record, today)).collect(),
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListContractsRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("value.list_contracts").with("tenant_id", call.tenant()),
    };
    CONTRACTS.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_contracts_are_sound() {
        clientele_page::suite::schema_is_sound(&super::CONTRACTS);
    }
}
