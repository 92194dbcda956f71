use clientele_error::Reason;
use clientele_proto::customers::v1::{
    BatchUpsertCustomersRequest, Customer, CustomerCreated, CustomerUpdated, UpsertOutcome,
    upsert_outcome::Result as Became,
};
use futures::future::join_all;

use crate::support::{Client, Service, by_id, created, delete, organisation, payload, person, refused, request_id};

async fn upsert(client: &mut Client, customers: Vec<Customer>) -> Vec<UpsertOutcome> {
    let request = BatchUpsertCustomersRequest { customers, ..BatchUpsertCustomersRequest::default() };
    client.batch_upsert_customers(request).await.unwrap().into_inner().outcomes
}

fn results(outcomes: &[UpsertOutcome]) -> Vec<Became> {
    outcomes.iter().map(UpsertOutcome::result).collect()
}

#[tokio::test]
async fn rows_create_change_or_leave_customers() {
    let service = Service::start().await;
    let mut client = service.client();
    let a = created(&mut client, organisation("a", "A")).await;
    let b = created(&mut client, organisation("b", "old")).await;
    let rows = vec![organisation("a", "A"), organisation("b", "B"), person("c", "Ana", "Liu")];
    let outcomes = upsert(&mut client, rows).await;
    assert_eq!(results(&outcomes), [Became::Unchanged, Became::Updated, Became::Created]);
    assert_eq!(outcomes.iter().map(|outcome| outcome.row).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!([&outcomes[0].customer_id, &outcomes[1].customer_id], [&a.customer_id, &b.customer_id]);
    let c = client.get_customer(by_id(&outcomes[2].customer_id)).await.unwrap().into_inner();
    assert_eq!(c.display_name, "Ana Liu");

    let events = service.events("acme", 4).await;
    assert_eq!(payload::<CustomerUpdated>(&events[2]).changed_fields, ["display_name", "organisation.legal_name"]);
    assert_eq!(payload::<CustomerCreated>(&events[3]).customer, Some(c));
}

#[tokio::test]
async fn rows_sent_again_change_nothing_and_make_no_event() {
    let service = Service::start().await;
    let mut client = service.client();
    let rows: Vec<_> = (0..50).map(|number| organisation(&format!("E-{number}"), &format!("Name {number}"))).collect();
    assert!(results(&upsert(&mut client, rows.clone()).await).iter().all(|result| *result == Became::Created));
    assert!(results(&upsert(&mut client, rows).await).iter().all(|result| *result == Became::Unchanged));
    assert_eq!(service.count_events().await, 50);
}

#[tokio::test]
async fn a_bad_row_is_rejected_with_reasons_and_the_good_ones_are_kept() {
    let service = Service::start().await;
    let mut client = service.client();
    let deleted = created(&mut client, organisation("gone", "Gone")).await;
    client.delete_customer(delete(&deleted.customer_id)).await.unwrap();
    created(&mut client, organisation("firm", "Firm")).await;
    let mut bad = organisation("", "");
    bad.email = "nobody".into();
    let stale = Customer { etag: "\"9\"".into(), ..organisation("firm", "Other") };
    let nul = Customer { attributes: [("a".to_owned(), "\0".to_owned())].into(), ..organisation("nul", "Nul") };
    let rows = vec![
        organisation("a", "A"),
        bad,
        organisation("gone", "Back"),
        person("firm", "Ana", ""),
        stale,
        nul,
        organisation("b", "B"),
    ];
    let outcomes = upsert(&mut client, rows).await;
    assert_eq!(
        results(&outcomes),
        [
            Became::Created,
            Became::Rejected,
            Became::Rejected,
            Became::Rejected,
            Became::Rejected,
            Became::Rejected,
            Became::Created
        ]
    );
    let reasons: Vec<_> = outcomes[1..6].iter().map(UpsertOutcome::reason).collect();
    let expected = [
        Reason::InvalidFields,
        Reason::CustomerDeleted,
        Reason::InvalidFields,
        Reason::EtagMismatch,
        Reason::InvalidFields,
    ];
    assert_eq!(reasons, expected);
    let fields: Vec<_> = outcomes[1].violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["external_id", "organisation.legal_name", "email"]);
    assert_eq!(outcomes[3].violations[0].field, "person");
}

#[tokio::test]
async fn a_later_row_with_the_same_external_id_applies_after_the_first() {
    let service = Service::start().await;
    let mut client = service.client();
    let outcomes = upsert(&mut client, vec![organisation("a", "First"), organisation("a", "Second")]).await;
    assert_eq!(results(&outcomes), [Became::Created, Became::Updated]);
    let stored = client.get_customer(by_id(&outcomes[0].customer_id)).await.unwrap().into_inner();
    assert_eq!((stored.display_name.as_str(), stored.etag.as_str()), ("Second", "\"2\""));
    assert_eq!(service.events("acme", 2).await.len(), 2);
}

#[tokio::test]
async fn batches_that_race_for_the_same_customers_all_succeed() {
    let service = Service::start().await;
    let calls = (0..6).map(|caller| {
        let mut client = service.client();
        // Everyone in an order of their own.
        let rows = (0..60).map(|number| (number * 7 + caller * 11) % 60);
        let rows = rows.map(|number| organisation(&format!("E-{number}"), &format!("Name {caller}"))).collect();
        async move { upsert(&mut client, rows).await }
    });
    let outcomes: Vec<_> = join_all(calls).await.into_iter().flatten().collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.result() == Became::Created).count(), 60);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.result() == Became::Updated).count(), 300);
    assert_eq!(service.count_events().await, 360);
}

#[tokio::test]
async fn a_repeated_batch_answers_the_same() {
    let service = Service::start().await;
    let mut client = service.client();
    let request = BatchUpsertCustomersRequest { customers: vec![organisation("a", "A")], request_id: request_id(1) };
    let first = client.batch_upsert_customers(request.clone()).await.unwrap().into_inner();
    assert_eq!(client.batch_upsert_customers(request.clone()).await.unwrap().into_inner(), first);
    let other = BatchUpsertCustomersRequest { customers: vec![organisation("b", "B")], ..request };
    refused(client.batch_upsert_customers(other).await, Reason::RequestIdReused);
}

#[tokio::test]
async fn tenants_do_not_meet() {
    let service = Service::start().await;
    upsert(&mut service.client(), vec![organisation("a", "A")]).await;
    let outcomes = upsert(&mut service.client_of("globex"), vec![organisation("a", "Other")]).await;
    assert_eq!(results(&outcomes), [Became::Created]);
}

#[tokio::test]
async fn an_empty_and_an_oversized_batch_are_refused() {
    let service = Service::start().await;
    let mut client = service.client();
    for rows in [0, 1001] {
        let customers = vec![organisation("a", "A"); rows];
        let request = BatchUpsertCustomersRequest { customers, ..BatchUpsertCustomersRequest::default() };
        assert_eq!(refused(client.batch_upsert_customers(request).await, Reason::InvalidFields), ["customers"]);
    }
}
