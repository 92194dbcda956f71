//! A caller's trace goes on through the event that its call made.

use clientele_proto::{
    customers::v1::{CreateCustomerRequest, customer_service_client::CustomerServiceClient},
    events::v1::{
        Event, GetFeedBoundsRequest, SubscribeRequest, event_feed_service_client::EventFeedServiceClient,
        subscribe_response::Content,
    },
};
use clientele_testkit::tokens::SUBJECT;
use clientele_tests::{World, data};
use tonic::Request;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const REQUEST_ID: &str = "0198c1f2-0000-7000-8000-000000000001";

async fn first_event(world: &World) -> Event {
    let mut feed = EventFeedServiceClient::new(world.customers.tenant("acme"));
    let mut news = feed.subscribe(SubscribeRequest::default()).await.unwrap().into_inner();
    loop {
        if let Some(Content::Event(event)) = news.message().await.unwrap().unwrap().content {
            return event;
        }
    }
}

#[tokio::test]
async fn an_event_names_the_trace_the_caller_and_the_request_that_made_it() {
    let world = World::start().await;
    let mut client = CustomerServiceClient::new(world.customers.tenant("acme"));
    let customer = Some(data::person("1", "Ana"));
    let request = CreateCustomerRequest { customer, request_id: REQUEST_ID.to_owned(), ..Default::default() };
    let mut request = Request::new(request);
    request.metadata_mut().insert("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01").parse().unwrap());
    let created = client.create_customer(request).await.unwrap().into_inner();

    let event = first_event(&world).await;
    assert_eq!(event.subject, format!("customers/{}", created.customer_id));
    assert_eq!(event.source, "clientele/customers");
    assert_eq!(event.r#type, "clientele.customers.v1.CustomerCreated");
    assert_eq!(
        (event.tenant_id.as_str(), event.actor.as_str(), event.request_id.as_str()),
        ("acme", SUBJECT, REQUEST_ID)
    );
    let parts: Vec<&str> = event.traceparent.split('-').collect();
    assert_eq!(parts.len(), 4, "{}", event.traceparent);
    assert_eq!((parts[0], parts[1], parts[3]), ("00", TRACE, "01"), "{}", event.traceparent);
}

#[tokio::test]
async fn a_feed_has_the_bounds_of_what_was_committed() {
    let world = World::start().await;
    let mut feed = EventFeedServiceClient::new(world.customers.tenant("acme"));
    let none = feed.get_feed_bounds(GetFeedBoundsRequest {}).await.unwrap().into_inner();
    assert_eq!((none.earliest_position, none.latest_position), (0, 0));
    let mut client = CustomerServiceClient::new(world.customers.tenant("acme"));
    let customer = Some(data::person("1", "Ana"));
    client.create_customer(CreateCustomerRequest { customer, ..Default::default() }).await.unwrap();
    assert_eq!(first_event(&world).await.position, 1);
    let one = feed.get_feed_bounds(GetFeedBoundsRequest {}).await.unwrap().into_inner();
    assert_eq!((one.earliest_position, one.latest_position), (0, 1));
}
