//! The service is killed in the middle of an erasure; afterwards all of the customer is gone, counted once, and nothing of anybody else.

use clientele_proto::{
    customers::v1::{
        CreateCustomerRequest, EraseCustomerRequest, customer_merge_service_client::CustomerMergeServiceClient,
        customer_service_client::CustomerServiceClient,
    },
    value::v1::CustomerDataErased,
};
use clientele_tests::{data, eventually, rows::count};
use prost::Message as _;
use sqlx::{query_scalar, raw_sql};

use crate::site::Site;

/// Transactions of each of two customers: enough that the erasure can be caught at work.
const TRANSACTIONS: i64 = 300_000;

async fn furnish(site: &Site) -> String {
    let mut client = CustomerServiceClient::new(site.channel(&site.customers));
    let mut ids = Vec::new();
    for key in ["C-1", "C-2"] {
        let request = CreateCustomerRequest { customer: Some(data::person(key, "Ana")), ..Default::default() };
        ids.push(client.create_customer(request).await.unwrap().into_inner().customer_id);
    }
    let mut owner = site.owner().await;
    let known = "SELECT count(*) FROM value.buyer WHERE customer_id IS NOT NULL";
    eventually("both reach value", async || (count(&mut owner, known).await == 2).then_some(())).await;
    let statement = format!(
        "INSERT INTO value.transaction (buyer_id, amount_minor, create_time, occur_date, kind, tenant_id, currency_code, external_id) \
         SELECT buyer_id, 100, now(), date '1997-01-01' + n % 365, 1, tenant_id, 'USD', external_id || '/' || n \
         FROM value.buyer, generate_series(1, {TRANSACTIONS}) AS n"
    );
    raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut owner).await.unwrap();
    ids.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_whose_worker_is_killed_is_finished_and_told_once() {
    let mut site = Site::start().await;
    let customer_id = furnish(&site).await;
    let mut client = CustomerMergeServiceClient::new(site.channel(&site.customers));
    let request = EraseCustomerRequest { customer_id: customer_id.clone(), ..Default::default() };
    client.erase_customer(request).await.unwrap();
    for batches in [1, 20] {
        let mut owner = site.owner().await;
        let at_work = format!("SELECT count(*) FROM value.erasure WHERE transactions >= {batches} * 2000");
        eventually("batches are gone", async || (count(&mut owner, &at_work).await == 1).then_some(())).await;
        site.value.kill();
        let over = "SELECT count(*) FROM value.erasure WHERE rows_gone";
        assert_eq!(count(&mut owner, over).await, 0, "killed before it was over");
        site.value.restart();
        site.until_answering().await;
    }
    let mut owner = site.owner().await;
    let over = "SELECT count(*) FROM value.erasure WHERE end_time IS NOT NULL";
    eventually("the erasure ends", async || (count(&mut owner, over).await == 1).then_some(())).await;
    let told: Vec<Vec<u8>> =
        query_scalar("SELECT data FROM value.outbox WHERE event_type = 'clientele.value.v1.CustomerDataErased'")
            .fetch_all(&mut owner)
            .await
            .unwrap();
    let told: Vec<_> = told.iter().map(|data| CustomerDataErased::decode(data.as_slice()).unwrap()).collect();
    assert_eq!(told.len(), 1, "the end is told once");
    assert_eq!((told[0].customer_id.as_str(), told[0].transactions), (customer_id.as_str(), TRANSACTIONS));
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.transaction").await, TRANSACTIONS, "those of the other");
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.buyer").await, 1);
}
