//! What the feed tells of customers.

use clientele_error::Reason;
use clientele_proto::{
    customers::v1::{CreateCustomerRequest, CustomerCreated},
    events::v1::{SubscribeRequest, event_feed_service_client::EventFeedServiceClient},
};
use clientele_testkit::tokens::SUBJECT;

use crate::support::{Service, create, created, organisation, payload, refused, request_id};

#[tokio::test]
async fn an_event_says_who_changed_what_when_and_by_which_request() {
    let service = Service::start().await;
    let request = CreateCustomerRequest { request_id: request_id(1), ..create(organisation("E-1", "Acme")) };
    let customer = service.client().create_customer(request).await.unwrap().into_inner();
    let event = service.events("acme", 1).await.remove(0);
    assert_eq!(event.source, "clientele/customers");
    assert_eq!(event.subject, format!("customers/{}", customer.customer_id));
    assert_eq!((event.tenant_id.as_str(), event.actor.as_str()), ("acme", SUBJECT));
    assert_eq!(event.request_id, request_id(1));
    assert_eq!((event.time, event.position), (customer.create_time, 1));
    assert_eq!(payload::<CustomerCreated>(&event).customer, Some(customer));
}

#[tokio::test]
async fn a_subscriber_sees_its_tenants_events_in_the_order_of_the_changes() {
    let service = Service::start().await;
    for number in 0..30 {
        let tenant = if number % 3 == 0 { "globex" } else { "acme" };
        created(&mut service.client_of(tenant), organisation(&format!("E-{number:02}"), "x")).await;
    }
    let events = service.events("acme", 20).await;
    assert!(events.iter().all(|event| event.tenant_id == "acme"));
    assert!(events.is_sorted_by_key(|event| event.position));
    let ids: Vec<_> =
        events.iter().map(|event| payload::<CustomerCreated>(event).customer.unwrap().external_id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    assert_eq!(service.events("globex", 10).await.len(), 10);
}

#[tokio::test]
async fn the_feed_needs_a_permission_of_its_own() {
    let service = Service::start().await;
    let mut client = EventFeedServiceClient::new(service.running.scopes("acme", &["customers.read"]));
    refused(client.subscribe(SubscribeRequest::default()).await, Reason::PermissionDenied);
}
