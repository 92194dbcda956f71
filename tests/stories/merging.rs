//! Two records of one customer: merged, the score follows; undone, both are who they were; erased, nothing is left anywhere.

use clientele_error::{Reason, reason_of};
use clientele_proto::{
    customers::v1::{
        CreateCustomerMergeRequest, CreateCustomerRequest, Customer, CustomerMerge, EraseCustomerRequest,
        UndoCustomerMergeRequest, customer_merge_service_client::CustomerMergeServiceClient,
        customer_service_client::CustomerServiceClient,
    },
    value::v1::{
        BatchRecordTransactionsRequest, GetScoreRequest, Score, StartScoreRunRequest, WatchScoreRunRequest,
        get_score_request, score_run_service_client::ScoreRunServiceClient, score_service_client::ScoreServiceClient,
        transaction_service_client::TransactionServiceClient,
    },
};
use clientele_testkit::Authorised;
use clientele_tests::{World, cdnow, data, eventually, rows::count};
use tonic::Status;

const TENANT: &str = "acme";

/// Customers of the sample with seven purchases and with four; any two would do.
const KEYS: [&str; 2] = ["11", "1"];

async fn run(world: &World) {
    let mut client = ScoreRunServiceClient::new(world.value.tenant(TENANT));
    let settings = Some(data::run_settings(data::date(1998, 6, 30), "USD"));
    let run =
        client.start_score_run(StartScoreRunRequest { settings, ..Default::default() }).await.unwrap().into_inner();
    let request = WatchScoreRunRequest { score_run_id: run.score_run_id };
    let mut news = client.watch_score_run(request).await.unwrap().into_inner();
    while news.message().await.unwrap().is_some() {}
}

/// The sample's first purchases, scored, and the customers that two of its keys are.
async fn shop(world: &World) -> [Customer; 2] {
    let mut transactions = TransactionServiceClient::new(world.value.tenant(TENANT));
    for some in cdnow::transactions().chunks(1000).take(3) {
        let request = BatchRecordTransactionsRequest { transactions: some.to_vec() };
        transactions.batch_record_transactions(request).await.unwrap();
    }
    let mut client = CustomerServiceClient::new(world.customers.tenant(TENANT));
    let mut customers = Vec::new();
    for key in KEYS {
        let request = CreateCustomerRequest { customer: Some(data::person(key, "Ana")), ..Default::default() };
        customers.push(client.create_customer(request).await.unwrap().into_inner());
    }
    let mut owner = world.database.owner().await;
    let known = "SELECT count(*) FROM value.buyer WHERE customer_id IS NOT NULL";
    eventually("both reach value", async || (count(&mut owner, known).await == 2).then_some(())).await;
    run(world).await;
    customers.try_into().unwrap()
}

async fn score(world: &World, key: &str) -> Result<Score, Status> {
    let mut scores: ScoreServiceClient<Authorised> = ScoreServiceClient::new(world.value.tenant(TENANT));
    let customer = Some(get_score_request::Customer::CustomerExternalId(key.to_owned()));
    Ok(scores.get_score(GetScoreRequest { customer, ..Default::default() }).await?.into_inner())
}

fn cents(score: &Score) -> i64 {
    let revenue = score.purchases.as_ref().unwrap().total_revenue.as_ref().unwrap();
    revenue.units * 100 + i64::from(revenue.nanos / 10_000_000)
}

/// Once the customer's purchases are worth so much.
async fn worth(world: &World, key: &str, expected: i64) -> Score {
    eventually("the score follows", async || score(world, key).await.ok().filter(|score| cents(score) == expected))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_records_of_one_customer_are_merged_and_the_undo_restores_both() {
    let world = World::start().await;
    let [best, other] = shop(&world).await;
    let [before, of_other] = [score(&world, KEYS[0]).await.unwrap(), score(&world, KEYS[1]).await.unwrap()];
    let mut merges = CustomerMergeServiceClient::new(world.customers.tenant(TENANT));
    let customer_merge = Some(CustomerMerge {
        survivor_customer_id: best.customer_id.clone(),
        merged_customer_ids: vec![other.customer_id.clone()],
        ..CustomerMerge::default()
    });
    let request = CreateCustomerMergeRequest { customer_merge, ..Default::default() };
    let merge = merges.create_customer_merge(request).await.unwrap().into_inner();
    let both = worth(&world, KEYS[1], cents(&before) + cents(&of_other)).await;
    assert_eq!(both.customer_id, best.customer_id, "the merged key leads to the survivor");

    let request = UndoCustomerMergeRequest { customer_merge_id: merge.customer_merge_id, ..Default::default() };
    merges.undo_customer_merge(request).await.unwrap();
    let same = |score: &Score| {
        let figures =
            (score.rank, score.p_alive.to_bits(), score.clv.clone(), score.rfm.clone(), score.purchases.clone());
        (score.customer_id.clone(), score.tier.clone(), figures)
    };
    assert_eq!(same(&worth(&world, KEYS[0], cents(&before)).await), same(&before));
    assert_eq!(same(&worth(&world, KEYS[1], cents(&of_other)).await), same(&of_other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_customer_is_gone_from_both_services_and_does_not_come_back() {
    let world = World::start().await;
    let [best, _] = shop(&world).await;
    let mut merges = CustomerMergeServiceClient::new(world.customers.tenant(TENANT));
    let request = EraseCustomerRequest { customer_id: best.customer_id.clone(), ..Default::default() };
    merges.erase_customer(request).await.unwrap();
    let mut owner = world.database.owner().await;
    let over = "SELECT count(*) FROM value.erasure WHERE end_time IS NOT NULL AND transactions > 0";
    eventually("value has erased it", async || (count(&mut owner, over).await == 1).then_some(())).await;
    assert_eq!(score(&world, KEYS[0]).await.unwrap_err().code(), tonic::Code::NotFound);
    score(&world, KEYS[1]).await.unwrap();

    let mut customers = CustomerServiceClient::new(world.customers.tenant(TENANT));
    let request = CreateCustomerRequest { customer: Some(data::person(KEYS[0], "Ana")), ..Default::default() };
    let status = customers.create_customer(request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::ExternalIdTaken));
    let mut transactions = TransactionServiceClient::new(world.value.tenant(TENANT));
    let again: Vec<_> = cdnow::transactions().into_iter().take(1000).collect();
    let request = BatchRecordTransactionsRequest { transactions: again };
    let outcomes = transactions.batch_record_transactions(request).await.unwrap().into_inner().outcomes;
    assert!(outcomes.iter().any(|outcome| outcome.reason() == Reason::CustomerErased), "its purchases stay away");
}
