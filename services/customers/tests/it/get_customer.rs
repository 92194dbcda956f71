use clientele_error::Reason;
use clientele_proto::customers::v1::{GetCustomerRequest, get_customer_request::Key};
use futures::future::join_all;

use crate::support::{Service, by_id, created, organisation, refused};

fn by_external_id(external_id: &str) -> GetCustomerRequest {
    GetCustomerRequest { key: Some(Key::ExternalId(external_id.into())) }
}

#[tokio::test]
async fn a_customer_is_read_by_either_key() {
    let service = Service::start().await;
    let mut client = service.client();
    let customer = created(&mut client, organisation("E-1", "Acme")).await;
    assert_eq!(client.get_customer(by_id(&customer.customer_id)).await.unwrap().into_inner(), customer);
    assert_eq!(client.get_customer(by_external_id("E-1")).await.unwrap().into_inner(), customer);
    refused(client.get_customer(by_external_id("e-1")).await, Reason::NotFound);
}

#[tokio::test]
async fn another_tenants_customer_is_not_there() {
    let service = Service::start().await;
    let customer = created(&mut service.client(), organisation("E-1", "Acme")).await;
    let mut other = service.client_of("globex");
    refused(other.get_customer(by_id(&customer.customer_id)).await, Reason::NotFound);
    refused(other.get_customer(by_external_id("E-1")).await, Reason::NotFound);
}

#[tokio::test]
async fn reads_gathered_from_many_callers_and_tenants_are_told_apart() {
    let service = Service::start().await;
    let mut expected = Vec::new();
    for (tenant, number) in (0..40).map(|number| (format!("tenant-{}", number % 4), number)) {
        // The same external ids in each tenant.
        let customer = organisation(&format!("E-{}", number / 4), &format!("Name {number}"));
        let customer = created(&mut service.client_of(&tenant), customer).await;
        expected.push((tenant, customer));
    }
    let calls = expected.iter().map(|(tenant, customer)| {
        let (mut one, mut two) = (service.client_of(tenant), service.client_of(tenant));
        async move {
            let id = one.get_customer(by_id(&customer.customer_id));
            let external_id = two.get_customer(by_external_id(&customer.external_id));
            let (id, external_id) = tokio::join!(id, external_id);
            assert_eq!(&id.unwrap().into_inner(), customer);
            assert_eq!(&external_id.unwrap().into_inner(), customer);
        }
    });
    join_all(calls).await;
}

#[tokio::test]
async fn a_key_that_cannot_be_is_refused_before_it_reaches_anyone_elses_query() {
    let service = Service::start().await;
    let mut client = service.client();
    assert_eq!(refused(client.get_customer(by_external_id("a\0b")).await, Reason::InvalidFields), ["external_id"]);
    assert_eq!(refused(client.get_customer(by_id("7")).await, Reason::InvalidFields), ["customer_id"]);
    refused(client.get_customer(GetCustomerRequest::default()).await, Reason::InvalidFields);
}
