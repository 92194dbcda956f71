//! A service that has enough to do says so, and when to come again.

use std::sync::Arc;

use clientele_error::Reason;
use clientele_proto::{
    customers::v1::{ListCustomersRequest, customer_service_client::CustomerServiceClient},
    events::v1::{GetFeedBoundsRequest, event_feed_service_client::EventFeedServiceClient},
};
use clientele_tests::{World, status::well_formed};
use sqlx::raw_sql;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt;

use crate::deadlines::{delete, locked_customer, until_waiting};

#[tokio::test]
async fn a_full_service_sheds_the_next_call_and_takes_another_when_there_is_room() {
    let world = Arc::new(World::with_flags(&["--max-calls", "1"]).await);
    let (customer, mut lock) = locked_customer(&world).await;
    let held = Arc::clone(&world);
    let first = tokio::spawn(async move { delete(&held.customers, &customer, &[]).await });
    until_waiting(&world, 1).await;

    let mut client = CustomerServiceClient::new(world.customers.tenant("acme"));
    let status = client.list_customers(ListCustomersRequest::default()).await.unwrap_err();
    assert_eq!(well_formed(&status, "a full service"), Reason::Overloaded);
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_details_retry_info().and_then(|info| info.retry_delay).is_some(), "{status:?}");
    // Or the orchestrator would end a service for having work.
    let health = HealthClient::new(world.customers.anonymous()).check(HealthCheckRequest::default()).await;
    assert!(health.is_ok(), "a full service is healthy: {health:?}");

    raw_sql("ROLLBACK").execute(&mut lock).await.unwrap();
    assert_eq!(first.await.unwrap().code(), Some(Code::Ok));
    client.list_customers(ListCustomersRequest::default()).await.unwrap();
}

#[tokio::test]
async fn a_caller_over_its_rate_is_told_when_to_come_again_and_others_go_on() {
    let world = World::with_flags(&["--calls-per-second", "2"]).await;
    let mut client = EventFeedServiceClient::new(world.customers.tenant("acme"));
    let mut refused = None;
    for _ in 0..50 {
        if let Err(status) = client.get_feed_bounds(GetFeedBoundsRequest {}).await {
            refused = Some(status);
            break;
        }
    }
    let status = refused.expect("two calls a second are soon used up");
    assert_eq!(well_formed(&status, "over the rate"), Reason::RateLimited);
    let delay = status.get_details_retry_info().and_then(|info| info.retry_delay).unwrap();
    assert!(!delay.is_zero() && delay.as_secs() < 2, "{delay:?}");
    let mut other = EventFeedServiceClient::new(world.customers.tenant("other"));
    other.get_feed_bounds(GetFeedBoundsRequest {}).await.unwrap();
}
