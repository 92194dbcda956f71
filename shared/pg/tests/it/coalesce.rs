//! Single reads in batches.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use clientele_pg::Kind;
use clientele_pg::coalesce::{Coalescer, Error};
use futures::future::join_all;
use tokio::sync::Semaphore;

use crate::harness::pool;

/// The keys of every batch so far.
type Batches = Arc<Mutex<Vec<Vec<u32>>>>;

/// Batches that wait for a permit each, so that a test decides when they run; the keys of every batch are kept.
fn held() -> (Coalescer<u32, u32>, Arc<Semaphore>, Batches) {
    let gate = Arc::new(Semaphore::new(0));
    let batches = Arc::new(Mutex::new(Vec::new()));
    let (inner_gate, inner_batches) = (gate.clone(), batches.clone());
    let reads = Coalescer::with_workers(1, move |keys: Vec<u32>| {
        let (gate, batches) = (inner_gate.clone(), inner_batches.clone());
        async move {
            batches.lock().unwrap().push(keys.clone());
            gate.acquire().await.unwrap().forget();
            Ok(keys.into_iter().filter(|key| key % 2 == 0).map(|key| (key, key * 10)).collect())
        }
    });
    (reads, gate, batches)
}

#[tokio::test]
async fn reads_that_arrive_during_a_batch_form_the_next_one_with_each_key_once() {
    let (reads, gate, batches) = held();
    let first = tokio::spawn({
        let reads = reads.clone();
        async move { reads.get(2).await }
    });
    while batches.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    gate.add_permits(10);
    let rest = join_all([4, 4, 6, 7].map(|key| reads.get(key))).await;
    let rest: Vec<_> = rest.into_iter().map(Result::unwrap).collect();
    assert_eq!(rest, [Some(40), Some(40), Some(60), None]);
    assert_eq!(first.await.unwrap().unwrap(), Some(20));
    assert_eq!(*batches.lock().unwrap(), [vec![2], vec![4, 6, 7]]);
}

#[tokio::test]
async fn those_just_answered_who_ask_again_join_those_who_waited() {
    let (reads, gate, batches) = held();
    let twice = [2, 4].map(|key| {
        let reads = reads.clone();
        tokio::spawn(async move { (reads.get(key).await.unwrap(), reads.get(key + 10).await.unwrap()) })
    });
    while batches.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let waited = tokio::spawn({
        let reads = reads.clone();
        async move { reads.get(6).await.unwrap() }
    });
    tokio::task::yield_now().await;
    gate.add_permits(10);
    let twice: Vec<_> = join_all(twice).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(twice, [(Some(20), Some(120)), (Some(40), Some(140))]);
    assert_eq!(waited.await.unwrap(), Some(60));
    assert_eq!(*batches.lock().unwrap(), [vec![2, 4], vec![6, 12, 14]]);
}

#[tokio::test]
async fn a_batch_holds_at_most_512_keys() {
    let (reads, gate, batches) = held();
    gate.add_permits(100);
    let answers = join_all((0..1500).map(|key| reads.get(key * 2))).await;
    assert!(answers.into_iter().enumerate().all(|(n, answer)| answer.unwrap() == Some(n as u32 * 20)));
    let sizes: Vec<_> = batches.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [512, 512, 476]);
}

#[tokio::test]
async fn a_dropped_read_disturbs_nobody_and_is_not_read() {
    let (reads, gate, batches) = held();
    let first = tokio::spawn({
        let reads = reads.clone();
        async move { reads.get(2).await }
    });
    while batches.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let dropped = tokio::spawn({
        let reads = reads.clone();
        async move { reads.get(8).await }
    });
    tokio::task::yield_now().await;
    dropped.abort();
    assert!(dropped.await.unwrap_err().is_cancelled());
    gate.add_permits(10);
    assert_eq!(reads.get(4).await.unwrap(), Some(40));
    assert_eq!(first.await.unwrap().unwrap(), Some(20));
    assert_eq!(*batches.lock().unwrap(), [vec![2], vec![4]]);
}

#[tokio::test]
async fn a_panic_fails_its_own_batch_only() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let reads: Coalescer<u32, u32> = Coalescer::with_workers(1, move |keys: Vec<u32>| {
        assert!(counter.fetch_add(1, Ordering::SeqCst) != 0, "the first batch is unlucky");
        async move { Ok(keys.into_iter().map(|key| (key, key)).collect()) }
    });
    let error = reads.get(1).await.unwrap_err();
    assert!(matches!(*error, Error::Stopped));
    assert_eq!(reads.get(1).await.unwrap(), Some(1));
}

#[tokio::test]
async fn an_error_reaches_everyone_who_waited_for_it() {
    let reads: Coalescer<u32, u32> = Coalescer::new(|_| async { Err(sqlx::Error::PoolTimedOut) });
    for answer in join_all([1, 2, 3].map(|key| reads.get(key))).await {
        let error = answer.unwrap_err();
        assert_eq!(error.query().map(Kind::of), Some(Kind::Busy));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_read_under_load_gets_its_own_answer_from_postgres() {
    let pool = pool(4).await;
    sqlx::query("CREATE TABLE public.t AS SELECT n, n * 3 AS value FROM generate_series(0, 999) n")
        .execute(&*pool)
        .await
        .unwrap();
    let batches = Arc::new(AtomicUsize::new(0));
    let counter = batches.clone();
    let reads = Coalescer::with_workers(4, move |keys: Vec<i32>| {
        let pool = pool.clone();
        counter.fetch_add(1, Ordering::Relaxed);
        async move {
            let rows: Vec<(i32, i32)> =
                sqlx::query_as("SELECT n, value FROM public.t WHERE n = ANY ($1)").bind(keys).fetch_all(&*pool).await?;
            Ok(rows.into_iter().collect::<HashMap<_, _>>())
        }
    });
    let callers = (0..256).map(|caller| {
        let reads = reads.clone();
        tokio::spawn(async move {
            for round in 0..40 {
                let key = (caller * 7 + round * 31) % 1100;
                let expected = (key < 1000).then_some(key * 3);
                assert_eq!(reads.get(key).await.unwrap(), expected);
            }
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap();
    }
    let batches = batches.load(Ordering::Relaxed);
    assert!(batches < 256 * 40 / 4, "{batches} batches for {} reads", 256 * 40);
}
