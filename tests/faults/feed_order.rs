//! Eight writers at once: the feed brings every change, those of one customer in their order. (Reading by insert id lost 11 to 14 % of as
//! many events, see section 7 of the architecture.)

use std::collections::{BTreeMap, BTreeSet};

use clientele_proto::{
    customers::v1::{
        Customer, CustomerCreated, CustomerUpdated, UpdateCustomerRequest,
        customer_service_client::CustomerServiceClient,
    },
    events::v1::Event,
};
use clientele_testkit::{Authorised, Running};
use clientele_tests::data;
use prost::{Message, Name};
use prost_types::FieldMask;

/// Writers at once.
pub const WRITERS: usize = 8;
/// Customers whose changes they fight for.
pub const CUSTOMERS: usize = 30;
/// Events in all: a creation for each customer, then changes.
pub const EVENTS: usize = 1200;

/// Makes the events and answers the customers as they are in the end, by id.
pub async fn write(customers: &Running) -> BTreeMap<String, Customer> {
    let channel = customers.tenant("acme");
    let mut ids = Vec::new();
    for number in 0..CUSTOMERS {
        let customer = Some(data::person(&format!("key-{number}"), "Ana"));
        let request = clientele_proto::customers::v1::CreateCustomerRequest { customer, ..Default::default() };
        ids.push(
            CustomerServiceClient::new(channel.clone())
                .create_customer(request)
                .await
                .unwrap()
                .into_inner()
                .customer_id,
        );
    }
    let writers = (0..WRITERS).map(|writer| tokio::spawn(change(channel.clone(), ids.clone(), writer)));
    let mut last: BTreeMap<String, Customer> = BTreeMap::new();
    for writer in writers.collect::<Vec<_>>() {
        for customer in writer.await.unwrap() {
            let newest = last.entry(customer.customer_id.clone()).or_insert_with(|| customer.clone());
            if version(&customer) > version(newest) {
                *newest = customer;
            }
        }
    }
    last
}

/// One writer's share of the changes: another external id and another name each time.
async fn change(channel: Authorised, ids: Vec<String>, writer: usize) -> Vec<Customer> {
    let mut client = CustomerServiceClient::new(channel);
    let mut changed = Vec::new();
    for number in 0..(EVENTS - CUSTOMERS) / WRITERS + usize::from(writer < (EVENTS - CUSTOMERS) % WRITERS) {
        let customer_id = ids[(number * 7 + writer) % ids.len()].clone();
        let customer = data::person(&format!("key-{writer}-{number}"), &format!("Ana {writer}-{number}"));
        let request = UpdateCustomerRequest {
            customer: Some(Customer { customer_id, ..customer }),
            update_mask: Some(FieldMask { paths: vec!["external_id".to_owned(), "person.family_name".to_owned()] }),
            ..Default::default()
        };
        changed.push(client.update_customer(request).await.unwrap().into_inner());
    }
    changed
}

/// The number in an etag.
pub fn version(customer: &Customer) -> i64 {
    customer.etag.trim_matches('"').parse().expect("a number in quotes")
}

/// The customer that an event tells of.
pub fn told(event: &Event) -> Customer {
    let data = event.data.as_ref().unwrap().value.as_slice();
    if event.r#type == CustomerCreated::full_name() {
        CustomerCreated::decode(data).unwrap().customer.unwrap()
    } else {
        CustomerUpdated::decode(data).unwrap().customer.unwrap()
    }
}

/// Checks that events are all there, each once, in the order of their subjects.
pub fn nothing_is_lost_or_out_of_order(events: &[Event], last: &BTreeMap<String, Customer>) {
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=EVENTS as i64).collect::<Vec<_>>(), "positions rise without gaps");
    let ids: BTreeSet<&str> = events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(ids.len(), EVENTS, "every event once");
    let mut seen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for event in events {
        let customer = told(event);
        assert_eq!(event.subject, format!("customers/{}", customer.customer_id));
        seen.entry(customer.customer_id.clone()).or_default().push(version(&customer));
    }
    assert_eq!(seen.len(), CUSTOMERS);
    for (id, versions) in seen {
        assert_eq!(versions, (1..=version(&last[&id])).collect::<Vec<_>>(), "{id}: every version in its order");
    }
}
