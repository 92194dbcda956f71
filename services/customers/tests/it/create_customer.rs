use clientele_error::Reason;
use clientele_proto::customers::v1::{CreateCustomerRequest, Customer, UpdateCustomerRequest, customer::Kind};
use futures::future::join_all;

use crate::support::{Service, by_id, create, created, delete, organisation, person, refused, request_id};

#[tokio::test]
async fn create_answers_what_is_stored() {
    let service = Service::start().await;
    let mut client = service.client();
    let mut customer = person("P-1", "Ana", "Liu");
    customer.email = "ana@liu.example".into();
    customer.attributes = [("region".to_owned(), "south".to_owned())].into();
    customer.customer_id = "ignored".into();
    let answer = created(&mut client, customer.clone()).await;
    assert_eq!((answer.display_name.as_str(), answer.etag.as_str()), ("Ana Liu", "\"1\""));
    assert_eq!(
        (&answer.email, &answer.attributes, &answer.kind),
        (&customer.email, &customer.attributes, &customer.kind)
    );
    let now = service.clock.now();
    let time = answer.create_time.unwrap();
    assert_eq!((time.seconds, time.nanos), (now.as_second(), 0));
    assert_eq!(answer.update_time, answer.create_time);
    assert_eq!(answer.delete_time, None);
    assert_eq!(client.get_customer(by_id(&answer.customer_id)).await.unwrap().into_inner(), answer);
}

#[tokio::test]
async fn create_reports_every_bad_field_at_once() {
    let service = Service::start().await;
    let mut customer = organisation("a\n", "");
    customer.email = "nobody".into();
    customer.phone = "0123".into();
    let mut fields = refused(service.client().create_customer(create(customer)).await, Reason::InvalidFields);
    fields.sort();
    assert_eq!(
        fields,
        ["customer.email", "customer.external_id", "customer.organisation.legal_name", "customer.phone"]
    );
    assert_eq!(service.count_events().await, 0);

    let nothing = CreateCustomerRequest::default();
    assert_eq!(refused(service.client().create_customer(nothing).await, Reason::InvalidFields), ["customer"]);
}

#[tokio::test]
async fn an_external_id_is_taken_once_in_each_tenant_also_by_the_deleted() {
    let service = Service::start().await;
    let mut client = service.client();
    let first = created(&mut client, organisation("E-1", "Acme")).await;
    let again = client.create_customer(create(organisation("E-1", "Other"))).await;
    assert_eq!(refused(again, Reason::ExternalIdTaken), ["customer.external_id"]);
    client.delete_customer(delete(&first.customer_id)).await.unwrap();
    refused(client.create_customer(create(organisation("E-1", "Other"))).await, Reason::ExternalIdTaken);

    created(&mut service.client_of("globex"), organisation("E-1", "Other")).await;
    created(&mut client, organisation("", "Nameless")).await;
    created(&mut client, organisation("", "Nameless too")).await;
}

#[tokio::test]
async fn a_repeated_request_answers_the_same_and_another_body_is_an_error() {
    let service = Service::start().await;
    let mut client = service.client();
    let mut customer = organisation("E-1", "Acme");
    customer.attributes = (0..20).map(|number| (format!("k{number}"), "v".to_owned())).collect();
    let request = CreateCustomerRequest { request_id: request_id(1), ..create(customer) };
    let first = client.create_customer(request.clone()).await.unwrap().into_inner();
    let second = client.create_customer(request.clone()).await.unwrap().into_inner();
    assert_eq!(second, first);
    assert_eq!(service.count_events().await, 1);

    let other = CreateCustomerRequest { customer: Some(organisation("E-2", "Acme")), ..request.clone() };
    assert_eq!(refused(client.create_customer(other).await, Reason::RequestIdReused), ["request_id"]);
    // The id is the tenant's own.
    let elsewhere = service.client_of("globex").create_customer(request).await.unwrap().into_inner();
    assert_ne!(elsewhere.customer_id, first.customer_id);
}

#[tokio::test]
async fn a_failed_request_may_be_tried_again() {
    let service = Service::start().await;
    let mut client = service.client();
    let first = created(&mut client, organisation("E-1", "Acme")).await;
    let request = CreateCustomerRequest { request_id: request_id(1), ..create(organisation("E-1", "Acme")) };
    refused(client.create_customer(request.clone()).await, Reason::ExternalIdTaken);
    let renamed = UpdateCustomerRequest {
        customer: Some(Customer { external_id: "E-9".into(), customer_id: first.customer_id, ..Default::default() }),
        ..Default::default()
    };
    client.update_customer(renamed).await.unwrap();
    client.create_customer(request).await.unwrap();
}

#[tokio::test]
async fn concurrent_calls_with_one_request_id_create_one_customer() {
    let service = Service::start().await;
    let request = CreateCustomerRequest { request_id: request_id(1), ..create(organisation("", "Acme")) };
    let calls = (0..8).map(|_| {
        let (mut client, request) = (service.client(), request.clone());
        async move { client.create_customer(request).await.unwrap().into_inner() }
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(service.count_events().await, 1);
}

#[tokio::test]
async fn validate_only_checks_everything_and_keeps_nothing() {
    let service = Service::start().await;
    let mut client = service.client();
    let request =
        CreateCustomerRequest { validate_only: true, request_id: request_id(1), ..create(organisation("E-1", "Acme")) };
    let answer = client.create_customer(request.clone()).await.unwrap().into_inner();
    assert_eq!((answer.customer_id.as_str(), answer.display_name.as_str()), ("", "Acme"));
    assert!(matches!(answer.kind, Some(Kind::Organisation(_))));
    assert_eq!(service.count_events().await, 0);
    // The same id is still free for the call that is meant.
    let meant = CreateCustomerRequest { validate_only: false, ..request.clone() };
    client.create_customer(meant).await.unwrap();
    let taken = CreateCustomerRequest { request_id: String::new(), ..request };
    refused(client.create_customer(taken).await, Reason::ExternalIdTaken);
}
