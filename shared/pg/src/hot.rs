//! Connections that go from one piece of work straight to the next.
//!
//! Whenever a connection returns to its pool, sqlx asks it for a sign of life: a round trip after every query, during which nobody can
//! use it, so that a busy service even opens more. A connection whose work ended as it should needs none. Some of these are kept here,
//! as long as nobody waits for the pool; all others, and those that rested, take the usual way.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::runtime::Handle;

/// So often a connection goes back to the pool all the same, which looks whether it has become too old.
const VISIT_EVERY: u32 = 1000;

/// The connections that are kept.
#[derive(Debug)]
pub(crate) struct Hot {
    kept: Mutex<Vec<Kept>>,
    most: usize,
    /// How long a connection may rest here.
    rest: Duration,
    waiting: AtomicUsize,
    visits: AtomicU32,
    closed: AtomicBool,
}

#[derive(Debug)]
struct Kept {
    connection: PoolConnection<Postgres>,
    since: Instant,
}

impl Hot {
    /// Keeps at most a quarter of a pool's connections, which is plenty as they are taken again at once: who takes the usual way finds
    /// the others.
    pub(crate) fn new(max_connections: u32, rest: Duration) -> Self {
        Self {
            kept: Mutex::default(),
            most: max_connections as usize / 4,
            rest,
            waiting: AtomicUsize::new(0),
            visits: AtomicU32::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// A kept connection, or one of the pool.
    pub(crate) async fn take(&self, pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        if let Some(connection) = self.take_kept() {
            return Ok(connection);
        }
        let _waiting = Waiting::of(&self.waiting);
        // One that was kept before it was known that somebody waits would stay here.
        match self.take_kept() {
            Some(connection) => Ok(connection),
            None => pool.acquire().await,
        }
    }

    fn take_kept(&self) -> Option<PoolConnection<Postgres>> {
        let mut kept = self.kept();
        let newest = kept.pop()?;
        if newest.since.elapsed() <= self.rest {
            return Some(newest.connection);
        }
        // The others rested even longer.
        kept.clear();
        None
    }

    /// Takes back a connection that is in no transaction and has no answer under way.
    pub(crate) fn keep(&self, connection: PoolConnection<Postgres>) {
        let visit = self.visits.fetch_add(1, Ordering::Relaxed) % VISIT_EVERY == VISIT_EVERY - 1;
        let mut kept = self.kept();
        let usual = visit || kept.len() >= self.most || self.waiting.load(Ordering::SeqCst) > 0;
        // Closing sets the mark before it empties the list.
        if usual || self.closed.load(Ordering::SeqCst) {
            drop(kept);
            drop(connection);
            return;
        }
        kept.push(Kept { connection, since: Instant::now() });
    }

    /// Gives everything back to the pool and keeps nothing any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hot {
    fn drop(&mut self) {
        if Handle::try_current().is_ok() {
            return;
        }
        // Without a runtime there is no way back to the pool, only out of it.
        for kept in self.kept().drain(..) {
            drop(kept.connection.detach());
        }
    }
}

/// Counts a wait, also one that is given up.
struct Waiting<'w>(&'w AtomicUsize);

impl<'w> Waiting<'w> {
    fn of(count: &'w AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
