//! A running service, and customers to send to it.

use std::fmt::Debug;

use clientele_customers::{SCHEMA, app_on};
use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    customers::v1::{
        CreateCustomerRequest, Customer, DeleteCustomerRequest, GetCustomerRequest, Organisation, Person,
        customer::Kind, customer_service_client::CustomerServiceClient, get_customer_request::Key,
    },
    events::v1::{
        Event, SubscribeRequest, event_feed_service_client::EventFeedServiceClient, subscribe_response::Content,
    },
};
use clientele_testkit::{Authorised, FakeClock, Running, TestDatabase};
use prost::{Message, Name};
use tonic::{Response, Status};

pub type Client = CustomerServiceClient<Authorised>;

pub const TENANT: &str = "acme";

/// The service on a database of its own.
pub struct Service {
    pub database: TestDatabase,
    pub clock: FakeClock,
    pub running: Running,
}

impl Service {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(flags: &[&str]) -> Self {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let clock = FakeClock::default();
        let app = app_on(database.pool(SCHEMA.schema).await, clock.context());
        let tokens = std::sync::Arc::new(clientele_testkit::Tokens::new(clock.now()));
        let running = Running::start_with(app, &clock, tokens, flags).await;
        Self { database, clock, running }
    }

    pub fn client(&self) -> Client {
        self.client_of(TENANT)
    }

    pub fn client_of(&self, tenant: &str) -> Client {
        CustomerServiceClient::new(self.running.tenant(tenant))
    }

    /// The first `count` events of the feed, as the tenant sees them.
    pub async fn events(&self, tenant: &str, count: usize) -> Vec<Event> {
        let mut client = EventFeedServiceClient::new(self.running.tenant(tenant));
        let mut answers = client.subscribe(SubscribeRequest::default()).await.unwrap().into_inner();
        let mut events = Vec::new();
        while events.len() < count {
            let answer = answers.message().await.unwrap().expect("an endless stream");
            if let Some(Content::Event(event)) = answer.content {
                events.push(event);
            }
        }
        events
    }

    /// How many events were written, whether they have their position or not.
    pub async fn count_events(&self) -> i64 {
        let mut owner = self.database.owner().await;
        sqlx::query_scalar("SELECT count(*) FROM customers.outbox").fetch_one(&mut owner).await.unwrap()
    }
}

/// The payload of an event.
pub fn payload<M: Message + Name + Default>(event: &Event) -> M {
    assert_eq!(event.r#type, M::full_name());
    let data = event.data.as_ref().unwrap();
    assert_eq!(data.type_url, format!("type.googleapis.com/{}", event.r#type));
    M::decode(data.value.as_slice()).unwrap()
}

pub fn organisation(external_id: &str, legal_name: &str) -> Customer {
    let organisation = Organisation { legal_name: legal_name.into(), ..Organisation::default() };
    Customer { external_id: external_id.into(), kind: Some(Kind::Organisation(organisation)), ..Customer::default() }
}

pub fn person(external_id: &str, given_name: &str, family_name: &str) -> Customer {
    let person = Person { given_name: given_name.into(), family_name: family_name.into() };
    Customer { external_id: external_id.into(), kind: Some(Kind::Person(person)), ..Customer::default() }
}

pub fn create(customer: Customer) -> CreateCustomerRequest {
    CreateCustomerRequest { customer: Some(customer), ..CreateCustomerRequest::default() }
}

pub fn by_id(customer_id: &str) -> GetCustomerRequest {
    GetCustomerRequest { key: Some(Key::CustomerId(customer_id.into())) }
}

pub fn delete(customer_id: &str) -> DeleteCustomerRequest {
    DeleteCustomerRequest { customer_id: customer_id.into(), ..DeleteCustomerRequest::default() }
}

/// The service created it.
pub async fn created(client: &mut Client, customer: Customer) -> Customer {
    client.create_customer(create(customer)).await.unwrap().into_inner()
}

/// Asserts that a call failed for a reason, and answers the fields complained of.
#[track_caller]
pub fn refused<T: Debug>(answer: Result<Response<T>, Status>, reason: Reason) -> Vec<String> {
    let status = answer.expect_err("a refusal");
    assert_eq!(reason_of(&status), Some(reason), "{status:?}");
    assert_eq!(status.code(), clientele_error::code_of(reason), "{status:?}");
    violations_of(&status).into_iter().map(|violation| violation.field).collect()
}

/// A request id like a caller's.
pub fn request_id(number: u128) -> String {
    uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000 | number).to_string()
}
