use clientele_error::{Reason, reason_of};
use clientele_proto::customers::v1::{Customer, CustomerCreated, ImportCustomersRequest, ImportCustomersResponse};
use futures::stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::support::{Client, Service, organisation, payload};

fn message(rows: std::ops::Range<usize>) -> ImportCustomersRequest {
    let customers = rows.map(|number| organisation(&format!("E-{number:06}"), &format!("Name {number}"))).collect();
    ImportCustomersRequest { customers }
}

async fn import(client: &mut Client, messages: Vec<ImportCustomersRequest>) -> Vec<ImportCustomersResponse> {
    let mut answers = client.import_customers(stream::iter(messages)).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        all.push(answer);
    }
    all
}

#[tokio::test]
async fn each_message_is_answered_in_order_with_its_counts() {
    let service = Service::start().await;
    let mut client = service.client();
    let answers =
        import(&mut client, vec![message(0..300), message(300..500), ImportCustomersRequest::default()]).await;
    let seen: Vec<_> = answers.iter().map(|answer| (answer.next_row, answer.created)).collect();
    assert_eq!(seen, [(300, 300), (500, 200), (500, 0)]);
    assert_eq!(service.count_events().await, 500);
}

#[tokio::test]
async fn an_answered_message_is_durable_and_a_broken_import_resumes_after_it() {
    let service = Service::start().await;
    let mut client = service.client();
    let (messages, stream) = mpsc::channel(1);
    let mut answers = client.import_customers(ReceiverStream::new(stream)).await.unwrap().into_inner();
    messages.send(message(0..100)).await.unwrap();
    let next_row = answers.message().await.unwrap().unwrap().next_row;
    assert_eq!(next_row, 100);
    // The call breaks; the answered rows stay.
    drop((messages, answers));
    assert_eq!(service.count_events().await, 100);
    // Resuming a message too early does no harm.
    let answers = import(&mut client, vec![message(50..150), message(150..200)]).await;
    let seen: Vec<_> = answers.iter().map(|answer| (answer.created, answer.updated, answer.unchanged)).collect();
    assert_eq!(seen, [(50, 0, 50), (50, 0, 0)]);
    assert_eq!(service.count_events().await, 200);
}

#[tokio::test]
async fn bad_rows_are_rejected_by_their_position_in_the_whole_call() {
    let service = Service::start().await;
    let mut client = service.client();
    let mut second = message(10..20);
    second.customers[3].email = "nobody".into();
    second.customers[7] = Customer::default();
    let answers = import(&mut client, vec![message(0..10), second]).await;
    assert_eq!((answers[1].created, answers[1].next_row), (8, 20));
    let rejected: Vec<_> = answers[1].rejected.iter().map(|outcome| (outcome.row, outcome.reason())).collect();
    assert_eq!(rejected, [(13, Reason::InvalidFields), (17, Reason::InvalidFields)]);
    assert_eq!(answers[1].rejected[0].violations[0].field, "email");
}

#[tokio::test]
async fn a_message_with_too_many_rows_ends_the_call_and_keeps_what_was_answered() {
    let service = Service::start().await;
    let mut client = service.client();
    let messages = vec![message(0..10), message(10..10_011)];
    let mut answers = client.import_customers(stream::iter(messages)).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().created, 10);
    let status = answers.message().await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidFields), "{status:?}");
    assert_eq!(service.count_events().await, 10);
}

#[tokio::test]
async fn ten_thousand_rows_fit_into_one_message() {
    let service = Service::start().await;
    let answers = import(&mut service.client(), vec![message(0..10_000)]).await;
    assert_eq!(answers[0].created, 10_000);
    // The order of events is that of the rows.
    let events = service.events("acme", 1200).await;
    for (number, event) in events.iter().enumerate() {
        let created: CustomerCreated = payload(event);
        assert_eq!(created.customer.unwrap().external_id, format!("E-{number:06}"));
    }
}
