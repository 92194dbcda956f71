//! Copies over a connection, with back-pressure in both directions.

use futures::TryStreamExt;
use sqlx::postgres::PgCopyIn;
use sqlx::{Connection, PgConnection, SqlSafeStr};

use super::{DecodeError, Reader, Row, RowWriter};

/// Bytes gathered before they are sent.
const CHUNK: usize = 256 * 1024;

/// Why a copy out ended early.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database's error.
    #[error("the copy failed")]
    Database(#[from] sqlx::Error),
    /// The rows are not what the reader expected.
    #[error("the copied rows cannot be read")]
    Decode(#[from] DecodeError),
}

/// A running `COPY .. FROM STDIN (FORMAT binary)`.
///
/// Dropped unfinished, it leaves a connection that must not be used again; a [`Tx`](crate::Tx) sees to that.
pub struct CopyIn<'c> {
    copy: PgCopyIn<&'c mut PgConnection>,
    rows: RowWriter,
}

impl<'c> CopyIn<'c> {
    /// Starts the statement.
    pub async fn begin(connection: &'c mut PgConnection, statement: impl SqlSafeStr) -> Result<Self, sqlx::Error> {
        let copy = connection.copy_in_raw(statement.into_sql_str().as_str()).await?;
        Ok(Self { copy, rows: RowWriter::with_capacity(CHUNK + CHUNK / 8) })
    }

    /// Begins a row; after its last field call [`flow`](Self::flow).
    #[inline]
    pub fn row(&mut self, fields: u16) -> &mut RowWriter {
        self.rows.row(fields)
    }

    /// Sends what was gathered once it fills a chunk, waiting while Postgres is slower.
    #[inline]
    pub async fn flow(&mut self) -> Result<(), sqlx::Error> {
        if self.rows.bytes().len() < CHUNK {
            return Ok(());
        }
        self.send().await
    }

    /// Sends the rest and answers how many rows Postgres took. An error of any row shows here at the latest.
    pub async fn finish(mut self) -> Result<u64, sqlx::Error> {
        self.rows.finish();
        self.send().await?;
        self.copy.finish().await
    }

    /// Gives up: no row is taken, and the transaction around it is failed.
    pub async fn abort(self, reason: &str) -> Result<(), sqlx::Error> {
        self.copy.abort(reason).await
    }

    async fn send(&mut self) -> Result<(), sqlx::Error> {
        self.copy.send(self.rows.bytes()).await?;
        self.rows.clear();
        Ok(())
    }
}

impl std::fmt::Debug for CopyIn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyIn").field("rows", &self.rows.rows()).finish_non_exhaustive()
    }
}

/// Runs a `COPY .. TO STDOUT (FORMAT binary)`, hands every row to `on_row` and answers their number. `on_row` runs on the
/// connection's task: while it works, Postgres waits.
///
/// When `on_row` or the future gives up, the connection is in the middle of the copy and must not be used again; a
/// [`Tx`](crate::Tx) sees to that.
pub async fn copy_out<E>(
    connection: &mut PgConnection,
    statement: impl SqlSafeStr,
    mut on_row: impl FnMut(&mut Row<'_>) -> Result<(), E>,
) -> Result<u64, E>
where
    E: From<CopyError> + From<DecodeError>,
{
    let statement = statement.into_sql_str();
    let mut reader = Reader::new();
    {
        let mut chunks = connection.copy_out_raw(statement.as_str()).await.map_err(CopyError::Database)?;
        while let Some(chunk) = chunks.try_next().await.map_err(CopyError::Database)? {
            reader.feed(&chunk, &mut on_row)?;
        }
    }
    connection.shrink_buffers();
    Ok(reader.finish()?)
}
