//! Customers that are erased: afterwards nothing of them stands in any table, nothing comes back, and others are as they were.

use std::time::Duration;

use clientele_error::{Reason, reason_of};
use clientele_proto::{
    customers::v1::CustomerErased,
    value::v1::{
        AccountSignals, BatchRecordTransactionsRequest, Contract, CorrectTransactionRequest, CustomerDataErased,
        DeleteTransactionRequest, RecordTransactionRequest, record_outcome,
    },
};
use prost::{Message as _, Name as _};
use sqlx::AssertSqlSafe;
use tokio::time::{sleep, timeout};

use crate::{
    account_signals::of,
    contracts::yearly,
    customers_projection::{ANA, BEN, Feed, caught_up, of_key, start},
    harness::{Value, by_id, on, purchase, request},
    policies::by_revenue,
    scoring::{SHOP, settings},
    segments::list,
    tiers::score_of,
};

fn erased(feed: &Feed, customer_id: &str, external_ids: &[&str]) {
    feed.publish(&CustomerErased {
        customer_id: customer_id.into(),
        external_ids: external_ids.iter().map(|key| (*key).into()).collect(),
        ..CustomerErased::default()
    });
}

/// What was told of erasures that are over, once there are so many.
async fn over(value: &Value, count: usize) -> Vec<CustomerDataErased> {
    let ended = async {
        loop {
            let data: Vec<Vec<u8>> =
                sqlx::query_scalar("SELECT data FROM value.outbox WHERE event_type = $1 ORDER BY outbox_id")
                    .bind(CustomerDataErased::full_name())
                    .fetch_all(&*value.pool)
                    .await
                    .unwrap();
            if data.len() >= count {
                return data.into_iter().map(|data| CustomerDataErased::decode(data.as_slice()).unwrap()).collect();
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), ended).await.expect("the erasure ends")
}

/// Tables in which a text stands, in whatever column.
async fn holding(value: &Value, text: &str) -> Vec<String> {
    let mut owner = value.database.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'value' ORDER BY 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in tables {
        // Bytes are shown in hex.
        let sql = format!(
            "SELECT count(*) FROM value.{table} AS r \
             WHERE r::text LIKE '%{text}%' OR r::text LIKE '%' || encode(convert_to('{text}', 'UTF8'), 'hex') || '%'"
        );
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut owner).await.unwrap();
        if count > 0 {
            found.push(table);
        }
    }
    found
}

/// Tables with rows of a buyer that there is not, whatever they are.
async fn orphaned(value: &Value) -> Vec<String> {
    let mut owner = value.database.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.columns
         WHERE table_schema = 'value' AND column_name = 'buyer_id' ORDER BY 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let sql = format!(
            "SELECT count(*) FROM value.{table} r WHERE r.buyer_id IS NOT NULL AND NOT EXISTS (
                 SELECT FROM value.buyer b WHERE b.tenant_id = r.tenant_id AND b.buyer_id = r.buyer_id)"
        );
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut owner).await.unwrap();
        if count > 0 {
            found.push(table);
        }
    }
    found
}

/// Ann under the key `C-SECRET`, with some of everything.
async fn known(value: &Value, feed: &Feed) {
    value.bought(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    for (number, month) in [(1, 1), (2, 3), (3, 5)] {
        let once = RecordTransactionRequest {
            request_id: format!("0198c1f2-7d3a-4cc3-8a51-00000000000{number}"),
            ..request(on(purchase(&format!("INV-SECRET-{number}"), "C-SECRET", 40), month, 1))
        };
        value.transactions().record_transaction(once).await.unwrap();
    }
    let delete = DeleteTransactionRequest {
        external_id: "INV-SECRET-3".into(),
        reason: "C-SECRET called".into(),
        ..DeleteTransactionRequest::default()
    };
    value.transactions().delete_transaction(delete).await.unwrap();
    let correct = CorrectTransactionRequest {
        transaction: Some(on(purchase("INV-SECRET-2", "C-SECRET", 41), 3, 1)),
        reason: "C-SECRET called".into(),
        ..CorrectTransactionRequest::default()
    };
    value.transactions().correct_transaction(correct).await.unwrap();
    value.run(settings("1997-06-30")).await;
    value.signal(AccountSignals { nps: Some(9.0), ..of("C-SECRET") }, &[]).await.unwrap();
    value.decide("C-SECRET", "GOLD", None).await.unwrap();
    let contract =
        Contract { product: "support of C-SECRET".into(), ..yearly("INV-SECRET-K", "C-SECRET", "1997-02-01") };
    value.contract(contract).await.unwrap();
    let pilots = value.create(list("PILOTS")).await.unwrap();
    value.add(&pilots, &["C-SECRET", "bob"]).await.unwrap();
    feed.created(ANA, "C-SECRET");
    caught_up(value, feed).await;
}

#[tokio::test]
async fn nothing_of_an_erased_customer_is_left_and_others_are_as_they_were() {
    let (value, feed, _customers) = start().await;
    known(&value, &feed).await;
    let bob = score_of(&value, "bob").await;
    assert!(holding(&value, "C-SECRET").await.len() > 3);
    erased(&feed, ANA, &["C-SECRET"]);
    let told = over(&value, 1).await;
    assert_eq!((told[0].customer_id.as_str(), told[0].transactions, told[0].scores), (ANA, 2, 1));
    assert_eq!(told[0].tier_moves, 1);
    for text in ["C-SECRET", "INV-SECRET"] {
        assert_eq!(holding(&value, text).await, [""; 0], "{text}");
    }
    assert_eq!(orphaned(&value).await, [""; 0], "rows of a buyer that is gone");
    assert_eq!(value.members("PILOTS").await, ["bob"]);
    assert_eq!(value.segment("PILOTS").await.members, 1);
    assert_eq!(score_of(&value, "bob").await, bob);
    assert_eq!(value.all_scores().await.len(), 5);
}

#[tokio::test]
async fn nothing_is_recorded_of_an_erased_customer_any_more() {
    let (value, feed, _customers) = start().await;
    value.record(purchase("a", "C-1", 1)).await;
    feed.created(ANA, "C-1");
    erased(&feed, ANA, &["C-1"]);
    over(&value, 1).await;
    for transaction in [purchase("b", "C-1", 1), by_id(purchase("b", "", 1), ANA)] {
        let status = value.transactions().record_transaction(request(transaction)).await.unwrap_err();
        assert_eq!(reason_of(&status), Some(Reason::CustomerErased));
    }
    let transactions = vec![purchase("c", "C-1", 1), purchase("d", "C-2", 1), by_id(purchase("e", "", 1), ANA)];
    let request = BatchRecordTransactionsRequest { transactions };
    let outcomes = value.transactions().batch_record_transactions(request).await.unwrap().into_inner().outcomes;
    let told: Vec<_> = outcomes.iter().map(|outcome| (outcome.result(), outcome.reason())).collect();
    let (rejected, accepted) = (record_outcome::Result::Rejected, record_outcome::Result::Accepted);
    let erased = (rejected, Reason::CustomerErased);
    assert_eq!(told, [erased, (accepted, Reason::Unspecified), erased]);
    assert_eq!(value.count("SELECT count(*) FROM value.buyer").await, 1);
    // Nothing is told where nothing is recorded.
    let of_batches = "SELECT count(*) FROM value.outbox WHERE event_type LIKE '%TransactionsRecorded'";
    let told = value.count(of_batches).await;
    let request = BatchRecordTransactionsRequest { transactions: vec![purchase("f", "C-1", 1)] };
    let outcomes = value.transactions().batch_record_transactions(request).await.unwrap().into_inner().outcomes;
    assert_eq!(outcomes[0].reason(), Reason::CustomerErased);
    assert_eq!(value.count(of_batches).await, told);
    // The key of another tenant is another key.
    let mut others = value.transactions_of("globex");
    others.record_transaction(crate::harness::request(purchase("b", "C-1", 1))).await.unwrap();
}

#[tokio::test]
async fn a_customer_that_nobody_has_seen_is_erased_too() {
    let (value, feed, _customers) = start().await;
    erased(&feed, BEN, &["C-2"]);
    let told = over(&value, 1).await;
    assert_eq!((told[0].customer_id.as_str(), told[0].transactions), (BEN, 0));
    let status = value.transactions().record_transaction(request(purchase("b", "C-2", 1))).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::CustomerErased));
}

#[tokio::test]
async fn many_transactions_go_in_batches_and_are_counted_once() {
    let (value, feed, _customers) = start().await;
    value.record(purchase("a", "C-1", 1)).await;
    feed.created(ANA, "C-1");
    caught_up(&value, &feed).await;
    let sql = "INSERT INTO value.transaction (buyer_id, amount_minor, create_time, occur_date, kind, tenant_id, currency_code, external_id)
               SELECT buyer_id, 100, now(), date '1997-01-01', 1, tenant_id, 'USD', 'n-' || n
               FROM value.buyer, generate_series(1, 9000) n WHERE external_id = 'C-1'";
    sqlx::raw_sql(sql).execute(&mut value.database.owner().await).await.unwrap();
    value.record(purchase("of another", "C-2", 1)).await;
    erased(&feed, ANA, &["C-1"]);
    assert_eq!(over(&value, 1).await[0].transactions, 9001);
    assert_eq!(of_key(&value, "C-2").await, ["of another"]);
    assert_eq!(value.count("SELECT count(*) FROM value.transaction").await, 1);
}

/// Erased after the run has read: what the run makes of the customer goes with its scores.
#[tokio::test]
async fn a_run_that_is_at_work_does_not_bring_an_erased_customer_back() {
    let (value, feed, _customers) = start().await;
    known(&value, &feed).await;
    let held = value.hold_up_storing().await;
    let run = value.start_run(settings("1997-06-30")).await;
    value.until_storing(&run.score_run_id).await;
    erased(&feed, ANA, &["C-SECRET"]);
    over(&value, 1).await;
    drop(held);
    value.until(&run.score_run_id, clientele_proto::value::v1::score_run::State::Succeeded).await;
    let gone = async {
        loop {
            let scores = value.all_scores().await;
            if scores.len() == 5 && scores.iter().all(|score| score.score_run_id == run.score_run_id) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), gone).await.expect("the score goes");
}
