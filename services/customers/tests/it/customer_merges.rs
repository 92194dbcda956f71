//! Merging customers, reading under any of their keys, and taking it back.

use clientele_error::Reason;
use clientele_proto::customers::v1::{
    BatchGetCustomersRequest, BatchUpsertCustomersRequest, CreateCustomerMergeRequest, Customer, CustomerMerge,
    CustomersMerged, CustomersUnmerged, FieldSource, GetCustomerMergeRequest, GetCustomerRequest,
    ListCustomerMergesRequest, ListCustomersRequest, UndoCustomerMergeRequest, UpdateCustomerRequest,
    customer_merge_service_client::CustomerMergeServiceClient, get_customer_request::Key,
    upsert_outcome::Result as Became,
};
use clientele_testkit::{Authorised, tokens::SUBJECT};

use crate::support::{
    Client, Service, TENANT, by_id, create, created, delete, organisation, payload, person, refused, request_id,
};

pub type Merges = CustomerMergeServiceClient<Authorised>;

impl Service {
    pub fn merges(&self) -> Merges {
        CustomerMergeServiceClient::new(self.running.tenant(TENANT))
    }
}

fn merge(survivor: &Customer, merged: &[&Customer]) -> CreateCustomerMergeRequest {
    let customer_merge = CustomerMerge {
        survivor_customer_id: survivor.customer_id.clone(),
        merged_customer_ids: merged.iter().map(|one| one.customer_id.clone()).collect(),
        reason: "the same person".into(),
        ..CustomerMerge::default()
    };
    CreateCustomerMergeRequest { customer_merge: Some(customer_merge), ..CreateCustomerMergeRequest::default() }
}

pub async fn merged(merges: &mut Merges, survivor: &Customer, others: &[&Customer]) -> CustomerMerge {
    merges.create_customer_merge(merge(survivor, others)).await.unwrap().into_inner()
}

fn undo(merge: &CustomerMerge) -> UndoCustomerMergeRequest {
    UndoCustomerMergeRequest {
        customer_merge_id: merge.customer_merge_id.clone(),
        ..UndoCustomerMergeRequest::default()
    }
}

fn by_key(external_id: &str) -> GetCustomerRequest {
    GetCustomerRequest { key: Some(Key::ExternalId(external_id.into())) }
}

async fn get(client: &mut Client, request: GetCustomerRequest) -> Customer {
    client.get_customer(request).await.unwrap().into_inner()
}

/// All that says who a customer is: versions and times move on.
fn identity(customer: Customer) -> Customer {
    Customer { etag: String::new(), update_time: None, ..customer }
}

fn with_email(customer: Customer, email: &str) -> Customer {
    Customer { email: email.into(), ..customer }
}

#[tokio::test]
async fn every_key_of_merged_customers_leads_to_the_survivor() {
    let service = Service::start().await;
    let (mut client, mut merges) = (service.client(), service.merges());
    let ana = created(&mut client, person("E-1", "Ana", "")).await;
    let anna = created(&mut client, with_email(person("E-2", "Anna", "Liu"), "ana@liu.example")).await;
    let merge = merged(&mut merges, &ana, &[&anna]).await;
    assert_eq!(merge.changed_fields, ["display_name", "person.family_name", "email"]);
    assert_eq!(merge.previous_customers, [ana.clone(), anna.clone()]);
    assert_eq!((merge.actor.as_str(), merge.undo_time), (SUBJECT, None));

    let survivor = get(&mut client, by_id(&ana.customer_id)).await;
    assert_eq!((survivor.display_name.as_str(), survivor.email.as_str()), ("Ana Liu", "ana@liu.example"));
    assert_eq!(merge.survivor.as_ref(), Some(&survivor));
    for request in [by_id(&anna.customer_id), by_key("E-2")] {
        let read = get(&mut client, request).await;
        assert_eq!(read, Customer { merged_customer_id: anna.customer_id.clone(), ..survivor.clone() });
    }
    let request = BatchGetCustomersRequest { customer_ids: vec![anna.customer_id.clone(), ana.customer_id.clone()] };
    let both = client.batch_get_customers(request).await.unwrap().into_inner().customers;
    assert_eq!(both.iter().map(|one| &one.customer_id).collect::<Vec<_>>(), [&ana.customer_id; 2]);
    let request = ListCustomersRequest { show_deleted: true, ..ListCustomersRequest::default() };
    assert_eq!(client.list_customers(request).await.unwrap().into_inner().customers, [survivor]);

    let get = GetCustomerMergeRequest { customer_merge_id: merge.customer_merge_id.clone() };
    assert_eq!(merges.get_customer_merge(get).await.unwrap().into_inner(), merge);
    let told = payload::<CustomersMerged>(&service.events(TENANT, 3).await[2]);
    assert_eq!(told.customer_merge.as_ref(), Some(&merge));
    assert_eq!(told.merged_customers[0].external_id, "E-2");
}

#[tokio::test]
async fn rows_with_the_key_of_a_merged_customer_go_to_the_survivor_and_writes_by_its_id_are_refused() {
    let service = Service::start().await;
    let (mut client, mut merges) = (service.client(), service.merges());
    let one = created(&mut client, organisation("E-1", "Acme")).await;
    let two = created(&mut client, organisation("E-2", "Acme Inc")).await;
    merged(&mut merges, &one, &[&two]).await;

    let customers = vec![organisation("E-2", "Acme SE"), organisation("E-1", "Acme SE")];
    let request = BatchUpsertCustomersRequest { customers, ..BatchUpsertCustomersRequest::default() };
    let outcomes = client.batch_upsert_customers(request).await.unwrap().into_inner().outcomes;
    let told: Vec<_> = outcomes.iter().map(|outcome| (outcome.result(), outcome.customer_id.as_str())).collect();
    assert_eq!(told, [(Became::Updated, one.customer_id.as_str()), (Became::Unchanged, one.customer_id.as_str())]);
    let survivor = get(&mut client, by_key("E-2")).await;
    assert_eq!((survivor.external_id.as_str(), survivor.display_name.as_str()), ("E-1", "Acme SE"));

    let update = UpdateCustomerRequest {
        customer: Some(Customer { email: "a@b.example".into(), ..two.clone() }),
        ..UpdateCustomerRequest::default()
    };
    refused(client.update_customer(update).await, Reason::CustomerMerged);
    refused(client.delete_customer(delete(&two.customer_id)).await, Reason::CustomerMerged);
    refused(client.create_customer(create(organisation("E-2", "x"))).await, Reason::ExternalIdTaken);
}

#[tokio::test]
async fn an_undo_restores_everyone_with_their_external_ids() {
    let service = Service::start().await;
    let (mut client, mut merges) = (service.client(), service.merges());
    // The survivor has no key and takes that of the other.
    let ana = created(&mut client, person("", "Ana", "")).await;
    let anna = created(&mut client, with_email(person("E-2", "Anna", "Liu"), "ana@liu.example")).await;
    let merge = merged(&mut merges, &ana, &[&anna]).await;
    assert_eq!(get(&mut client, by_id(&anna.customer_id)).await.external_id, "E-2");

    let trial = UndoCustomerMergeRequest { validate_only: true, ..undo(&merge) };
    assert!(merges.undo_customer_merge(trial).await.unwrap().into_inner().undo_time.is_some());
    assert_eq!(get(&mut client, by_key("E-2")).await.customer_id, ana.customer_id, "nothing was undone");

    let request = UndoCustomerMergeRequest { request_id: request_id(1), ..undo(&merge) };
    let undone = merges.undo_customer_merge(request.clone()).await.unwrap().into_inner();
    assert_eq!((undone.undo_time.is_some(), undone.undo_actor.as_str()), (true, SUBJECT));
    assert_eq!(
        merges.undo_customer_merge(request).await.unwrap().into_inner(),
        undone,
        "a repetition answers the same"
    );
    for before in [&ana, &anna] {
        let restored = get(&mut client, by_id(&before.customer_id)).await;
        assert_eq!(identity(restored), identity(before.clone()));
    }
    assert_eq!(get(&mut client, by_key("E-2")).await.customer_id, anna.customer_id);
    refused(merges.undo_customer_merge(undo(&merge)).await, Reason::MergeNotUndoable);
    let told = payload::<CustomersUnmerged>(&service.events(TENANT, 4).await[3]);
    assert_eq!(identity(told.survivor.unwrap()), identity(ana));
    assert_eq!(identity(told.restored_customers[0].clone()), identity(anna));
}

#[tokio::test]
async fn an_undo_keeps_later_changes_and_refuses_a_field_that_both_have_changed() {
    let service = Service::start().await;
    let (mut client, mut merges) = (service.client(), service.merges());
    let ana = created(&mut client, person("E-1", "Ana", "")).await;
    let anna = created(&mut client, with_email(person("E-2", "Anna", ""), "ana@liu.example")).await;
    let merge = merged(&mut merges, &ana, &[&anna]).await;
    let mut set = async |email: &str, phone: &str| {
        let customer = Customer {
            customer_id: ana.customer_id.clone(),
            email: email.into(),
            phone: phone.into(),
            ..Customer::default()
        };
        client
            .update_customer(UpdateCustomerRequest { customer: Some(customer), ..UpdateCustomerRequest::default() })
            .await
            .unwrap();
    };
    set("other@liu.example", "+4915112345678").await;
    assert_eq!(refused(merges.undo_customer_merge(undo(&merge)).await, Reason::MergeNotUndoable), ["email"]);
    set("ana@liu.example", "").await;
    merges.undo_customer_merge(undo(&merge)).await.unwrap();
    let restored = get(&mut service.client(), by_id(&ana.customer_id)).await;
    assert_eq!((restored.email.as_str(), restored.phone.as_str()), ("", "+4915112345678"));
}

#[tokio::test]
async fn a_chain_of_merges_resolves_to_its_end_and_is_undone_from_there() {
    let service = Service::start().await;
    let (mut client, mut merges) = (service.client(), service.merges());
    let mut all = Vec::new();
    for number in 1..=4 {
        all.push(created(&mut client, organisation(&format!("E-{number}"), "Acme")).await);
    }
    let [a, b, c, d] = &all[..] else { panic!("four") };
    let first = merged(&mut merges, b, &[a]).await;
    let second = merged(&mut merges, c, &[b]).await;
    assert_eq!(get(&mut client, by_key("E-1")).await.customer_id, c.customer_id);
    // Neither a survivor that is merged itself nor a circle.
    for request in [merge(b, &[d]), merge(a, &[c]), merge(d, &[a])] {
        refused(merges.create_customer_merge(request).await, Reason::CustomerMerged);
    }
    refused(merges.undo_customer_merge(undo(&first)).await, Reason::CustomerMerged);
    merges.undo_customer_merge(undo(&second)).await.unwrap();
    assert_eq!(get(&mut client, by_key("E-1")).await.customer_id, b.customer_id);
    merges.undo_customer_merge(undo(&first)).await.unwrap();
    assert_eq!(get(&mut client, by_key("E-1")).await.customer_id, a.customer_id);

    let list = |customer: &Customer| ListCustomerMergesRequest {
        customer_id: customer.customer_id.clone(),
        ..ListCustomerMergesRequest::default()
    };
    let mut ids = async |customer: &Customer| {
        let page = merges.list_customer_merges(list(customer)).await.unwrap().into_inner();
        page.customer_merges.into_iter().map(|merge| merge.customer_merge_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(b).await, [second.customer_merge_id, first.customer_merge_id.clone()]);
    assert_eq!(ids(a).await, [first.customer_merge_id]);
    assert_eq!(ids(d).await, [""; 0]);
}

#[tokio::test]
async fn a_preview_changes_nothing_and_answers_what_would_be() {
    let service = Service::start().await;
    let (mut client, mut merges) = (service.client(), service.merges());
    let one = created(&mut client, organisation("E-1", "Acme")).await;
    let two = created(&mut client, with_email(organisation("E-2", "Acme Inc"), "hi@acme.example")).await;
    let mut request = CreateCustomerMergeRequest { validate_only: true, ..merge(&one, &[&two]) };
    let source = FieldSource { field: "organisation.legal_name".into(), customer_id: two.customer_id.clone() };
    request.customer_merge.as_mut().unwrap().field_sources.push(source);
    let preview = merges.create_customer_merge(request).await.unwrap().into_inner();
    assert_eq!(preview.customer_merge_id, "");
    assert_eq!(preview.changed_fields, ["display_name", "organisation.legal_name", "email"]);
    assert_eq!(preview.survivor.unwrap().display_name, "Acme Inc");
    assert_eq!(get(&mut client, by_id(&two.customer_id)).await, two);
    assert_eq!(service.count_events().await, 2);
}

#[tokio::test]
async fn merges_that_make_no_sense_are_refused_with_the_reason() {
    let service = Service::start().await;
    let (mut client, mut merges) = (service.client(), service.merges());
    let one = created(&mut client, organisation("E-1", "Acme")).await;
    let two = created(&mut client, organisation("E-2", "Acme Inc")).await;
    let ana = created(&mut client, person("E-3", "Ana", "")).await;
    let gone = created(&mut client, organisation("E-4", "Acme Ltd")).await;
    client.delete_customer(delete(&gone.customer_id)).await.unwrap();
    let many: Vec<_> =
        (1..=21).map(|number| Customer { customer_id: request_id(number), ..Customer::default() }).collect();
    let nobody = Customer { customer_id: request_id(9), ..Customer::default() };

    let mut fields = async |request| refused(merges.create_customer_merge(request).await, Reason::InvalidFields);
    assert_eq!(fields(merge(&one, &[&two, &one])).await, ["customer_merge.merged_customer_ids[1]"]);
    assert_eq!(fields(merge(&one, &[&two, &two])).await, ["customer_merge.merged_customer_ids"]);
    assert_eq!(fields(merge(&one, &[&two, &ana])).await, ["customer_merge.merged_customer_ids[1]"]);
    assert_eq!(fields(merge(&one, &[])).await, ["customer_merge.merged_customer_ids"]);
    assert_eq!(fields(merge(&one, &many.iter().collect::<Vec<_>>())).await, ["customer_merge.merged_customer_ids"]);
    let mut wrong = merge(&one, &[&two]);
    let source = FieldSource { field: "emial".into(), customer_id: two.customer_id.clone() };
    wrong.customer_merge.as_mut().unwrap().field_sources.push(source);
    assert_eq!(fields(wrong).await, ["customer_merge.field_sources[0].field"]);

    refused(merges.create_customer_merge(merge(&one, &[&gone])).await, Reason::CustomerDeleted);
    refused(merges.create_customer_merge(merge(&one, &[&nobody])).await, Reason::NotFound);
    let mut others = CustomerMergeServiceClient::new(service.running.tenant("globex"));
    refused(others.create_customer_merge(merge(&one, &[&two])).await, Reason::NotFound);
    let mut writer = CustomerMergeServiceClient::new(service.running.scopes(TENANT, &["customers.write"]));
    refused(writer.create_customer_merge(merge(&one, &[&two])).await, Reason::PermissionDenied);
    assert_eq!(get(&mut client, by_id(&two.customer_id)).await, two, "nothing was written");
}

#[tokio::test]
async fn merges_and_imports_of_the_same_customers_lose_nothing() {
    let service = Service::start().await;
    let mut client = service.client();
    let rows = |round: usize| {
        (0..40).map(|number| organisation(&format!("E-{number:02}"), &format!("Acme {round}"))).collect::<Vec<_>>()
    };
    let upsert =
        |round| BatchUpsertCustomersRequest { customers: rows(round), ..BatchUpsertCustomersRequest::default() };
    let outcomes = client.batch_upsert_customers(upsert(0)).await.unwrap().into_inner().outcomes;
    let customers: Vec<Customer> = outcomes
        .into_iter()
        .map(|outcome| Customer { customer_id: outcome.customer_id, ..Customer::default() })
        .collect();
    let imports = async {
        for round in 1..20 {
            let outcomes = service.client().batch_upsert_customers(upsert(round)).await.unwrap().into_inner().outcomes;
            assert!(outcomes.iter().all(|outcome| outcome.result() != Became::Rejected), "{outcomes:?}");
        }
    };
    let merging = async {
        for pair in customers.chunks(2) {
            let mut merges = service.merges();
            // From the later to the earlier, the other way round than imports lock.
            let merge = merged(&mut merges, &pair[1], &[&pair[0]]).await;
            merges.undo_customer_merge(undo(&merge)).await.unwrap();
            merged(&mut merges, &pair[0], &[&pair[1]]).await;
        }
    };
    tokio::join!(imports, merging);
    let list = client
        .list_customers(ListCustomersRequest { page_size: 1000, ..ListCustomersRequest::default() })
        .await
        .unwrap();
    assert_eq!(list.into_inner().customers.len(), 20);
}
