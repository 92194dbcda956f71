use clientele_error::Reason;
use clientele_proto::customers::v1::{Customer, CustomerUpdated, Organisation, UpdateCustomerRequest, customer::Kind};
use jiff::SignedDuration;
use prost_types::FieldMask;

use crate::support::{
    Client, Service, by_id, create, created, delete, organisation, payload, person, refused, request_id,
};

fn update(customer: Customer, mask: Option<&[&str]>) -> UpdateCustomerRequest {
    let update_mask = mask.map(|paths| FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    UpdateCustomerRequest { customer: Some(customer), update_mask, ..UpdateCustomerRequest::default() }
}

async fn acme(client: &mut Client) -> Customer {
    let mut customer = organisation("E-1", "Acme GmbH");
    customer.email = "old@acme.example".into();
    created(client, customer).await
}

fn organisation_of(customer: &Customer) -> &Organisation {
    match &customer.kind {
        Some(Kind::Organisation(organisation)) => organisation,
        kind => panic!("{kind:?}"),
    }
}

#[tokio::test]
async fn only_the_masked_fields_change() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    service.clock.advance(SignedDuration::from_secs(5));
    let mut change = organisation("E-2", "Other");
    change.customer_id = before.customer_id.clone();
    change.phone = "not checked, as it is not named".into();
    if let Some(Kind::Organisation(organisation)) = &mut change.kind {
        organisation.trade_name = "Acme".into();
    }
    let after =
        client.update_customer(update(change, Some(&["organisation.trade_name", "email"]))).await.unwrap().into_inner();
    assert_eq!(organisation_of(&after).trade_name, "Acme");
    assert_eq!(organisation_of(&after).legal_name, "Acme GmbH");
    assert_eq!((after.email.as_str(), after.external_id.as_str()), ("", "E-1"));
    assert_eq!(after.display_name, "Acme", "the default name follows");
    assert_eq!((after.etag.as_str(), after.create_time), ("\"2\"", before.create_time));
    assert_ne!(after.update_time, before.update_time);
    assert_eq!(client.get_customer(by_id(&before.customer_id)).await.unwrap().into_inner(), after);

    let events = service.events("acme", 2).await;
    let updated: CustomerUpdated = payload(&events[1]);
    assert_eq!(updated.changed_fields, ["display_name", "organisation.trade_name", "email"]);
    assert_eq!(updated.customer, Some(after));
}

#[tokio::test]
async fn without_a_mask_the_fields_that_are_set_change() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    let change = Customer { customer_id: before.customer_id.clone(), country_code: "DE".into(), ..Customer::default() };
    let after = client.update_customer(update(change, None)).await.unwrap().into_inner();
    assert_eq!((after.country_code.as_str(), after.email.as_str()), ("DE", "old@acme.example"));
}

#[tokio::test]
async fn a_star_replaces_everything_writable() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    let change = Customer { customer_id: before.customer_id.clone(), ..organisation("", "Acme SE") };
    let after = client.update_customer(update(change, Some(&["*"]))).await.unwrap().into_inner();
    assert_eq!((after.external_id.as_str(), after.email.as_str(), after.display_name.as_str()), ("", "", "Acme SE"));
    assert_eq!((after.customer_id, after.create_time), (before.customer_id, before.create_time));
}

#[tokio::test]
async fn an_update_that_changes_nothing_makes_no_version_and_no_event() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    let after = client.update_customer(update(before.clone(), Some(&["*"]))).await.unwrap().into_inner();
    assert_eq!(after, before);
    assert_eq!(service.count_events().await, 1);
}

#[tokio::test]
async fn a_stale_etag_is_refused() {
    let service = Service::start().await;
    let mut client = service.client();
    let read = acme(&mut client).await;
    let change = Customer { email: "new@acme.example".into(), ..read.clone() };
    client.update_customer(update(change.clone(), Some(&["email"]))).await.unwrap();
    refused(client.update_customer(update(change.clone(), Some(&["email"]))).await, Reason::EtagMismatch);
    let regardless = Customer { etag: String::new(), ..change };
    client.update_customer(update(regardless, Some(&["phone"]))).await.unwrap();
}

#[tokio::test]
async fn bad_paths_and_values_are_reported_together() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    let change = Customer { customer_id: before.customer_id.clone(), email: "nobody".into(), ..Customer::default() };
    let request = update(change, Some(&["email", "create_time", "shoe_size", "organisation.legal_name"]));
    let fields = refused(client.update_customer(request).await, Reason::InvalidFields);
    assert_eq!(fields, ["update_mask", "update_mask", "customer.organisation.legal_name", "customer.email"]);

    let status = client.update_customer(update(before.clone(), Some(&["create_time"]))).await.unwrap_err();
    assert!(status.message().contains("`create_time` is output only"), "{}", status.message());
    let nothing = UpdateCustomerRequest::default();
    assert_eq!(refused(client.update_customer(nothing).await, Reason::InvalidFields), ["customer"]);
    let unnamed = update(Customer::default(), None);
    assert_eq!(refused(client.update_customer(unnamed).await, Reason::InvalidFields), ["customer.customer_id"]);
}

#[tokio::test]
async fn the_kind_is_fixed() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    for mask in [None, Some(&["*"][..]), Some(&["person.given_name"])] {
        let change = Customer { customer_id: before.customer_id.clone(), ..person("", "Ana", "Liu") };
        assert_eq!(
            refused(client.update_customer(update(change, mask)).await, Reason::InvalidFields),
            ["customer.person"],
            "{mask:?}"
        );
    }
}

#[tokio::test]
async fn missing_foreign_and_deleted_customers_are_told_apart() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    let change = update(Customer { email: "new@acme.example".into(), ..before.clone() }, Some(&["email"]));
    refused(service.client_of("globex").update_customer(change.clone()).await, Reason::NotFound);
    client.delete_customer(delete(&before.customer_id)).await.unwrap();
    refused(client.update_customer(change.clone()).await, Reason::EtagMismatch);
    let mut regardless = change;
    regardless.customer.as_mut().unwrap().etag.clear();
    refused(client.update_customer(regardless).await, Reason::CustomerDeleted);
}

#[tokio::test]
async fn a_taken_external_id_is_refused() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    client.create_customer(create(organisation("E-2", "Other"))).await.unwrap();
    let change = Customer { external_id: "E-2".into(), ..before };
    refused(client.update_customer(update(change, Some(&["external_id"]))).await, Reason::ExternalIdTaken);
}

#[tokio::test]
async fn a_repeated_update_answers_the_same_even_after_others() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    let mut first = update(Customer { phone: "+4915112345678".into(), ..before.clone() }, Some(&["phone"]));
    first.request_id = request_id(7);
    let answer = client.update_customer(first.clone()).await.unwrap().into_inner();
    let second = update(Customer { etag: String::new(), ..before }, Some(&["phone"]));
    client.update_customer(second).await.unwrap();
    assert_eq!(client.update_customer(first).await.unwrap().into_inner(), answer);
    assert_eq!(service.count_events().await, 3);
}

#[tokio::test]
async fn validate_only_answers_the_change_and_keeps_nothing() {
    let service = Service::start().await;
    let mut client = service.client();
    let before = acme(&mut client).await;
    let mut request = update(Customer { email: "new@acme.example".into(), ..before.clone() }, Some(&["email"]));
    request.validate_only = true;
    let answer = client.update_customer(request).await.unwrap().into_inner();
    assert_eq!((answer.email.as_str(), answer.etag.as_str()), ("new@acme.example", "\"2\""));
    assert_eq!(client.get_customer(by_id(&before.customer_id)).await.unwrap().into_inner(), before);
    assert_eq!(service.count_events().await, 1);
}
