//! A write with a `request_id` takes effect once: the same id and body answers what the first call answered.
//!
//! [`Requests::begin`] opens the write's transaction and answers [`Begun::Replay`] when the id is known. Otherwise the write runs in
//! the fresh transaction and ends with [`Ticket::record`] and commit. Two calls with one id at the same time: the second waits for
//! the first, then replays. A failed write records nothing, so it may be tried again.
//!
//! Each schema holds the table; put [`table_sql`]'s text into the service's first migration.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use crate::tx::Begin;
use crate::{Pool, Schema, Tx};

/// How long a response is kept unless configured otherwise.
pub const KEEP: Duration = Duration::from_hours(72);

/// The table a service's migrations have to create. The BRIN index makes the sweep cheap and costs writes next to nothing.
pub fn table_sql(schema: Schema) -> String {
    format!(
        "CREATE TABLE {schema}.idempotency (
    tenant_id text NOT NULL,
    method text NOT NULL,
    request_id uuid NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, method, request_id)
);
CREATE INDEX idempotency_create_time ON {schema}.idempotency USING brin (create_time);"
    )
}

/// Which write it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The caller's tenant.
    pub tenant_id: String,
    /// The RPC, for example `CreateCustomer`: an id is unique for a method of a tenant.
    pub method: &'static str,
    /// The caller's id of the write.
    pub request_id: Uuid,
}

impl Key {
    /// The advisory lock that calls with this key queue behind.
    fn lock(&self) -> i64 {
        let mut hash = Sha256::new();
        hash.update(self.tenant_id.as_bytes());
        hash.update([0]);
        hash.update(self.method.as_bytes());
        hash.update([0]);
        hash.update(self.request_id.as_bytes());
        let digest = hash.finalize();
        let mut head = [0; 8];
        head.copy_from_slice(&digest[..8]);
        i64::from_be_bytes(head)
    }
}

/// Why a write with a `request_id` cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The id was used before, with another body.
    #[error("the request id was used before with another body")]
    Conflict,
    /// The database's error.
    #[error("cannot look the request id up")]
    Database(#[from] sqlx::Error),
}

/// What [`Requests::begin`] found.
#[derive(Debug)]
pub enum Begun {
    /// The write took effect before: the encoded response it answered then.
    Replay(Vec<u8>),
    /// A new write: do it in this transaction, [`record`](Ticket::record) the response, commit.
    Fresh(Tx, Ticket),
}

/// The statements of one schema's idempotency table.
#[derive(Clone, Debug)]
pub struct Requests {
    lookup: Arc<str>,
    record: Arc<str>,
    sweep: Arc<str>,
}

impl Requests {
    /// For a service's schema; make it once.
    pub fn new(schema: Schema) -> Self {
        Self {
            lookup: format!(
                "SELECT fingerprint, response FROM {schema}.idempotency WHERE tenant_id = $1 AND method = $2 AND request_id = $3"
            )
            .into(),
            record: format!(
                "INSERT INTO {schema}.idempotency (tenant_id, method, request_id, fingerprint, response) VALUES ($1, $2, $3, $4, $5)"
            )
            .into(),
            sweep: format!(
                "DELETE FROM {schema}.idempotency WHERE ctid = ANY (ARRAY (SELECT ctid FROM {schema}.idempotency \
                 WHERE create_time < now() - make_interval(secs => $1) LIMIT $2))"
            )
            .into(),
        }
    }

    /// Opens the write's transaction, alone for this key. `request` is the encoded request; two encodings of one message must be
    /// equal bytes, so messages with maps need ordered ones.
    pub async fn begin(&self, pool: &Pool, begin: Begin, key: Key, request: &[u8]) -> Result<Begun, Error> {
        let mut tx = Tx::begin_with(pool, begin.lock(key.lock())).await?;
        let fingerprint: [u8; 32] = Sha256::digest(request).into();
        let known = sqlx::query(AssertSqlSafe(Arc::clone(&self.lookup)))
            .bind(&key.tenant_id)
            .bind(key.method)
            .bind(key.request_id)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = known else {
            let record = Arc::clone(&self.record);
            return Ok(Begun::Fresh(tx, Ticket { key, fingerprint, record }));
        };
        if row.try_get::<&[u8], _>(0)? != fingerprint {
            return Err(Error::Conflict);
        }
        Ok(Begun::Replay(row.try_get(1)?))
    }

    /// Deletes up to `batch` records older than `keep` and answers how many; call again while it answers `batch`.
    pub async fn sweep(&self, connection: &mut PgConnection, keep: Duration, batch: i64) -> Result<u64, sqlx::Error> {
        let done = sqlx::query(AssertSqlSafe(Arc::clone(&self.sweep)))
            .bind(keep.as_secs_f64())
            .bind(batch)
            .execute(connection)
            .await?;
        Ok(done.rows_affected())
    }
}

/// The right to record one response, once.
#[derive(Debug)]
#[must_use = "without a record, a retry would run the write again"]
pub struct Ticket {
    key: Key,
    fingerprint: [u8; 32],
    record: Arc<str>,
}

impl Ticket {
    /// Stores the encoded response in the write's transaction; commit it right after.
    pub async fn record(self, tx: &mut Tx, response: &[u8]) -> Result<(), sqlx::Error> {
        sqlx::query(AssertSqlSafe(self.record))
            .bind(self.key.tenant_id)
            .bind(self.key.method)
            .bind(self.key.request_id)
            .bind(self.fingerprint.as_slice())
            .bind(response)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}
