//! Erasing customers: on request and when a deleted one's time is over. Afterwards nothing of them is found anywhere.

use clientele_error::Reason;
use clientele_proto::customers::v1::{
    BatchUpsertCustomersRequest, CreateCustomerRequest, Customer, CustomerErased, EraseCustomerRequest,
    GetCustomerMergeRequest, UndoCustomerMergeRequest, upsert_outcome::Result as Became,
};
use jiff::SignedDuration;
use prost::Name as _;
use sqlx::AssertSqlSafe;
use tokio::time::{Duration, sleep, timeout};

use crate::{
    customer_merges::merged,
    support::{Service, TENANT, by_id, create, created, delete, payload, person, refused, request_id},
};

fn erase(customer: &Customer) -> EraseCustomerRequest {
    EraseCustomerRequest { customer_id: customer.customer_id.clone(), ..EraseCustomerRequest::default() }
}

/// Tables in which a text stands, in whatever column.
async fn holding(service: &Service, text: &str) -> Vec<String> {
    let mut owner = service.database.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'customers' ORDER BY 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in tables {
        // Bytes are shown in hex.
        let sql = format!(
            "SELECT count(*) FROM customers.{table} AS r \
             WHERE r::text LIKE '%{text}%' OR r::text LIKE '%' || encode(convert_to('{text}', 'UTF8'), 'hex') || '%'"
        );
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut owner).await.unwrap();
        if count > 0 {
            found.push(table);
        }
    }
    found
}

async fn until_nothing_holds(service: &Service, text: &str) {
    let gone = async {
        while !holding(service, text).await.is_empty() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let is_gone = timeout(Duration::from_mins(1), gone).await.is_ok();
    assert!(is_gone, "{text} still stands in {:?}", holding(service, text).await);
}

#[tokio::test]
async fn nothing_of_an_erased_customer_is_left_but_its_id() {
    let service = Service::start().await;
    let mut client = service.client();
    let request = CreateCustomerRequest { request_id: request_id(1), ..create(person("", "Xanthippe", "Liu")) };
    let ana = client.create_customer(request.clone()).await.unwrap().into_inner();
    let other = created(&mut client, person("E-2", "Xanthippe", "Li")).await;
    let merge = merged(&mut service.merges(), &ana, &[&other]).await;
    let bystander = created(&mut client, person("E-3", "Ben", "Li")).await;
    assert_eq!(holding(&service, "Xanthippe").await, ["customer", "customer_merge", "idempotency", "outbox"]);

    let trial = EraseCustomerRequest { validate_only: true, ..erase(&ana) };
    service.merges().erase_customer(trial).await.unwrap();
    refused(service.merges().erase_customer(erase(&other)).await, Reason::CustomerMerged);
    let stale = EraseCustomerRequest { etag: "\"9\"".into(), ..erase(&ana) };
    refused(service.merges().erase_customer(stale).await, Reason::EtagMismatch);
    let left = service.merges().erase_customer(erase(&ana)).await.unwrap().into_inner();
    assert!(left.erase_time.is_some() && left.display_name.is_empty());

    for one in [&ana, &other] {
        refused(client.get_customer(by_id(&one.customer_id)).await, Reason::CustomerErased);
    }
    refused(service.merges().erase_customer(erase(&ana)).await, Reason::CustomerErased);
    until_nothing_holds(&service, "Xanthippe").await;
    until_nothing_holds(&service, "the same person").await;
    assert_eq!(client.get_customer(by_id(&bystander.customer_id)).await.unwrap().into_inner(), bystander);

    // A repeated call brings nobody back: it answers what is left.
    let again = client.create_customer(request).await.unwrap().into_inner();
    assert_eq!((again.customer_id, again.kind), (ana.customer_id.clone(), None));
    let get = GetCustomerMergeRequest { customer_merge_id: merge.customer_merge_id.clone() };
    let kept = service.merges().get_customer_merge(get).await.unwrap().into_inner();
    assert_eq!((&kept.merged_customer_ids, kept.erase_time.is_some()), (&merge.merged_customer_ids, true));
    let undo =
        UndoCustomerMergeRequest { customer_merge_id: merge.customer_merge_id, ..UndoCustomerMergeRequest::default() };
    refused(service.merges().undo_customer_merge(undo).await, Reason::MergeNotUndoable);

    // Readers of the feed are not disturbed: positions and types stand, and the erasure says whom to forget.
    let events = service.events(TENANT, 5).await;
    assert_eq!(events.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let erased = payload::<CustomerErased>(&events[4]);
    assert_eq!((erased.customer_id, erased.merged_customer_ids), (ana.customer_id, vec![other.customer_id]));
    assert_eq!(erased.external_ids, ["E-2"]);
}

#[tokio::test]
async fn an_import_does_not_bring_an_erased_customer_back() {
    let service = Service::start().await;
    let mut client = service.client();
    let ana = created(&mut client, person("E-1", "Ana", "Liu")).await;
    service.merges().erase_customer(erase(&ana)).await.unwrap();
    let customers = vec![person("E-1", "Ana", "Liu"), person("E-2", "Ben", "Li")];
    let request = BatchUpsertCustomersRequest { customers, ..BatchUpsertCustomersRequest::default() };
    let outcomes = client.batch_upsert_customers(request).await.unwrap().into_inner().outcomes;
    assert_eq!((outcomes[0].result(), outcomes[0].reason()), (Became::Rejected, Reason::CustomerErased));
    assert_eq!(outcomes[1].result(), Became::Created);
    let fields = refused(client.create_customer(create(person("E-1", "Ana", "Liu"))).await, Reason::ExternalIdTaken);
    assert_eq!(fields, ["customer.external_id"]);
    // The key of another tenant is another key.
    created(&mut service.client_of("globex"), person("E-1", "Ana", "Liu")).await;
}

#[tokio::test]
async fn a_deleted_customer_is_erased_when_its_time_is_over() {
    let service = Service::start().await;
    let mut client = service.client();
    let ana = created(&mut client, person("E-1", "Xanthippe", "Liu")).await;
    let ben = created(&mut client, person("E-2", "Ben", "Li")).await;
    client.delete_customer(delete(&ana.customer_id)).await.unwrap();
    service.clock.advance(SignedDuration::from_hours(24));
    client.delete_customer(delete(&ben.customer_id)).await.unwrap();
    service.clock.advance(SignedDuration::from_hours(29 * 24));
    until_nothing_holds(&service, "Xanthippe").await;
    refused(client.get_customer(by_id(&ana.customer_id)).await, Reason::CustomerErased);
    client.get_customer(by_id(&ben.customer_id)).await.unwrap();
    let events = service.events(TENANT, 5).await;
    assert_eq!(
        (events[4].r#type.as_str(), events[4].actor.as_str()),
        (CustomerErased::full_name().as_str(), "customers")
    );
}

#[tokio::test]
async fn erasing_needs_a_permission_of_its_own() {
    let service = Service::start().await;
    let ana = created(&mut service.client(), person("E-1", "Ana", "Liu")).await;
    let may = ["customers.read", "customers.write", "customers.merge"];
    let mut client = crate::customer_merges::Merges::new(service.running.scopes(TENANT, &may));
    refused(client.erase_customer(erase(&ana)).await, Reason::PermissionDenied);
}
