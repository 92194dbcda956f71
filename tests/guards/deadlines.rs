//! A deadline ends the call and the query behind it.

use std::time::{Duration, Instant};

use clientele_proto::customers::v1::{
    CreateCustomerRequest, Customer, DeleteCustomerRequest, customer_service_client::CustomerServiceClient,
};
use clientele_testkit::Running;
use clientele_tests::{World, data, eventually, rows::count, web};
use prost::Message;
use sqlx::{PgConnection, query, raw_sql};
use tonic::Code;

const DELETE: &str = "/clientele.customers.v1.CustomerService/DeleteCustomer";
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND usename = 'clientele_customers' AND wait_event_type = 'Lock'";

/// A new customer whose row is locked until the connection is dropped or rolls back.
pub async fn locked_customer(world: &World) -> (Customer, PgConnection) {
    let mut client = CustomerServiceClient::new(world.customers.tenant("acme"));
    let customer = Some(data::person("a", "Ana"));
    let customer =
        client.create_customer(CreateCustomerRequest { customer, ..Default::default() }).await.unwrap().into_inner();
    let mut owner = world.database.owner().await;
    raw_sql("BEGIN").execute(&mut owner).await.unwrap();
    query("SELECT FROM customers.customer FOR UPDATE").execute(&mut owner).await.unwrap();
    (customer, owner)
}

/// Waits until so many calls wait for a row.
pub async fn until_waiting(world: &World, calls: i64) {
    let mut look = world.database.owner().await;
    eventually("calls wait for the row", async || (count(&mut look, WAITING).await == calls).then_some(())).await;
}

/// A delete of the customer, which waits for its row.
pub async fn delete(running: &Running, customer: &Customer, headers: &[(&str, &str)]) -> web::WebAnswer {
    let token = format!("Bearer {}", running.tokens.of_tenant("acme"));
    let headers: Vec<_> = headers.iter().copied().chain([("authorization", token.as_str())]).collect();
    let request = DeleteCustomerRequest { customer_id: customer.customer_id.clone(), ..Default::default() };
    web::call(running.address, DELETE, &headers, &request.encode_to_vec()).await
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_and_its_query_stops() {
    let world = World::start().await;
    let (customer, mut lock) = locked_customer(&world).await;
    let begin = Instant::now();
    let (answer, ()) =
        tokio::join!(delete(&world.customers, &customer, &[("grpc-timeout", "1500m")]), until_waiting(&world, 1));
    assert_eq!(answer.code(), Some(Code::DeadlineExceeded), "{answer:?}");
    assert!(begin.elapsed() >= Duration::from_millis(1400) && begin.elapsed() < Duration::from_secs(20));
    // The row is still locked: whoever does not wait any more has been stopped.
    until_waiting(&world, 0).await;
    raw_sql("ROLLBACK").execute(&mut lock).await.unwrap();
    let deleted = "SELECT count(*) FROM customers.customer WHERE delete_time IS NOT NULL";
    assert_eq!(count(&mut lock, deleted).await, 0, "nothing of the write was kept");
}

#[tokio::test]
async fn a_call_without_a_deadline_ends_at_the_services_own_limit() {
    let world = World::with_flags(&["--longest-call-seconds", "1"]).await;
    let (customer, _lock) = locked_customer(&world).await;
    for asked in [None, Some(("grpc-timeout", "1H"))] {
        let answer = delete(&world.customers, &customer, asked.as_slice()).await;
        assert_eq!(answer.code(), Some(Code::DeadlineExceeded), "{answer:?}");
        until_waiting(&world, 0).await;
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_stops_its_query() {
    let world = World::start().await;
    let (customer, _lock) = locked_customer(&world).await;
    let mut client = CustomerServiceClient::new(world.customers.tenant("acme"));
    let request = DeleteCustomerRequest { customer_id: customer.customer_id, ..Default::default() };
    let call = tokio::spawn(async move { client.delete_customer(request).await });
    until_waiting(&world, 1).await;
    call.abort();
    until_waiting(&world, 0).await;
}
