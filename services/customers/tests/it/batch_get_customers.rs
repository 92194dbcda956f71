use clientele_error::{Reason, reason_of};
use clientele_proto::customers::v1::BatchGetCustomersRequest;

use crate::support::{Service, created, organisation, refused};

fn ids(ids: &[&str]) -> BatchGetCustomersRequest {
    BatchGetCustomersRequest { customer_ids: ids.iter().map(|id| (*id).to_owned()).collect() }
}

#[tokio::test]
async fn many_are_read_in_the_order_asked_for() {
    let service = Service::start().await;
    let mut client = service.client();
    let a = created(&mut client, organisation("a", "A")).await;
    let b = created(&mut client, organisation("b", "B")).await;
    let request = ids(&[&b.customer_id, &a.customer_id, &b.customer_id]);
    let answer = client.batch_get_customers(request).await.unwrap().into_inner();
    assert_eq!(answer.customers, [b.clone(), a, b]);
}

#[tokio::test]
async fn a_missing_one_is_named_and_the_rest_counted() {
    let service = Service::start().await;
    let mine = created(&mut service.client(), organisation("a", "A")).await;
    let other = created(&mut service.client_of("globex"), organisation("a", "A")).await;
    let unknown = "01980a5c-7d3e-7000-8000-000000000001";
    let request = ids(&[&mine.customer_id, unknown, &other.customer_id]);
    let status = service.client().batch_get_customers(request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotFound));
    assert!(status.message().contains(unknown) && status.message().contains("1 more"), "{}", status.message());
}

#[tokio::test]
async fn the_number_and_form_of_the_ids_are_checked() {
    let service = Service::start().await;
    let mut client = service.client();
    assert_eq!(refused(client.batch_get_customers(ids(&[])).await, Reason::InvalidFields), ["customer_ids"]);
    assert_eq!(refused(client.batch_get_customers(ids(&["x"])).await, Reason::InvalidFields), ["customer_ids[0]"]);
    let unknown = "01980a5c-7d3e-7000-8000-000000000001";
    refused(client.batch_get_customers(ids(&[unknown; 1001])).await, Reason::InvalidFields);
}
