//! `ListTransactions`: the transactions of one customer, newest first.

use clientele_error::{Error, Result};
use clientele_page::{Arguments, ListPlan, ListRequest, Page, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{
    ListTransactionsRequest, ListTransactionsResponse, list_transactions_request::Customer,
};
use clientele_service::Call;

use super::reply;
use crate::{
    State,
    domain::{
        key,
        transaction::{CustomerKey, Transaction},
    },
    store::{
        buyer::{buyer_by_customer_id, buyer_by_external_id},
        transaction_list::{TRANSACTIONS, transactions_list},
    },
};

pub(super) async fn rpc(
    state: &State,
    call: Call,
    request: ListTransactionsRequest,
) -> Result<ListTransactionsResponse> {
    let (customer, plan) = parse(&call, &request)?;
    run(state, &call, &customer, &plan).await.map(reply)
}

fn parse(call: &Call, request: &ListTransactionsRequest) -> Result<(CustomerKey, ListPlan)> {
    let customer = match &request.customer {
        Some(Customer::CustomerId(id)) => {
            CustomerKey::Id(key::uuid(id).map_err(|error| Error::invalid_field("customer_id", error.to_string()))?)
        }
        Some(Customer::CustomerExternalId(key)) => CustomerKey::External(key.clone()),
        None => {
            return Err(Error::invalid_field("customer", "must be given, as customer_id or as customer_external_id"));
        }
    };
    let arguments = Arguments::of("value.list_transactions").with("tenant", call.tenant());
    let arguments = match &customer {
        CustomerKey::Id(id) => arguments.with("customer_id", &id.to_string()),
        CustomerKey::External(key) => arguments.with("customer_external_id", key),
    };
    let list = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments,
    };
    let plan = TRANSACTIONS.plan(&list, PageSizes::default()).map_err(refused)?;
    Ok((customer, plan))
}

async fn run(state: &State, call: &Call, customer: &CustomerKey, plan: &ListPlan) -> Result<Page<Transaction>> {
    let tenant = call.tenant();
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let buyer = match customer {
        CustomerKey::Id(id) => buyer_by_customer_id(&mut connection, tenant, *id).await,
        CustomerKey::External(key) => buyer_by_external_id(&mut connection, tenant, key).await,
    };
    match buyer.map_err(failed)? {
        Some(buyer) => transactions_list(&mut connection, tenant, buyer.buyer_id, plan).await.map_err(failed),
        None => Ok(Page { items: Vec::new(), next_page_token: String::new() }),
    }
}

fn reply(page: Page<Transaction>) -> ListTransactionsResponse {
    ListTransactionsResponse {
        transactions: page.items.into_iter().map(reply::transaction).collect(),
        next_page_token: page.next_page_token,
    }
}
