//! A write with a request id takes effect once.

use std::time::Duration;

use clientele_pg::idempotency::{Begun, Error, Key, Requests, table_sql};
use clientele_pg::{Begin, Pool, Schema};
use futures::future::join_all;
use sqlx::{AssertSqlSafe, query, query_scalar, raw_sql};
use uuid::Uuid;

use crate::harness::pool;

const SCHEMA: Schema = Schema::new("shop");

async fn shop() -> (Pool, Requests) {
    let pool = pool(12).await;
    let sql = format!("CREATE SCHEMA shop; CREATE TABLE shop.sale (n int); {}", table_sql(SCHEMA));
    raw_sql(AssertSqlSafe(sql)).execute(&*pool).await.unwrap();
    (pool, Requests::new(SCHEMA))
}

fn key(tenant: &str, id: u128) -> Key {
    Key { tenant_id: tenant.to_owned(), method: "RecordSale", request_id: Uuid::from_u128(id) }
}

/// A write of the service: its response is the number of sales so far.
async fn sell(pool: &Pool, requests: &Requests, key: Key, body: &[u8]) -> Result<Vec<u8>, Error> {
    match requests.begin(pool, Begin::new(Some(Duration::from_secs(20))), key, body).await? {
        Begun::Replay(response) => Ok(response),
        Begun::Fresh(mut tx, ticket) => {
            query("INSERT INTO shop.sale VALUES (1)").execute(&mut *tx).await?;
            let count: i64 = query_scalar("SELECT count(*) FROM shop.sale").fetch_one(&mut *tx).await?;
            let response = count.to_be_bytes().to_vec();
            ticket.record(&mut tx, &response).await?;
            tx.commit().await?;
            Ok(response)
        }
    }
}

async fn sales(pool: &Pool) -> i64 {
    query_scalar("SELECT count(*) FROM shop.sale").fetch_one(&**pool).await.unwrap()
}

#[tokio::test]
async fn the_same_id_and_body_answers_the_same_and_another_body_is_refused() {
    let (pool, requests) = shop().await;
    let first = sell(&pool, &requests, key("a", 1), b"body").await.unwrap();
    sell(&pool, &requests, key("a", 2), b"body").await.unwrap();
    assert_eq!(sell(&pool, &requests, key("a", 1), b"body").await.unwrap(), first);
    let other = sell(&pool, &requests, key("a", 1), b"other").await;
    assert!(matches!(other, Err(Error::Conflict)));
    assert_eq!(sales(&pool).await, 2);
}

#[tokio::test]
async fn another_tenant_may_use_the_same_id() {
    let (pool, requests) = shop().await;
    sell(&pool, &requests, key("a", 1), b"one").await.unwrap();
    sell(&pool, &requests, key("b", 1), b"two").await.unwrap();
    assert_eq!(sales(&pool).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_takes_effect_and_all_answer_the_same() {
    let (pool, requests) = shop().await;
    let answers = join_all((0..10).map(|_| sell(&pool, &requests, key("a", 1), b"body"))).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(sales(&pool).await, 1);
}

#[tokio::test]
async fn a_failed_write_may_be_tried_again() {
    let (pool, requests) = shop().await;
    let Begun::Fresh(tx, _) = requests.begin(&pool, Begin::new(None), key("a", 1), b"body").await.unwrap() else {
        panic!("the id is new");
    };
    drop(tx);
    sell(&pool, &requests, key("a", 1), b"body").await.unwrap();
    assert_eq!(sales(&pool).await, 1);
}

#[tokio::test]
async fn old_records_are_swept_in_batches() {
    let (pool, requests) = shop().await;
    for id in 0..5 {
        sell(&pool, &requests, key("a", id), b"body").await.unwrap();
    }
    query("UPDATE shop.idempotency SET create_time = now() - interval '73 hours' WHERE request_id <> $1")
        .bind(Uuid::from_u128(0))
        .execute(&*pool)
        .await
        .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let keep = clientele_pg::idempotency::KEEP;
    assert_eq!(requests.sweep(&mut connection, keep, 3).await.unwrap(), 3);
    assert_eq!(requests.sweep(&mut connection, keep, 3).await.unwrap(), 1);
    let left: i64 = query_scalar("SELECT count(*) FROM shop.idempotency").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(left, 1);
}
