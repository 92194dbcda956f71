//! What holds for every call: who may make it and how long it may take.

use std::time::Duration;

use clientele_customers::SCHEMA;
use clientele_error::Reason;
use clientele_proto::customers::v1::{CreateCustomerRequest, customer_service_client::CustomerServiceClient};
use sqlx::Executor as _;
use tonic::{Code, Request};

use crate::support::{Service, by_id, create, created, organisation, refused, request_id};

#[tokio::test]
async fn a_call_needs_a_token_that_is_valid_and_holds_the_permission() {
    let service = Service::start().await;
    let customer = created(&mut service.client(), organisation("E-1", "Acme")).await;
    let request = by_id(&customer.customer_id);

    let mut anonymous = CustomerServiceClient::new(service.running.anonymous());
    refused(anonymous.get_customer(request.clone()).await, Reason::TokenMissing);
    let mut forged = CustomerServiceClient::new(service.running.bearer("a.b.c"));
    refused(forged.get_customer(request.clone()).await, Reason::TokenInvalid);
    let mut reader = CustomerServiceClient::new(service.running.scopes("acme", &["customers.read"]));
    reader.get_customer(request).await.unwrap();
    refused(reader.create_customer(create(organisation("E-2", "x"))).await, Reason::PermissionDenied);
    // Who may not write learns nothing of what is wrong with the request.
    refused(reader.create_customer(CreateCustomerRequest::default()).await, Reason::PermissionDenied);
}

#[tokio::test]
async fn a_write_whose_deadline_passes_is_stopped_and_not_kept() {
    let service = Service::start().await;
    // Somebody holds the table for a while.
    let mut owner = service.database.owner().await;
    owner.execute("BEGIN; LOCK TABLE customers.customer").await.unwrap();
    let mut request =
        Request::new(CreateCustomerRequest { request_id: request_id(1), ..create(organisation("E-1", "Acme")) });
    request.set_timeout(Duration::from_millis(300));
    let status = service.client().create_customer(request).await.unwrap_err();
    // tonic's client, whose own timer may ring first, calls it CANCELLED.
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");

    // Its query is stopped although the table is still held.
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT%'";
    let mut looks = 0;
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut owner).await.unwrap() > 0 {
        looks += 1;
        assert!(looks < 1000, "the query is still waiting");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    owner.execute("ROLLBACK").await.unwrap();
    assert_eq!(service.count_events().await, 0);
    // The same request goes through afterwards.
    let request = CreateCustomerRequest { request_id: request_id(1), ..create(organisation("E-1", "Acme")) };
    service.client().create_customer(request).await.unwrap();
}

#[tokio::test]
async fn the_service_reaches_its_own_schema_with_its_own_role() {
    let service = Service::start().await;
    let pool = service.database.pool(SCHEMA.schema).await;
    let role: String = sqlx::query_scalar("SELECT current_user::text").fetch_one(&*pool).await.unwrap();
    assert_eq!(role, "clientele_customers");
    assert!(sqlx::query("CREATE TABLE customers.mine ()").execute(&*pool).await.is_err(), "only the owner migrates");
}

#[tokio::test]
async fn a_stopped_service_drains() {
    let service = Service::start().await;
    created(&mut service.client(), organisation("E-1", "Acme")).await;
    tokio::time::timeout(Duration::from_secs(10), service.running.stop()).await.expect("it stops");
}
