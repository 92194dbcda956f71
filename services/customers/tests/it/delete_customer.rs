use clientele_error::Reason;
use clientele_proto::customers::v1::{CustomerDeleted, DeleteCustomerRequest};
use jiff::SignedDuration;

use crate::support::{Service, by_id, created, delete, organisation, payload, refused, request_id};

#[tokio::test]
async fn a_deleted_customer_is_kept_for_thirty_days_and_can_be_read() {
    let service = Service::start().await;
    let mut client = service.client();
    let customer = created(&mut client, organisation("E-1", "Acme")).await;
    service.clock.advance(SignedDuration::from_secs(60));
    let deleted = client.delete_customer(delete(&customer.customer_id)).await.unwrap().into_inner();
    let now = service.clock.now().as_second();
    assert_eq!(deleted.delete_time.unwrap().seconds, now);
    assert_eq!(deleted.purge_time.unwrap().seconds, now + 30 * 24 * 3600);
    assert_eq!(deleted.etag, "\"2\"");
    assert_eq!(client.get_customer(by_id(&customer.customer_id)).await.unwrap().into_inner(), deleted);
    let events = service.events("acme", 2).await;
    assert_eq!(payload::<CustomerDeleted>(&events[1]).customer, Some(deleted));
}

#[tokio::test]
async fn a_delete_needs_a_customer_that_is_there_and_the_right_etag() {
    let service = Service::start().await;
    let mut client = service.client();
    let customer = created(&mut client, organisation("E-1", "Acme")).await;
    refused(service.client_of("globex").delete_customer(delete(&customer.customer_id)).await, Reason::NotFound);
    let stale = DeleteCustomerRequest { etag: "\"9\"".into(), ..delete(&customer.customer_id) };
    refused(client.delete_customer(stale).await, Reason::EtagMismatch);
    let seen = DeleteCustomerRequest { etag: customer.etag, ..delete(&customer.customer_id) };
    client.delete_customer(seen).await.unwrap();
    refused(client.delete_customer(delete(&customer.customer_id)).await, Reason::CustomerDeleted);
}

#[tokio::test]
async fn a_repeated_delete_answers_the_same() {
    let service = Service::start().await;
    let mut client = service.client();
    let customer = created(&mut client, organisation("E-1", "Acme")).await;
    let request = DeleteCustomerRequest { request_id: request_id(1), ..delete(&customer.customer_id) };
    let first = client.delete_customer(request.clone()).await.unwrap().into_inner();
    assert_eq!(client.delete_customer(request).await.unwrap().into_inner(), first);
}

#[tokio::test]
async fn validate_only_leaves_the_customer_alone() {
    let service = Service::start().await;
    let mut client = service.client();
    let customer = created(&mut client, organisation("E-1", "Acme")).await;
    let request = DeleteCustomerRequest { validate_only: true, ..delete(&customer.customer_id) };
    assert!(client.delete_customer(request).await.unwrap().into_inner().delete_time.is_some());
    assert_eq!(client.get_customer(by_id(&customer.customer_id)).await.unwrap().into_inner(), customer);
}
