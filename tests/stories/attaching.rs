//! Purchases may come before their customer; they attach when it appears.

use clientele_proto::{
    customers::v1::{CreateCustomerRequest, customer_service_client::CustomerServiceClient},
    value::v1::{
        BatchRecordTransactionsRequest, GetScoreRequest, GetTransactionRequest, StartScoreRunRequest,
        WatchScoreRunRequest, get_score_request, score_run_service_client::ScoreRunServiceClient,
        score_service_client::ScoreServiceClient, transaction, transaction_service_client::TransactionServiceClient,
    },
};
use clientele_tests::{World, cdnow, data, eventually};

const TENANT: &str = "acme";

async fn run(world: &World) {
    let mut client = ScoreRunServiceClient::new(world.value.tenant(TENANT));
    let settings = Some(data::run_settings(data::date(1998, 6, 30), "USD"));
    let run =
        client.start_score_run(StartScoreRunRequest { settings, ..Default::default() }).await.unwrap().into_inner();
    let request = WatchScoreRunRequest { score_run_id: run.score_run_id };
    let mut news = client.watch_score_run(request).await.unwrap().into_inner();
    while news.message().await.unwrap().is_some() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchases_attach_when_their_customer_appears_and_scores_then_say_who_it_is() {
    let world = World::start().await;
    let mut transactions = TransactionServiceClient::new(world.value.tenant(TENANT));
    for some in cdnow::transactions().chunks(1000).take(3) {
        let request = BatchRecordTransactionsRequest { transactions: some.to_vec() };
        transactions.batch_record_transactions(request).await.unwrap();
    }
    run(&world).await;
    let mut scores = ScoreServiceClient::new(world.value.tenant(TENANT));
    let by_key = GetScoreRequest {
        customer: Some(get_score_request::Customer::CustomerExternalId("1".to_owned())),
        ..Default::default()
    };
    let unknown = scores.get_score(by_key.clone()).await.unwrap().into_inner();
    assert_eq!((unknown.customer_id.as_str(), unknown.customer_external_id.as_str()), ("", "1"));

    let mut customers = CustomerServiceClient::new(world.customers.tenant(TENANT));
    let customer = Some(data::person("1", "Ana"));
    let ana =
        customers.create_customer(CreateCustomerRequest { customer, ..Default::default() }).await.unwrap().into_inner();
    // Of another tenant, with the same key: nobody we know.
    let mut others = CustomerServiceClient::new(world.customers.tenant("other"));
    let customer = Some(data::person("1", "Not Ana"));
    others.create_customer(CreateCustomerRequest { customer, ..Default::default() }).await.unwrap();

    let by_id = GetScoreRequest {
        customer: Some(get_score_request::Customer::CustomerId(ana.customer_id.clone())),
        ..Default::default()
    };
    let known = eventually("the customer reaches value", async || scores.get_score(by_id.clone()).await.ok())
        .await
        .into_inner();
    assert_eq!(known.customer_id, ana.customer_id);
    assert_eq!((known.rank, known.clv.clone()), (unknown.rank, unknown.clv), "the score is the one it had");
    let first =
        transactions.get_transaction(GetTransactionRequest { external_id: "cdnow-00000".to_owned() }).await.unwrap();
    assert_eq!(first.into_inner().customer, Some(transaction::Customer::CustomerId(ana.customer_id.clone())));

    run(&world).await;
    let again = scores.get_score(by_key).await.unwrap().into_inner();
    assert_eq!(again.customer_id, ana.customer_id);
    assert_ne!(again.score_run_id, known.score_run_id);
}
