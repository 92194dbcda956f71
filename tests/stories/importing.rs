//! Files become customers and transactions, through the import streams.

use clientele_proto::{
    customers::v1::{
        Customer, ImportCustomersRequest, ImportCustomersResponse, customer_service_client::CustomerServiceClient,
    },
    value::v1::{
        ImportTransactionsRequest, ImportTransactionsResponse, Transaction,
        transaction_service_client::TransactionServiceClient,
    },
};
use clientele_tests::World;
use tokio_stream::iter;

/// Imports customers and answers what became of them, added up.
pub async fn import_customers(world: &World, tenant: &str, customers: &[Customer]) -> ImportCustomersResponse {
    let mut client = CustomerServiceClient::new(world.customers.tenant(tenant));
    let messages: Vec<_> =
        customers.chunks(500).map(|some| ImportCustomersRequest { customers: some.to_vec() }).collect();
    let mut answers = client.import_customers(iter(messages)).await.unwrap().into_inner();
    let mut sum = ImportCustomersResponse::default();
    while let Some(answer) = answers.message().await.unwrap() {
        assert!(answer.next_row > sum.next_row, "positions rise");
        sum.next_row = answer.next_row;
        sum.created += answer.created;
        sum.updated += answer.updated;
        sum.unchanged += answer.unchanged;
        sum.rejected.extend(answer.rejected);
    }
    assert_eq!(sum.next_row as usize, customers.len(), "every row is settled");
    sum
}

/// Imports transactions and answers what became of them, added up.
pub async fn import_transactions(
    world: &World,
    tenant: &str,
    transactions: &[Transaction],
) -> ImportTransactionsResponse {
    let mut client = TransactionServiceClient::new(world.value.tenant(tenant));
    let messages: Vec<_> =
        transactions.chunks(2000).map(|some| ImportTransactionsRequest { transactions: some.to_vec() }).collect();
    let mut answers = client.import_transactions(iter(messages)).await.unwrap().into_inner();
    let mut sum = ImportTransactionsResponse::default();
    while let Some(answer) = answers.message().await.unwrap() {
        assert!(answer.next_row > sum.next_row, "positions rise");
        sum.next_row = answer.next_row;
        sum.accepted += answer.accepted;
        sum.duplicates += answer.duplicates;
        sum.rejected += answer.rejected;
        sum.exceptions.extend(answer.exceptions);
    }
    assert_eq!(sum.next_row as usize, transactions.len(), "every row is settled");
    sum
}
