//! gRPC-Web over HTTP/1.1, as a browser calls it.

use clientele_proto::{
    customers::v1::{Customer, GetCustomerRequest, get_customer_request::Key},
    events::v1::{FeedBounds, GetFeedBoundsRequest},
};
use clientele_tests::{World, web};
use prost::Message;
use tonic::Code;

const BOUNDS: &str = "/clientele.events.v1.EventFeedService/GetFeedBounds";
const GET: &str = "/clientele.customers.v1.CustomerService/GetCustomer";

#[tokio::test]
async fn a_call_over_http_1_is_answered_with_message_and_trailers() {
    let world = World::start().await;
    let token = format!("Bearer {}", world.customers.tokens.of_tenant("acme"));
    let request = GetFeedBoundsRequest {}.encode_to_vec();
    let answer = web::call(world.customers.address, BOUNDS, &[("authorization", &token)], &request).await;
    assert_eq!(answer.http_status, 200);
    assert_eq!(answer.code(), Some(Code::Ok));
    assert!(answer.headers["content-type"].starts_with("application/grpc-web"), "{answer:?}");
    assert!(answer.headers.contains_key("x-request-id"), "{answer:?}");
    assert_eq!(FeedBounds::decode(answer.messages[0].as_slice()).unwrap(), FeedBounds::default());
}

#[tokio::test]
async fn an_error_over_http_1_carries_its_details() {
    let world = World::start().await;
    let token = format!("Bearer {}", world.customers.tokens.of_tenant("acme"));
    let key = Some(Key::ExternalId("nobody".to_owned()));
    let request = GetCustomerRequest { key }.encode_to_vec();
    let answer = web::call(world.customers.address, GET, &[("authorization", &token)], &request).await;
    assert_eq!((answer.http_status, answer.code()), (200, Some(Code::NotFound)));
    assert!(answer.trailers.contains_key("grpc-status-details-bin"), "{answer:?}");
    assert!(answer.messages.is_empty());

    let answer = web::call(world.customers.address, GET, &[], &request).await;
    assert_eq!((answer.http_status, answer.code()), (200, Some(Code::Unauthenticated)));
    assert!(Customer::decode(answer.messages.concat().as_slice()).unwrap().customer_id.is_empty());
}

#[tokio::test]
async fn the_pages_of_named_origins_may_call_and_read_the_errors() {
    let world = World::with_flags(&["--web-origins", "https://console.example.com"]).await;
    let request = GetFeedBoundsRequest {}.encode_to_vec();
    let origin = "https://console.example.com";
    let answer = web::call(world.customers.address, BOUNDS, &[("origin", origin)], &request).await;
    assert_eq!(answer.headers.get("access-control-allow-origin").map(String::as_str), Some(origin));
    let exposed = answer.headers["access-control-expose-headers"].to_lowercase();
    assert!(exposed.contains("grpc-status-details-bin"), "{exposed}");

    let answer = web::call(world.customers.address, BOUNDS, &[("origin", "https://evil.example.com")], &request).await;
    assert_eq!(answer.headers.get("access-control-allow-origin"), None);
}
