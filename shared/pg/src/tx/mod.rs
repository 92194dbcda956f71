//! The one transaction of a request: begun in one round trip with its deadline, and stopped when the request goes away.
//!
//! A [`Tx`] that is dropped unfinished is rolled back; if a query is still running, it is cancelled on the server first. Its
//! connection returns to the pool only after an answered rollback proved that nothing is left in flight.
//!
//! Do not call `sqlx::Connection::begin` on the connection of a `Tx`: sqlx does not know that a transaction is open. For a part
//! that may fail alone, run `SAVEPOINT` and `ROLLBACK TO`.

mod abandon;
mod begin;

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Row, raw_sql};
use tokio::runtime::Handle;

use crate::Pool;
pub use begin::{Begin, Isolation};

/// How to find the server process behind a connection in order to cancel what it runs.
#[derive(Debug)]
enum Backend {
    /// Still in the first round trip: known by a token in its query text.
    Starting(String),
    /// Its process id.
    Pid(i32),
    /// Committing: a cancel would only make the outcome less certain.
    Committing(i32),
}

/// An open transaction. Pass `&mut tx` to store functions; end it with [`commit`](Self::commit).
#[derive(Debug)]
#[must_use = "a dropped transaction is rolled back"]
pub struct Tx {
    /// Taken when the transaction ends or is dropped.
    connection: Option<PoolConnection<Postgres>>,
    backend: Backend,
    pool: Pool,
    runtime: Handle,
}

impl Tx {
    /// Opens a read-write transaction whose statements stop when `remaining`, the time left to the request, is over.
    pub async fn begin(pool: &Pool, remaining: Option<Duration>) -> Result<Self, sqlx::Error> {
        Self::begin_with(pool, Begin::new(remaining)).await
    }

    /// Opens a transaction as described; still one round trip.
    pub async fn begin_with(pool: &Pool, begin: Begin) -> Result<Self, sqlx::Error> {
        let waited = tokio::time::Instant::now();
        let connection = pool.take().await?;
        let token = begin::token();
        let sql = begin.sql(&token, waited.elapsed());
        let mut tx = Self {
            connection: Some(connection),
            backend: Backend::Starting(token),
            pool: pool.clone(),
            runtime: Handle::current(),
        };
        let row = raw_sql(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *tx).await?;
        tx.backend = Backend::Pid(row.try_get(0)?);
        Ok(tx)
    }

    /// Makes the changes durable (those of [`Begin::soon_durable`] soon). An error means they are not, unless the connection broke in between
    /// ([`Kind::Unavailable`](crate::Kind::Unavailable)): then nobody knows, and an idempotent retry finds out.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if let Backend::Pid(pid) = self.backend {
            self.backend = Backend::Committing(pid);
        }
        // A bare COMMIT of a failed transaction answers ROLLBACK without an error, and sqlx does not show which. In a failed
        // transaction the statement before it is an error (25P02); otherwise it runs the deferred constraints due now anyway.
        raw_sql("SET CONSTRAINTS ALL IMMEDIATE; COMMIT").execute(&mut *self).await?;
        self.give_back();
        Ok(())
    }

    /// Undoes the changes and waits for the answer. Dropping does the same in the background.
    pub async fn rollback(mut self) -> Result<(), sqlx::Error> {
        raw_sql("ROLLBACK").execute(&mut *self).await?;
        self.give_back();
        Ok(())
    }

    fn give_back(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.keep(connection);
        }
    }

    /// The server process that runs this transaction, as `pg_stat_activity` names it.
    pub fn backend_pid(&self) -> Option<i32> {
        match self.backend {
            Backend::Starting(_) => None,
            Backend::Pid(pid) | Backend::Committing(pid) => Some(pid),
        }
    }
}

const TAKEN: &str = "the connection is only taken by the calls that end the transaction";

impl Deref for Tx {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "only methods that consume the transaction take the connection")]
    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect(TAKEN)
    }
}

impl DerefMut for Tx {
    #[expect(clippy::expect_used, reason = "only methods that consume the transaction take the connection")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect(TAKEN)
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let backend = std::mem::replace(&mut self.backend, Backend::Starting(String::new()));
        let control = self.pool.control().clone();
        self.runtime.spawn(abandon::abandon(connection, backend, control));
    }
}
