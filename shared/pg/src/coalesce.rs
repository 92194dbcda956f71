//! Many concurrent reads of single keys become few reads of many keys: `WHERE id = ANY($1)`.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;

use crate::gather::{Batches, Gatherer, Stopped};

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

/// Reads single keys in batches ([`Gatherer`]). Cheap to clone; clones share the queue.
pub struct Coalescer<K, V>(Gatherer<K, Answer<V>>);

impl<K, V> Clone for Coalescer<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> fmt::Debug for Coalescer<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Coalescer").field(&self.0).finish()
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
        let batches = Batches { at_once: workers, enough: 1, largest: MAX_BATCH };
        Self(Gatherer::new(batches, move |keys: Vec<K>| {
            let read = read(distinct(&keys));
            async move {
                let found = read.await;
                answers(&keys, found)
            }
        }))
    }

    /// The value of `key`, or `None` where there is none. Dropping the call disturbs nobody else.
    pub async fn get(&self, key: K) -> Answer<V> {
        self.0.get(key).await.unwrap_or_else(|Stopped| Err(Arc::new(Error::Stopped)))
    }
}

/// What was read of each key.
fn answers<K: Eq + Hash, V: Clone>(keys: &[K], read: Result<HashMap<K, V>, sqlx::Error>) -> Vec<Answer<V>> {
    match read {
        Ok(mut found) => {
            // Most keys are asked for once: then the value moves instead of being copied.
            let once = found.len() == keys.len();
            let value = |key: &K| if once { found.remove(key) } else { found.get(key).cloned() };
            keys.iter().map(value).map(Ok).collect()
        }
        Err(error) => {
            let error = Arc::new(Error::Query(error));
            keys.iter().map(|_| Err(Arc::clone(&error))).collect()
        }
    }
}

fn distinct<K: Clone + Eq + Hash>(keys: &[K]) -> Vec<K> {
    let mut seen = HashSet::with_capacity(keys.len());
    keys.iter().filter(|key| seen.insert(*key)).cloned().collect()
}
