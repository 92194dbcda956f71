//! A service that is told to stop says so, finishes what it has begun, and ends.

use std::{sync::Arc, time::Duration};

use clientele_proto::{
    customers::v1::{DeleteCustomerRequest, customer_service_client::CustomerServiceClient},
    events::v1::{SubscribeRequest, event_feed_service_client::EventFeedServiceClient},
};
use clientele_testkit::{FakeClock, Running, TestDatabase, Tokens};
use clientele_tests::World;
use sqlx::raw_sql;
use tokio::time::timeout;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::deadlines::{locked_customer, until_waiting};

#[tokio::test]
async fn a_draining_service_is_not_serving_and_finishes_the_calls_at_work() {
    let world = World::with_flags(&["--drain-seconds", "60"]).await;
    let (customer, mut lock) = locked_customer(&world).await;
    let mut client = CustomerServiceClient::new(world.customers.tenant("acme"));
    let request = DeleteCustomerRequest { customer_id: customer.customer_id.clone(), ..Default::default() };
    let at_work = tokio::spawn(async move { client.delete_customer(request).await });
    let mut health = HealthClient::new(world.customers.anonymous());
    let mut health = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    until_waiting(&world, 1).await;

    let World { customers, value, database: _database, .. } = world;
    let address = customers.address;
    let stopped = tokio::spawn(customers.stop());
    assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    drop(health);
    assert!(!at_work.is_finished());
    raw_sql("ROLLBACK").execute(&mut lock).await.unwrap();
    let deleted = at_work.await.unwrap().unwrap().into_inner();
    assert!(deleted.delete_time.is_some());
    // The projection of value holds a subscription, which must not keep the process.
    timeout(Duration::from_secs(30), stopped).await.expect("it has stopped").unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
    drop(value);
}

#[tokio::test]
async fn a_subscriber_without_news_does_not_hold_a_draining_service_up() {
    let clock = FakeClock::default();
    let database = TestDatabase::new(&[&clientele_customers::SCHEMA]).await;
    let pool = database.pool(clientele_customers::SCHEMA.schema).await;
    let app = clientele_customers::app_on(pool, clock.context());
    let tokens = Arc::new(Tokens::new(clock.now()));
    let running = Running::start_with(app, &clock, tokens, &["--drain-seconds", "60"]).await;
    let mut client = EventFeedServiceClient::new(running.tenant("acme"));
    let mut news = client.subscribe(SubscribeRequest::default()).await.unwrap().into_inner();
    let reading = tokio::spawn(async move { while let Ok(Some(_)) = news.message().await {} });
    timeout(Duration::from_secs(20), running.stop()).await.expect("it has stopped");
    timeout(Duration::from_secs(20), reading).await.expect("the subscription has ended").unwrap();
}
