//! Work in batches. What holds for reads too is tried in [`crate::coalesce`].

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use clientele_pg::gather::{Batches, Gatherer, Stopped};
use futures::future::join_all;
use tokio::sync::Semaphore;

fn batches(at_once: usize, largest: usize) -> Batches {
    Batches { at_once, enough: 1, largest }
}

#[tokio::test]
async fn each_piece_gets_its_own_answer_also_where_pieces_are_alike() {
    let gatherer = Gatherer::new(batches(1, 3), |pieces: Vec<u32>| async move {
        assert!(pieces.len() <= 3);
        pieces.into_iter().enumerate().map(|(place, piece)| (place < 3, piece * 10)).collect()
    });
    let answers = join_all([1, 1, 2, 3, 1].map(|piece| gatherer.get(piece))).await;
    assert_eq!(answers, [10, 10, 20, 30, 10].map(|answer| Ok((true, answer))));
}

#[tokio::test]
async fn a_batch_that_panics_stops_its_own_pieces_only() {
    let gatherer = Gatherer::new(batches(2, 1), |pieces: Vec<u32>| async move {
        assert_ne!(pieces, [13], "a piece that cannot be worked on");
        pieces
    });
    let answers = join_all([1, 13, 2].map(|piece| gatherer.get(piece))).await;
    assert_eq!(answers, [Ok(1), Err(Stopped), Ok(2)]);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_begun() {
    let gate = Arc::new(Semaphore::new(0));
    let done = Arc::new(AtomicUsize::new(0));
    let gatherer = {
        let (gate, done) = (Arc::clone(&gate), Arc::clone(&done));
        Gatherer::new(batches(1, 10), move |pieces: Vec<u32>| {
            let (gate, done) = (Arc::clone(&gate), Arc::clone(&done));
            async move {
                gate.acquire().await.unwrap().forget();
                done.fetch_add(pieces.len(), Ordering::Relaxed);
                pieces
            }
        })
    };
    let first = tokio::spawn({
        let gatherer = gatherer.clone();
        async move { gatherer.get(1).await }
    });
    tokio::task::yield_now().await;
    let gone = tokio::spawn({
        let gatherer = gatherer.clone();
        async move { gatherer.get(2).await }
    });
    tokio::task::yield_now().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    gate.add_permits(10);
    assert_eq!(first.await.unwrap(), Ok(1));
    assert_eq!(gatherer.get(3).await, Ok(3));
    assert_eq!(done.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn beside_a_batch_another_one_begins_with_enough_pieces_only() {
    let gate = Arc::new(Semaphore::new(0));
    let gatherer = {
        let gate = Arc::clone(&gate);
        Gatherer::new(Batches { at_once: 2, enough: 3, largest: 10 }, move |pieces: Vec<u32>| {
            let gate = Arc::clone(&gate);
            async move {
                gate.acquire().await.unwrap().forget();
                vec![pieces.len(); pieces.len()]
            }
        })
    };
    let get = |piece| {
        let gatherer = gatherer.clone();
        tokio::spawn(async move { gatherer.get(piece).await })
    };
    let rest = async || {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    };
    let mut calls = vec![get(0)];
    rest().await;
    for piece in 1..=7 {
        calls.push(get(piece));
        rest().await;
    }
    // One by itself, three beside it; four that wait for either.
    gate.add_permits(10);
    let sizes: Vec<_> = join_all(calls).await.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    assert_eq!(sizes, [1, 3, 3, 3, 4, 4, 4, 4]);
}

#[tokio::test]
async fn what_is_not_enough_is_done_by_whoever_is_free_last() {
    let gatherer = Gatherer::new(Batches { at_once: 3, enough: 5, largest: 7 }, |pieces: Vec<u32>| async move {
        tokio::time::sleep(std::time::Duration::from_micros(u64::from(pieces[0] % 7) * 100)).await;
        pieces
    });
    for round in 0..200 {
        let answers = join_all((round..round + 23).map(|piece| gatherer.get(piece))).await;
        assert!(answers.into_iter().eq((round..round + 23).map(Ok)));
    }
}
