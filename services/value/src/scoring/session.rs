//! Connections a run has to itself, outside the pool: it copies for seconds or minutes, and when it is stopped in the middle of a copy
//! the connection is simply closed.

use std::future::Future;

use clientele_pg::Pool;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, raw_sql};

use super::{error::RunError, progress::Progress};

/// A run's connection in a transaction without time limits: a run may take as long as its data need, and stops when it is told to.
pub async fn begin(pool: &Pool, transaction: &str) -> Result<PgConnection, RunError> {
    let mut connection = pool.acquire().await?.detach();
    let sql = format!(
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
         SET max_parallel_workers_per_gather = 0; {transaction}"
    );
    raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    Ok(connection)
}

/// Makes the transaction's changes durable, at the latest with the next commit that waits for the disk, and closes the connection.
pub async fn end(mut connection: PgConnection) -> Result<(), RunError> {
    raw_sql("COMMIT").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Runs a future that copies on a thread of its own, so that neither the parsing nor the encoding takes a thread from the RPCs. It is
/// dropped, and its connection closed, when the run is asked to stop, also while Postgres keeps it waiting.
pub async fn apart<T, F>(progress: &Progress, copying: F) -> Result<T, RunError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, RunError>> + Send + 'static,
{
    let (runtime, progress) = (tokio::runtime::Handle::current(), progress.clone());
    let until_stopped = async move {
        tokio::select! {
            copied = copying => copied,
            () = progress.asked_to_stop() => Err(RunError::Stopped),
        }
    };
    tokio::task::spawn_blocking(move || runtime.block_on(until_stopped)).await.map_err(|error| fault(&error))?
}

/// Runs a computation on a thread of its own.
pub async fn compute<T, F>(computation: F) -> Result<T, RunError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, RunError> + Send + 'static,
{
    tokio::task::spawn_blocking(computation).await.map_err(|error| fault(&error))?
}

fn fault(error: &tokio::task::JoinError) -> RunError {
    RunError::Fault(error.to_string())
}
