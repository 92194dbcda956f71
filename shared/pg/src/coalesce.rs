//! Many concurrent reads of single keys become few reads of many keys: `WHERE id = ANY($1)`.
//!
//! A [`Coalescer`] has a queue and a few workers. A read joins the queue; a free worker takes everything queued and reads it at
//! once. Under no load a read starts at once and alone; under load each read waits for one batch before its own.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

/// Keys of one batch at most.
const MAX_BATCH: usize = 512;
/// Batches at once, unless told otherwise.
const WORKERS: usize = 2;

/// Why a batch gave no answer; shared by everyone who waited for it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The batch's query failed.
    #[error("the batched read failed")]
    Query(#[source] sqlx::Error),
    /// The batch function panicked, or the runtime stopped under it.
    #[error("the batched read did not finish")]
    Stopped,
}

impl Error {
    /// The database's error, to classify with [`Kind::of`](crate::Kind::of).
    pub fn query(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Query(error) => Some(error),
            Self::Stopped => None,
        }
    }
}

type Answer<V> = Result<Option<V>, Arc<Error>>;
type Waiting<K, V> = Vec<(K, oneshot::Sender<Answer<V>>)>;
type Batch<K, V> = Box<dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, sqlx::Error>> + Send + Sync>;

struct Queue<K, V> {
    waiting: Waiting<K, V>,
    working: usize,
}

struct Shared<K, V> {
    queue: Mutex<Queue<K, V>>,
    read: Batch<K, V>,
    workers: usize,
}

/// Reads single keys in batches. Cheap to clone; clones share the queue.
pub struct Coalescer<K, V>(Arc<Shared<K, V>>);

impl<K, V> Clone for Coalescer<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> fmt::Debug for Coalescer<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coalescer").field("workers", &self.0.workers).finish_non_exhaustive()
    }
}

impl<K, V> Coalescer<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// `read` gets at most 512 distinct keys and answers those that exist. Two batches run at once.
    pub fn new<F, R>(read: F) -> Self
    where
        F: Fn(Vec<K>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HashMap<K, V>, sqlx::Error>> + Send + 'static,
    {
        Self::with_workers(WORKERS, read)
    }

    /// As [`new`](Self::new), with up to `workers` batches at once. More workers make smaller batches.
    pub fn with_workers<F, R>(workers: usize, read: F) -> Self
    where
        F: Fn(Vec<K>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HashMap<K, V>, sqlx::Error>> + Send + 'static,
    {
        Self(Arc::new(Shared {
            queue: Mutex::new(Queue { waiting: Vec::new(), working: 0 }),
            read: Box::new(move |keys| read(keys).boxed()),
            workers: workers.max(1),
        }))
    }

    /// The value of `key`, or `None` where there is none. Dropping the call disturbs nobody else.
    pub async fn get(&self, key: K) -> Answer<V> {
        let (answer, answered) = oneshot::channel();
        let start = {
            let mut queue = self.0.queue();
            queue.waiting.push((key, answer));
            let start = queue.working < self.0.workers;
            queue.working += usize::from(start);
            start
        };
        if start {
            tokio::spawn(work(Working { shared: Arc::clone(&self.0), held: true }));
        }
        answered.await.unwrap_or_else(|_| Err(Arc::new(Error::Stopped)))
    }
}

impl<K, V> Shared<K, V> {
    fn queue(&self) -> MutexGuard<'_, Queue<K, V>> {
        // Nothing panics while holding the lock, and the queue is whole at every step.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's place; given back when the worker ends, also when its runtime stops it in the middle.
struct Working<K, V> {
    shared: Arc<Shared<K, V>>,
    held: bool,
}

impl<K, V> Working<K, V> {
    /// The next batch. Where there is none, the place is given back under the same lock, so that no read is left without a worker.
    fn take(&mut self) -> Option<Waiting<K, V>> {
        let mut queue = self.shared.queue();
        let queued = queue.waiting.len();
        if queued == 0 {
            queue.working -= 1;
            self.held = false;
            return None;
        }
        if queued > MAX_BATCH {
            return Some(queue.waiting.drain(..MAX_BATCH).collect());
        }
        Some(std::mem::replace(&mut queue.waiting, Vec::with_capacity(queued)))
    }
}

impl<K, V> Drop for Working<K, V> {
    fn drop(&mut self) {
        if self.held {
            self.shared.queue().working -= 1;
        }
    }
}

async fn work<K, V>(mut place: Working<K, V>)
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    loop {
        // Calls that are ready to read join this batch instead of making one of their own: each batch is a round trip.
        tokio::task::yield_now().await;
        let Some(batch) = place.take() else { return };
        answer(&place.shared, batch).await;
    }
}

async fn answer<K, V>(shared: &Shared<K, V>, mut batch: Waiting<K, V>)
where
    K: Clone + Eq + Hash,
    V: Clone,
{
    batch.retain(|(_, waiting)| !waiting.is_closed());
    if batch.is_empty() {
        return;
    }
    let keys = distinct(&batch);
    let once = keys.len() == batch.len();
    // The batch function may panic when called as well as when polled.
    let read = AssertUnwindSafe(async { (shared.read)(keys).await }).catch_unwind();
    let found = match read.await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(Arc::new(Error::Query(error))),
        Err(_) => Err(Arc::new(Error::Stopped)),
    };
    let mut found = match found {
        Ok(found) => found,
        Err(error) => {
            for (_, waiting) in batch {
                let _ = waiting.send(Err(Arc::clone(&error)));
            }
            return;
        }
    };
    for (key, waiting) in batch {
        // Most keys are asked for once: then the value moves instead of being copied.
        let value = if once { found.remove(&key) } else { found.get(&key).cloned() };
        // Whoever stopped waiting does not mind.
        let _ = waiting.send(Ok(value));
    }
}

fn distinct<K: Clone + Eq + Hash, W>(batch: &[(K, W)]) -> Vec<K> {
    let mut seen = HashSet::with_capacity(batch.len());
    batch.iter().filter(|(key, _)| seen.insert(key)).map(|(key, _)| key.clone()).collect()
}
