//! Items, the sales organisation and kinds of costs: the same whichever way a transaction came in.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        BatchRecordTransactionsRequest, CostKind, GetTransactionRequest, ImportTransactionsRequest, LineItem,
        ListTransactionsRequest, SalesOrganisation, Transaction, TransactionKind, list_transactions_request::Customer,
        record_outcome::Result as Outcome,
    },
};
use futures::{StreamExt as _, stream};

use crate::harness::{Value, purchase, request};

fn item(product: &str, quantity: &str, dollars: i64) -> LineItem {
    LineItem {
        product_external_id: product.to_owned(),
        product_name: format!("The {product}"),
        category: "Records".to_owned(),
        quantity: quantity.to_owned(),
        amount: Some(Money { currency_code: "USD".to_owned(), units: dollars, nanos: 0 }),
    }
}

/// A purchase of two products, sold by an employee of a company.
fn detailed(external_id: &str) -> Transaction {
    let sold = SalesOrganisation { company: "North".to_owned(), employee: "Ida".to_owned(), ..Default::default() };
    Transaction {
        items: vec![item("P-2", "2.5", 9), item("P-1", "", 3), item("P-2", "0", 0)],
        sales_organisation: Some(sold),
        ..purchase(external_id, "C-1", 12)
    }
}

fn cost(external_id: &str, kind: CostKind) -> Transaction {
    Transaction { kind: TransactionKind::Cost.into(), cost_kind: kind.into(), ..purchase(external_id, "C-1", 5) }
}

/// As it is answered: with what the service adds.
fn answered(sent: Transaction, value: &Value) -> Transaction {
    let create_time = Some(prost_types::Timestamp { seconds: value.clock.now().as_second(), nanos: 0 });
    Transaction { item_count: sent.items.len() as i32, create_time, etag: "\"1\"".to_owned(), ..sent }
}

async fn read(value: &Value, external_id: &str) -> Transaction {
    let request = GetTransactionRequest { external_id: external_id.to_owned() };
    value.transactions().get_transaction(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_transaction_is_read_with_its_detail_whichever_way_it_came_in() {
    let value = Value::start().await;
    let recorded = value.record(detailed("one")).await;
    assert_eq!(recorded, answered(detailed("one"), &value));
    let transactions = vec![detailed("batched"), purchase("plain", "C-2", 1)];
    let batch = BatchRecordTransactionsRequest { transactions };
    value.transactions().batch_record_transactions(batch).await.unwrap();
    let message =
        ImportTransactionsRequest { transactions: vec![detailed("imported"), cost("cost", CostKind::CostOfGoods)] };
    let mut answers = value.transactions().import_transactions(stream::iter([message])).await.unwrap().into_inner();
    assert_eq!(answers.next().await.unwrap().unwrap().accepted, 2);
    for id in ["one", "batched", "imported"] {
        assert_eq!(read(&value, id).await, answered(detailed(id), &value), "{id}");
    }
    assert_eq!(read(&value, "plain").await, answered(purchase("plain", "C-2", 1), &value));
    assert_eq!(read(&value, "cost").await, answered(cost("cost", CostKind::CostOfGoods), &value));
}

#[tokio::test]
async fn reads_of_one_moment_each_get_their_own_items() {
    let value = Value::start().await;
    for number in 1..=3 {
        let items = vec![item(&format!("P-{number}"), "1", number)];
        value.record(Transaction { items, ..purchase(&format!("INV-{number}"), "C-1", number) }).await;
    }
    let calls = (0..30).map(|call| {
        let (value, number) = (&value, call % 3 + 1);
        async move {
            let items = read(value, &format!("INV-{number}")).await.items;
            assert_eq!(items, [item(&format!("P-{number}"), "1", number)]);
        }
    });
    futures::future::join_all(calls).await;
}

#[tokio::test]
async fn a_list_tells_how_many_items_there_are_and_leaves_them_out() {
    let value = Value::start().await;
    value.record(detailed("INV-1")).await;
    let request = ListTransactionsRequest {
        customer: Some(Customer::CustomerExternalId("C-1".to_owned())),
        ..ListTransactionsRequest::default()
    };
    let listed = value.transactions().list_transactions(request).await.unwrap().into_inner().transactions;
    assert_eq!(listed, [Transaction { items: Vec::new(), ..answered(detailed("INV-1"), &value) }]);
}

#[tokio::test]
async fn a_cost_without_a_kind_is_the_cost_to_serve() {
    let value = Value::start().await;
    assert_eq!(value.record(cost("one", CostKind::Unspecified)).await.cost_kind(), CostKind::CostToServe);
    let again = value.record(cost("one", CostKind::CostToServe)).await;
    assert_eq!(again, answered(cost("one", CostKind::CostToServe), &value), "a duplicate");
    let status =
        value.transactions().record_transaction(request(cost("one", CostKind::Acquisition))).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::TransactionConflict));
    assert_eq!(violations_of(&status)[0].field, "transaction.cost_kind");
}

#[tokio::test]
async fn the_same_items_are_a_duplicate_and_others_a_conflict_one_by_one_and_in_bulk() {
    let value = Value::start().await;
    let first = value.record(detailed("INV-1")).await;
    let mut same = detailed("INV-1");
    same.items[0].quantity = "2.500".to_owned();
    assert_eq!(value.record(same.clone()).await, first, "2.500 is 2.5");
    let mut other = detailed("INV-1");
    other.items.swap(0, 1);
    other.sales_organisation = None;
    let status = value.transactions().record_transaction(request(other.clone())).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::TransactionConflict));
    let fields: Vec<String> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["transaction.items", "transaction.sales_organisation"]);

    let batch = BatchRecordTransactionsRequest { transactions: vec![same, other] };
    let outcomes = value.transactions().batch_record_transactions(batch).await.unwrap().into_inner().outcomes;
    assert_eq!(outcomes[0].result(), Outcome::Duplicate);
    assert_eq!((outcomes[1].result(), outcomes[1].reason()), (Outcome::Rejected, Reason::TransactionConflict));
    assert_eq!(value.count("SELECT count(*) FROM value.transaction_item").await, 3);
}

#[tokio::test]
async fn items_that_do_not_sum_to_the_amount_are_refused_with_both_sums() {
    let value = Value::start().await;
    let mut short = detailed("INV-1");
    short.items[0].amount.as_mut().unwrap().units = 8;
    let status = value.transactions().record_transaction(request(short)).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidFields));
    let [violation] = violations_of(&status).try_into().unwrap();
    assert_eq!(violation.field, "transaction.items");
    assert!(
        violation.description.ends_with("they sum to 11.00 USD, the amount is 12.00 USD"),
        "{}",
        violation.description
    );
}

#[tokio::test]
async fn a_thousand_items_are_kept_in_their_order() {
    let value = Value::start().await;
    let items: Vec<LineItem> = (0..1000).map(|line| item(&format!("P-{line}"), "1", 1)).collect();
    let sent = Transaction { items: items.clone(), ..purchase("INV-1", "C-1", 1000) };
    value.record(sent).await;
    assert_eq!(read(&value, "INV-1").await.items, items);
    let too_many = Transaction { items: vec![item("P", "1", 1); 1001], ..purchase("INV-2", "C-1", 1001) };
    let status = value.transactions().record_transaction(request(too_many)).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "transaction.items");
}
