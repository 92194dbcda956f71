//! What happens to the connection of a transaction that was dropped unfinished.

use std::pin::pin;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Error, PgConnection, PgPool, Postgres, Row, raw_sql};
use tokio::time::timeout;

use super::Backend;

/// A rollback on a connection that is not running anything answers well within this.
const IDLE_ANSWER: Duration = Duration::from_millis(10);
/// A commit in flight is given this long before it is cancelled.
const COMMIT_ANSWER: Duration = Duration::from_secs(10);
/// A cancelled query ends within this, or its connection is closed.
const CANCELLED_ANSWER: Duration = Duration::from_secs(5);

/// Rolls back, after cancelling what still runs; returns the connection to its pool only when it is known to be clean.
pub(super) async fn abandon(mut connection: PoolConnection<Postgres>, backend: Backend, control: PgPool) {
    let patience = match backend {
        Backend::Committing(_) => COMMIT_ANSWER,
        Backend::Pid(_) | Backend::Starting(_) => IDLE_ANSWER,
    };
    let outcome = {
        let mut rollback = pin!(rollback(&mut connection));
        if let Ok(outcome) = timeout(patience, &mut rollback).await {
            outcome
        } else {
            cancel(&backend, &control).await;
            timeout(CANCELLED_ANSWER, rollback).await.unwrap_or(Err(Error::PoolTimedOut))
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(error = &error as &dyn std::error::Error, "closed the connection of an abandoned transaction");
        // After an I/O error the backend is gone, and its process id may already be another one's.
        if !matches!(error, Error::Io(_)) {
            cancel(&backend, &control).await;
        }
        // Closing says goodbye first, which may block on a broken connection; the pool's slot is free either way.
        timeout(CANCELLED_ANSWER, connection.close()).await.ok();
    }
}

/// Rolls back and proves that the answer belongs to this very rollback, not to something sent before it.
async fn rollback(connection: &mut PgConnection) -> Result<(), Error> {
    static NONCE: AtomicI32 = AtomicI32::new(0);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let nonce = NONCE.fetch_add(1, Ordering::Relaxed);
        let sql = AssertSqlSafe(format!("ROLLBACK;SELECT {nonce}"));
        match raw_sql(sql).fetch_one(&mut *connection).await {
            Ok(row) if row.try_get::<i32, _>(0)? == nonce => return Ok(()),
            Ok(_) => return Err(Error::Protocol("an answer to an earlier query".to_owned())),
            // The abandoned query's own error, or its cancellation, arrives first.
            Err(Error::Database(_)) if attempts < 3 => {}
            Err(error) => return Err(error),
        }
    }
}

/// Stops what the backend runs; it answers with an error and lives on.
async fn cancel(backend: &Backend, control: &PgPool) {
    let done = match backend {
        Backend::Pid(pid) | Backend::Committing(pid) => {
            sqlx::query("SELECT pg_cancel_backend($1)").bind(pid).execute(control).await
        }
        Backend::Starting(token) => {
            sqlx::query(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity \
                 WHERE state = 'active' AND query LIKE '/*' || $1 || '*/%'",
            )
            .bind(token)
            .execute(control)
            .await
        }
    };
    if let Err(error) = done {
        tracing::warn!(error = &error as &dyn std::error::Error, "cannot cancel an abandoned query");
    }
}
