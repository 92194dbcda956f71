//! Work in batches. What holds for reads too is tried in [`crate::coalesce`].

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use clientele_pg::gather::{Gatherer, Stopped};
use futures::future::join_all;
use tokio::sync::Semaphore;

#[tokio::test]
async fn each_piece_gets_its_own_answer_also_where_pieces_are_alike() {
    let gatherer = Gatherer::new(1, 3, |pieces: Vec<u32>| async move {
        assert!(pieces.len() <= 3);
        pieces.into_iter().enumerate().map(|(place, piece)| (place < 3, piece * 10)).collect()
    });
    let answers = join_all([1, 1, 2, 3, 1].map(|piece| gatherer.get(piece))).await;
    assert_eq!(answers, [10, 10, 20, 30, 10].map(|answer| Ok((true, answer))));
}

#[tokio::test]
async fn a_batch_that_panics_stops_its_own_pieces_only() {
    let gatherer = Gatherer::new(2, 1, |pieces: Vec<u32>| async move {
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
        Gatherer::new(1, 10, move |pieces: Vec<u32>| {
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
