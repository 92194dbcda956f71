use clientele_error::Reason;
use clientele_proto::customers::v1::{Customer, ListCustomersRequest, UpdateCustomerRequest};
use jiff::SignedDuration;

use crate::support::{Client, Service, created, delete, organisation, person, refused};

async fn walk(client: &mut Client, mut request: ListCustomersRequest) -> Vec<Customer> {
    let mut all = Vec::new();
    loop {
        let page = client.list_customers(request.clone()).await.unwrap().into_inner();
        assert!(request.page_size == 0 || page.customers.len() <= request.page_size as usize);
        all.extend(page.customers);
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

fn names(customers: &[Customer]) -> Vec<&str> {
    customers.iter().map(|customer| customer.display_name.as_str()).collect()
}

fn filter(filter: &str) -> ListCustomersRequest {
    ListCustomersRequest { filter: filter.into(), ..ListCustomersRequest::default() }
}

async fn seed(service: &Service) -> Client {
    let mut client = service.client();
    for (number, name) in ["Cello", "Anvil", "Drum", "Bell", "Echo"].into_iter().enumerate() {
        let mut customer =
            if name == "Echo" { person("", name, "") } else { organisation(&format!("E-{}", 9 - number), name) };
        customer.country_code = if number % 2 == 0 { "CN".into() } else { "DE".into() };
        customer.attributes = [("region".to_owned(), format!("r{}", number % 2))].into();
        created(&mut client, customer).await;
        service.clock.advance(SignedDuration::from_secs(1));
    }
    created(&mut service.client_of("globex"), organisation("E-9", "Foreign")).await;
    client
}

#[tokio::test]
async fn pages_of_any_size_and_order_add_up() {
    let service = Service::start().await;
    let mut client = seed(&service).await;
    for (order_by, expected) in [
        ("", ["Cello", "Anvil", "Drum", "Bell", "Echo"]),
        ("create_time", ["Cello", "Anvil", "Drum", "Bell", "Echo"]),
        ("update_time desc", ["Echo", "Bell", "Drum", "Anvil", "Cello"]),
        ("display_name", ["Anvil", "Bell", "Cello", "Drum", "Echo"]),
        ("external_id", ["Bell", "Drum", "Anvil", "Cello", "Echo"]),
    ] {
        for page_size in [0, 1, 2, 3, 5, 1000] {
            let request =
                ListCustomersRequest { order_by: order_by.into(), page_size, ..ListCustomersRequest::default() };
            assert_eq!(names(&walk(&mut client, request).await), expected, "{order_by} {page_size}");
        }
    }
}

#[tokio::test]
async fn a_page_token_holds_its_place_while_customers_come_and_go() {
    let service = Service::start().await;
    let mut client = seed(&service).await;
    let request =
        ListCustomersRequest { order_by: "display_name".into(), page_size: 2, ..ListCustomersRequest::default() };
    let first = client.list_customers(request.clone()).await.unwrap().into_inner();
    assert_eq!(names(&first.customers), ["Anvil", "Bell"]);
    created(&mut client, organisation("", "Aardvark")).await;
    client.delete_customer(delete(&first.customers[1].customer_id)).await.unwrap();
    let rest = walk(&mut client, ListCustomersRequest { page_token: first.next_page_token, ..request }).await;
    assert_eq!(names(&rest), ["Cello", "Drum", "Echo"]);
}

#[tokio::test]
async fn filters_choose_by_every_field_they_name() {
    let service = Service::start().await;
    let mut client = seed(&service).await;
    for (text, expected) in [
        ("kind = PERSON", vec!["Echo"]),
        ("kind = ORGANISATION AND country_code = \"DE\"", vec!["Anvil", "Bell"]),
        ("display_name:\"el\"", vec!["Cello", "Bell"]),
        ("attributes.region = \"r1\"", vec!["Anvil", "Bell"]),
        ("external_id = \"E-9\"", vec!["Cello"]),
        ("organisation.legal_name = \"Drum\"", vec!["Drum"]),
        ("create_time > 2026-03-02T12:00:02Z", vec!["Bell", "Echo"]),
        ("country_code = \"FR\"", vec![]),
    ] {
        assert_eq!(names(&walk(&mut client, filter(text)).await), expected, "{text}");
    }
}

#[tokio::test]
async fn deleted_customers_are_listed_when_asked_for() {
    let service = Service::start().await;
    let mut client = seed(&service).await;
    let all = walk(&mut client, ListCustomersRequest::default()).await;
    client.delete_customer(delete(&all[0].customer_id)).await.unwrap();
    assert_eq!(walk(&mut client, ListCustomersRequest::default()).await.len(), 4);
    let with_deleted = ListCustomersRequest { show_deleted: true, ..ListCustomersRequest::default() };
    assert_eq!(walk(&mut client, with_deleted).await.len(), 5);
}

#[tokio::test]
async fn a_bad_request_says_which_part_of_it_is_bad() {
    let service = Service::start().await;
    let mut client = seed(&service).await;
    assert_eq!(refused(client.list_customers(filter("phone = \"+1\"")).await, Reason::InvalidFilter), ["filter"]);
    assert_eq!(refused(client.list_customers(filter("display_name = ")).await, Reason::InvalidFilter), ["filter"]);
    let order = ListCustomersRequest { order_by: "email".into(), ..ListCustomersRequest::default() };
    assert_eq!(refused(client.list_customers(order).await, Reason::InvalidFields), ["order_by"]);
    let negative = ListCustomersRequest { page_size: -1, ..ListCustomersRequest::default() };
    assert_eq!(refused(client.list_customers(negative).await, Reason::InvalidFields), ["page_size"]);
    let token = ListCustomersRequest { page_token: "nonsense".into(), ..ListCustomersRequest::default() };
    assert_eq!(refused(client.list_customers(token).await, Reason::InvalidPageToken), ["page_token"]);
}

#[tokio::test]
async fn a_page_token_is_bound_to_its_query_and_tenant() {
    let service = Service::start().await;
    let mut client = seed(&service).await;
    let first = ListCustomersRequest { page_size: 1, ..ListCustomersRequest::default() };
    let page_token = client.list_customers(first).await.unwrap().into_inner().next_page_token;
    let same = ListCustomersRequest { page_token: page_token.clone(), ..ListCustomersRequest::default() };
    refused(service.client_of("globex").list_customers(same.clone()).await, Reason::InvalidPageToken);
    let other = ListCustomersRequest { show_deleted: true, ..same.clone() };
    refused(client.list_customers(other).await, Reason::InvalidPageToken);
    let other = ListCustomersRequest { filter: "kind = PERSON".into(), ..same.clone() };
    refused(client.list_customers(other).await, Reason::InvalidPageToken);
    assert_eq!(client.list_customers(same).await.unwrap().into_inner().customers.len(), 4);
}

#[tokio::test]
async fn an_update_moves_a_customer_in_the_order_of_updates() {
    let service = Service::start().await;
    let mut client = seed(&service).await;
    let first = walk(&mut client, filter("display_name = \"Cello\"")).await.remove(0);
    let customer = Customer { customer_id: first.customer_id, email: "c@cello.example".into(), ..Customer::default() };
    client.update_customer(UpdateCustomerRequest { customer: Some(customer), ..Default::default() }).await.unwrap();
    let request =
        ListCustomersRequest { order_by: "update_time desc".into(), page_size: 1, ..ListCustomersRequest::default() };
    assert_eq!(names(&client.list_customers(request).await.unwrap().into_inner().customers), ["Cello"]);
}
