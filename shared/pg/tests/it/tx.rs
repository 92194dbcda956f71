//! Transactions that stop.

use std::time::{Duration, Instant};

use clientele_pg::{Begin, Kind, Tx};
use futures::FutureExt as _;
use futures::future::join_all;
use sqlx::{Row, query, query_scalar, raw_sql};

use crate::harness::{connect, database, eventually, pool, pool_on};

#[tokio::test]
async fn a_committed_change_is_seen_and_a_dropped_one_is_not() {
    let pool = pool(4).await;
    query("CREATE TABLE public.t (n int)").execute(&*pool).await.unwrap();
    let mut kept = Tx::begin(&pool, None).await.unwrap();
    query("INSERT INTO public.t VALUES (1)").execute(&mut *kept).await.unwrap();
    kept.commit().await.unwrap();
    let mut dropped = Tx::begin(&pool, None).await.unwrap();
    query("INSERT INTO public.t VALUES (2)").execute(&mut *dropped).await.unwrap();
    drop(dropped);
    let seen: Vec<i32> = query_scalar("SELECT n FROM public.t").fetch_all(&*pool).await.unwrap();
    assert_eq!(seen, [1]);
}

#[tokio::test]
async fn a_query_of_a_dropped_request_is_gone_at_once() {
    let url = database().await;
    let pool = pool_on(&url, 1).await;
    let mut watcher = connect(&url).await;
    let request = tokio::spawn(async move {
        let mut tx = Tx::begin(&pool, Some(Duration::from_mins(1))).await.unwrap();
        query("SELECT pg_sleep(60)").execute(&mut *tx).await.map(drop)
    });
    let running = "SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(60)'";
    eventually(&mut watcher, running).await;
    request.abort();
    let aborted = Instant::now();
    let gone = "SELECT count(*) = 0 FROM pg_stat_activity WHERE state <> 'idle' AND query = 'SELECT pg_sleep(60)'";
    eventually(&mut watcher, gone).await;
    assert!(aborted.elapsed() < Duration::from_secs(2), "took {:?}", aborted.elapsed());
}

#[tokio::test]
async fn a_pool_survives_two_hundred_cancelled_requests_with_its_connections() {
    let url = database().await;
    let pool = pool_on(&url, 4).await;
    // Warm up to all four connections.
    let warm = join_all((0..4).map(|_| Tx::begin(&pool, None))).await;
    drop(warm);
    for _ in 0..50 {
        let requests = (0..4).map(|_| {
            let pool = pool.clone();
            async move {
                let mut tx = Tx::begin(&pool, Some(Duration::from_mins(1))).await.unwrap();
                query("SELECT pg_sleep(60)").execute(&mut *tx).await.map(drop)
            }
        });
        let deadline = tokio::time::timeout(Duration::from_millis(15), join_all(requests)).await;
        assert!(deadline.is_err());
    }
    let all = join_all((0..4).map(|_| Tx::begin(&pool, None))).await;
    assert!(all.iter().all(Result::is_ok));
    drop(all);
    let mut watcher = connect(&url).await;
    assert!(pool.size() <= 4, "{} connections", pool.size());
    // A connection that had to be closed may still be on its way out.
    eventually(&mut watcher, "SELECT count(*) <= 4 FROM pg_stat_activity WHERE application_name = 'test'").await;
    eventually(
        &mut watcher,
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'test' AND state <> 'idle'",
    )
    .await;
}

#[tokio::test]
async fn a_connection_whose_query_was_cancelled_answers_the_next_request_correctly() {
    let pool = pool(1).await;
    for round in 0..20 {
        let mut tx = Tx::begin(&pool, None).await.unwrap();
        let rows = query("SELECT generate_series(1, 100000), pg_sleep(0.001)");
        let gave_up = tokio::time::timeout(Duration::from_millis(round % 5), rows.fetch_all(&mut *tx)).await;
        assert!(gave_up.is_err());
        drop(tx);
        let mut next = Tx::begin(&pool, None).await.unwrap();
        let answer: i64 = query_scalar("SELECT $1::bigint").bind(round as i64).fetch_one(&mut *next).await.unwrap();
        assert_eq!(answer, round as i64);
    }
}

#[tokio::test]
async fn the_deadline_stops_a_statement() {
    let pool = pool(1).await;
    let mut tx = Tx::begin(&pool, Some(Duration::from_millis(50))).await.unwrap();
    let error = query("SELECT pg_sleep(60)").execute(&mut *tx).await.unwrap_err();
    assert_eq!(Kind::of(&error), Kind::Cancelled);
    drop(tx);
    // It was for that transaction only.
    let mut next = Tx::begin(&pool, None).await.unwrap();
    let timeout: String = query_scalar("SHOW statement_timeout").fetch_one(&mut *next).await.unwrap();
    assert_eq!(timeout, "30s");
}

#[tokio::test]
async fn committing_a_failed_transaction_is_an_error() {
    let pool = pool(1).await;
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    query("SELECT 1 / 0").execute(&mut *tx).await.unwrap_err();
    assert!(tx.commit().await.is_err());
    let mut next = Tx::begin(&pool, None).await.unwrap();
    query("SELECT 1").execute(&mut *next).await.unwrap();
    next.commit().await.unwrap();
}

#[tokio::test]
async fn a_deferred_constraint_fails_the_commit() {
    let pool = pool(1).await;
    raw_sql("CREATE TABLE public.t (n int CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        .execute(&*pool)
        .await
        .unwrap();
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    query("INSERT INTO public.t VALUES (1), (1)").execute(&mut *tx).await.unwrap();
    let error = tx.commit().await.unwrap_err();
    assert_eq!(clientele_pg::constraint::violated(&error), Some("once"));
}

#[tokio::test]
async fn a_lock_is_waited_for_and_only_until_the_deadline() {
    let pool = pool(3).await;
    let holder = Tx::begin_with(&pool, Begin::new(None).lock(7)).await.unwrap();
    let error = Tx::begin_with(&pool, Begin::new(Some(Duration::from_millis(50))).lock(7)).await.unwrap_err();
    assert_eq!(Kind::of(&error), Kind::Cancelled);
    holder.commit().await.unwrap();
    let next = Tx::begin_with(&pool, Begin::new(Some(Duration::from_secs(10))).lock(7)).await.unwrap();
    assert!(next.backend_pid().is_some());
}

#[tokio::test]
async fn a_request_dropped_while_it_waits_for_a_lock_stops_waiting() {
    let url = database().await;
    let pool = pool_on(&url, 2).await;
    let mut watcher = connect(&url).await;
    let holder = Tx::begin_with(&pool, Begin::new(None).lock(8)).await.unwrap();
    let waiting = {
        let pool = pool.clone();
        tokio::spawn(async move { Tx::begin_with(&pool, Begin::new(None).lock(8)).await.map(drop) })
    };
    eventually(&mut watcher, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").await;
    waiting.abort();
    eventually(&mut watcher, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").await;
    drop(holder);
}

#[tokio::test]
async fn a_dropped_copy_does_not_reach_the_next_request() {
    let pool = pool(1).await;
    query("CREATE TABLE public.t (n bigint)").execute(&*pool).await.unwrap();
    for _ in 0..3 {
        let mut tx = Tx::begin(&pool, None).await.unwrap();
        let mut copy =
            clientele_pg::copy::CopyIn::begin(&mut tx, "COPY public.t FROM STDIN (FORMAT binary)").await.unwrap();
        copy.row(1).put(1_i64);
        drop(copy);
        drop(tx);
        let mut tx = Tx::begin(&pool, None).await.unwrap();
        {
            let rows =
                tx.copy_out_raw("COPY (SELECT generate_series(1, 1000000)) TO STDOUT (FORMAT binary)").await.unwrap();
            drop(rows);
        }
        drop(tx);
        let mut next = Tx::begin(&pool, None).await.unwrap();
        let row = query("SELECT count(*), 42 FROM public.t").fetch_one(&mut *next).await.unwrap();
        assert_eq!((row.get::<i64, _>(0), row.get::<i32, _>(1)), (0, 42));
    }
}

#[tokio::test]
async fn read_only_refuses_writes() {
    let pool = pool(1).await;
    query("CREATE TABLE public.t (n int)").execute(&*pool).await.unwrap();
    let mut tx = Tx::begin_with(&pool, Begin::new(None).read_only()).await.unwrap();
    query("INSERT INTO public.t VALUES (1)").execute(&mut *tx).await.unwrap_err();
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn a_domain_error_gives_the_connection_back_without_cancelling_anything() {
    let pool = pool(1).await;
    let mut pids = Vec::new();
    for _ in 0..20 {
        let tx = Tx::begin(&pool, None).await.unwrap();
        pids.push(tx.backend_pid());
        drop(tx);
    }
    pids.dedup();
    assert_eq!(pids.len(), 1, "the same connection served every request");
    assert!(pool.acquire().now_or_never().is_some() || pool.acquire().await.is_ok());
}
