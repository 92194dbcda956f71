use clientele_error::Reason;
use clientele_proto::customers::v1::{CustomerUndeleted, UndeleteCustomerRequest};

use crate::support::{Service, by_id, created, delete, organisation, payload, refused, request_id};

fn undelete(customer_id: &str) -> UndeleteCustomerRequest {
    UndeleteCustomerRequest { customer_id: customer_id.into(), ..UndeleteCustomerRequest::default() }
}

#[tokio::test]
async fn a_deleted_customer_comes_back_as_it_was() {
    let service = Service::start().await;
    let mut client = service.client();
    let customer = created(&mut client, organisation("E-1", "Acme")).await;
    refused(client.undelete_customer(undelete(&customer.customer_id)).await, Reason::CustomerNotDeleted);
    let deleted = client.delete_customer(delete(&customer.customer_id)).await.unwrap().into_inner();
    refused(service.client_of("globex").undelete_customer(undelete(&customer.customer_id)).await, Reason::NotFound);
    let stale = UndeleteCustomerRequest { etag: customer.etag.clone(), ..undelete(&customer.customer_id) };
    refused(client.undelete_customer(stale).await, Reason::EtagMismatch);
    let seen =
        UndeleteCustomerRequest { etag: deleted.etag, request_id: request_id(1), ..undelete(&customer.customer_id) };
    let back = client.undelete_customer(seen.clone()).await.unwrap().into_inner();
    assert_eq!((back.etag.as_str(), back.delete_time, back.purge_time), ("\"3\"", None, None));
    assert_eq!((&back.kind, &back.external_id), (&customer.kind, &customer.external_id));
    assert_eq!(client.get_customer(by_id(&customer.customer_id)).await.unwrap().into_inner(), back);
    assert_eq!(client.undelete_customer(seen).await.unwrap().into_inner(), back, "a repetition answers the same");
    let events = service.events("acme", 3).await;
    assert_eq!(payload::<CustomerUndeleted>(&events[2]).customer, Some(back));
}
