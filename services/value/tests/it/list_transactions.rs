use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    ListTransactionsRequest, Transaction, TransactionKind, list_transactions_request::Customer,
};

use crate::harness::{Value, on, purchase};

fn of(customer: &str) -> ListTransactionsRequest {
    ListTransactionsRequest {
        customer: Some(Customer::CustomerExternalId(customer.into())),
        ..ListTransactionsRequest::default()
    }
}

/// The ids of all pages.
async fn ids(value: &Value, request: ListTransactionsRequest) -> Vec<String> {
    let mut found = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListTransactionsRequest { page_token, ..request.clone() };
        let page = value.transactions().list_transactions(request).await.unwrap().into_inner();
        found.extend(page.transactions.into_iter().map(|transaction| transaction.external_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}

async fn some() -> Value {
    let value = Value::start().await;
    let refund = Transaction { kind: TransactionKind::Refund.into(), ..purchase("d", "C-1", 4) };
    for transaction in [
        on(purchase("a", "C-1", 1), 1, 5),
        on(purchase("b", "C-1", 2), 3, 1),
        on(purchase("c", "C-1", 3), 1, 5),
        on(refund, 2, 1),
    ] {
        value.record(transaction).await;
    }
    value.record(purchase("z", "C-2", 9)).await;
    value
}

#[tokio::test]
async fn pages_of_every_size_add_up_newest_first() {
    let value = some().await;
    for page_size in [0, 1, 2, 3, 4, 5] {
        assert_eq!(
            ids(&value, ListTransactionsRequest { page_size, ..of("C-1") }).await,
            ["b", "d", "c", "a"],
            "{page_size}"
        );
    }
    let by_id = ListTransactionsRequest { page_size: 1, order_by: "external_id".into(), ..of("C-1") };
    assert_eq!(ids(&value, by_id).await, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn a_filter_takes_the_fields_of_the_contract() {
    let value = some().await;
    for (filter, expected) in [
        (r#"kind = "REFUND""#, vec!["d"]),
        (r#"occur_date >= "1997-02-01""#, vec!["b", "d"]),
        (r#"kind = "PURCHASE" AND occur_date < "1997-02-01" AND external_id != "a""#, vec!["c"]),
        (r#"amount.currency_code = "EUR""#, vec![]),
    ] {
        assert_eq!(
            ids(&value, ListTransactionsRequest { filter: filter.into(), ..of("C-1") }).await,
            expected,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn a_customer_without_transactions_has_an_empty_page() {
    let value = some().await;
    assert_eq!(ids(&value, of("C-9")).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_filter_or_a_token_that_cannot_be_read_says_so() {
    let value = some().await;
    let first = value
        .transactions()
        .list_transactions(ListTransactionsRequest { page_size: 1, ..of("C-1") })
        .await
        .unwrap()
        .into_inner();
    for (request, reason) in [
        (ListTransactionsRequest { filter: "colour = 1".into(), ..of("C-1") }, Reason::InvalidFilter),
        (ListTransactionsRequest { page_token: "x".into(), ..of("C-1") }, Reason::InvalidPageToken),
        (ListTransactionsRequest { page_token: first.next_page_token, ..of("C-2") }, Reason::InvalidPageToken),
        (ListTransactionsRequest { order_by: "kind".into(), ..of("C-1") }, Reason::InvalidFields),
        (ListTransactionsRequest { page_size: -1, ..of("C-1") }, Reason::InvalidFields),
        (ListTransactionsRequest { customer: None, ..of("C-1") }, Reason::InvalidFields),
    ] {
        let status = value.transactions().list_transactions(request.clone()).await.unwrap_err();
        assert_eq!(reason_of(&status), Some(reason), "{request:?}");
    }
}
