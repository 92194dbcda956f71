//! Calls of the same moment are worked on together: many small statements become few large ones.
//!
//! A [`Gatherer`] has a queue and a few workers. Work joins the queue; a free worker takes everything queued and does it at once. Under no
//! load work starts at once and alone; under load each piece waits for one batch before its own. How many batches there are at once, and how
//! large, is a matter of [`Batches`].

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

/// The batch panicked, or the runtime stopped under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work that calls share did not finish")]
pub struct Stopped;

/// What batches are like.
#[derive(Debug, Clone, Copy)]
pub struct Batches {
    /// So many run at once at most. More of them are smaller.
    pub at_once: usize,
    /// While one runs, another begins only with so many pieces: each has costs of its own, and what waits joins the next one.
    pub enough: usize,
    /// Pieces at most.
    pub largest: usize,
}

type Waiting<T, A> = Vec<(T, oneshot::Sender<A>)>;
type Batch<T, A> = Box<dyn Fn(Vec<T>) -> BoxFuture<'static, Vec<A>> + Send + Sync>;

struct Queue<T, A> {
    waiting: Waiting<T, A>,
    working: usize,
}

struct Shared<T, A> {
    queue: Mutex<Queue<T, A>>,
    work: Batch<T, A>,
    batches: Batches,
}

/// Does work in batches. Cheap to clone; clones share the queue.
pub struct Gatherer<T, A>(Arc<Shared<T, A>>);

impl<T, A> Clone for Gatherer<T, A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, A> fmt::Debug for Gatherer<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gatherer").field("batches", &self.0.batches).finish_non_exhaustive()
    }
}

impl<T, A> Gatherer<T, A>
where
    T: Send + 'static,
    A: Send + 'static,
{
    /// `work` gets the pieces of a batch, in the order in which they came, and gives an answer to each, in their order.
    pub fn new<F, W>(batches: Batches, work: F) -> Self
    where
        F: Fn(Vec<T>) -> W + Send + Sync + 'static,
        W: Future<Output = Vec<A>> + Send + 'static,
    {
        Self(Arc::new(Shared {
            queue: Mutex::new(Queue { waiting: Vec::new(), working: 0 }),
            work: Box::new(move |pieces| work(pieces).boxed()),
            batches,
        }))
    }

    /// The answer to a piece of work. Dropping the call disturbs nobody else; work that has not begun by then is left undone.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the batch ended without an answer.
    pub async fn get(&self, piece: T) -> Result<A, Stopped> {
        let (answer, answered) = oneshot::channel();
        let start = {
            let mut queue = self.0.queue();
            queue.waiting.push((piece, answer));
            let Batches { at_once, enough, .. } = self.0.batches;
            let start = queue.working == 0 || queue.working < at_once && queue.waiting.len() >= enough;
            queue.working += usize::from(start);
            start
        };
        if start {
            tokio::spawn(work(Working { shared: Arc::clone(&self.0), held: true }));
        }
        answered.await.map_err(|_| Stopped)
    }
}

impl<T, A> Shared<T, A> {
    fn queue(&self) -> MutexGuard<'_, Queue<T, A>> {
        // Nothing panics while holding the lock, and the queue is whole at every step.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's place; given back when the worker ends, also when its runtime stops it in the middle.
struct Working<T, A> {
    shared: Arc<Shared<T, A>>,
    held: bool,
}

impl<T, A> Working<T, A> {
    /// The next batch. Where there is none, or too little beside what another worker does, the place is given back under the same lock, so that
    /// no work is left without a worker.
    fn take(&mut self) -> Option<Waiting<T, A>> {
        let mut queue = self.shared.queue();
        let queued = queue.waiting.len();
        let Batches { enough, largest, .. } = self.shared.batches;
        if queued == 0 || queue.working > 1 && queued < enough {
            queue.working -= 1;
            self.held = false;
            return None;
        }
        if queued > largest.max(1) {
            return Some(queue.waiting.drain(..largest.max(1)).collect());
        }
        Some(std::mem::replace(&mut queue.waiting, Vec::with_capacity(queued)))
    }
}

impl<T, A> Drop for Working<T, A> {
    fn drop(&mut self) {
        if self.held {
            self.shared.queue().working -= 1;
        }
    }
}

async fn work<T, A>(mut place: Working<T, A>)
where
    T: Send + 'static,
    A: Send + 'static,
{
    loop {
        // Calls that are ready to join this batch do so instead of making one of their own: each batch is a round trip.
        tokio::task::yield_now().await;
        let Some(mut batch) = place.take() else { return };
        batch.retain(|(_, waiting)| !waiting.is_closed());
        if batch.is_empty() {
            continue;
        }
        let (pieces, waiting): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        // The work may panic when called as well as when polled: then the senders are dropped, which is an answer too.
        let done = AssertUnwindSafe(async { (place.shared.work)(pieces).await }).catch_unwind().await;
        for (waiting, answer) in waiting.into_iter().zip(done.unwrap_or_default()) {
            // Whoever stopped waiting does not mind.
            let _ = waiting.send(answer);
        }
    }
}
