//! What the feed tells of customers.

use std::time::Duration;

use clientele_customers::SCHEMA;
use clientele_error::Reason;
use clientele_proto::{
    customers::v1::{CreateCustomerRequest, CustomerCreated},
    events::v1::{SubscribeRequest, event_feed_service_client::EventFeedServiceClient},
};
use clientele_testkit::tokens::SUBJECT;

use tokio::time::{sleep, timeout};

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

/// Numbering goes on from where everything is numbered, which is not where a transaction is still open.
#[tokio::test]
async fn an_event_that_commits_after_thousands_of_later_ones_is_told_after_them() {
    let service = Service::start().await;
    let pool = service.database.pool(SCHEMA.schema).await;
    let write = "INSERT INTO customers.outbox (tenant_id, event_id, event_type, subject, event_time, actor, request_id, traceparent, data)
                     SELECT 'acme', gen_random_uuid(), 'test', 'subject', now(), '', '', '', '' FROM generate_series(1, $1)";
    let mut late = pool.begin().await.unwrap();
    sqlx::query(write).bind(1).execute(&mut *late).await.unwrap();
    let told = async |events: i64| {
        let latest = "SELECT latest_position FROM customers.feed_bounds";
        let numbered = async {
            while sqlx::query_scalar::<_, i64>(latest).fetch_one(&*pool).await.unwrap() < events {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_mins(1), numbered).await.expect("all events are numbered");
    };
    for round in 0..5 {
        sqlx::query(write).bind(1_500).execute(&*pool).await.unwrap();
        // A change wakes the sequencer.
        created(&mut service.client(), organisation(&format!("E-{round}"), "x")).await;
        told((round + 1) * 1_501).await;
    }
    late.commit().await.unwrap();
    told(5 * 1_501 + 1).await;
    let positions: Vec<i64> =
        sqlx::query_scalar("SELECT position FROM customers.outbox ORDER BY outbox_id").fetch_all(&*pool).await.unwrap();
    assert_eq!(positions[0], 5 * 1_501 + 1);
    assert!(positions[1..].iter().copied().eq(1..=5 * 1_501));
}
