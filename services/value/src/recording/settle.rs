//! A chunk into the database: one transaction, one statement for all rows, and the events of whoever brought it ([`Behalf`]). A few plain rows
//! are one statement with all that belongs to them.
//!
//! Rows are mostly new, so they are written without asking. Where a row turns out to be recorded or deleted already, the transaction
//! is undone and done again with what is recorded looked up first; and while chunks have such rows, as those of a resumed import do, the next ones
//! are looked up from the start.

use std::{collections::HashSet, mem, time::Duration};

use clientele_error::{Error, Reason, Result};
use clientele_feed::NewEvent;
use clientele_pg::{Begin, Tx, answer::failed, constraint};
use jiff::Timestamp;
use sqlx::PgConnection;

use super::{
    Chunk, Exception,
    compare::{Known, compare},
    resolve::{Resolved, resolve, resolve_known},
};
use crate::{
    State,
    domain::transaction::{CustomerKey, Facts},
    store::{
        buyer::{buyer_epoch, with_buyers_locked_shared},
        transaction::{
            EXTERNAL_ID_TAKEN, transactions_book, transactions_copy, transactions_insert, transactions_known,
        },
        transaction_record::{LOCKED, OTHERWISE, transactions_record},
        transaction_revision::transactions_deleted,
    },
};

/// Times a chunk is tried when others record the same rows, or join its buyers, at the same time.
const ATTEMPTS: usize = 50;

/// So many rows are written by a statement; of more, a `COPY` is faster.
const FEW: usize = 64;

/// Who waits no longer than this has rows recorded statement by statement, each of which ends with that time.
const LITTLE: Duration = Duration::from_secs(1);

/// On whose behalf chunks are recorded, and what is told of them.
pub trait Behalf {
    /// Whose data it is.
    fn tenant(&self) -> &str;

    /// What is left until nobody waits for it any more.
    fn remaining(&self) -> Option<Duration>;

    /// The events that tell of new rows, which stand in the transaction of `connection`. It is asked again where that is undone.
    fn events(
        &mut self,
        state: &State,
        connection: &mut PgConnection,
        new: &NewRows<'_>,
    ) -> impl Future<Output = sqlx::Result<Vec<NewEvent>>> + Send;
}

/// The rows of a chunk that are recorded now.
#[derive(Debug, Clone, Copy)]
pub struct NewRows<'c> {
    /// The chunk.
    pub chunk: &'c Chunk,
    /// The buyers of its good rows.
    pub resolved: &'c Resolved,
    /// Which of its good rows they are.
    pub indexes: &'c [usize],
    /// When.
    pub now: Timestamp,
}

/// Where chunks are recorded, and what was learnt of them.
#[derive(Debug)]
pub struct Recorder<'s, B> {
    /// The service.
    pub state: &'s State,
    /// On whose behalf.
    pub behalf: B,
    /// Whether the chunk before had rows that were recorded already.
    pub repeats: bool,
}

/// What became of a chunk.
#[derive(Debug, PartialEq, Eq)]
pub struct Settled {
    /// How many rows it had.
    pub rows: usize,
    /// The rows that were not recorded now, in order; all others are.
    pub exceptions: Vec<Exception>,
}

/// What stopped one attempt.
enum Stop {
    /// Rows are recorded or deleted already, or what was known of their buyers does not hold, or others are at them: look them up.
    Recorded,
    /// Buyers were joined meanwhile: resolve the keys again.
    Joined,
    /// Two transactions waited for each other.
    Deadlock,
    /// The database's error.
    Database(sqlx::Error),
}

/// Records the good rows of a chunk, durably. `resolved` are their buyers.
pub async fn settle(
    recorder: &mut Recorder<'_, impl Behalf>,
    mut chunk: Chunk,
    mut resolved: Resolved,
) -> Result<Settled> {
    let mut look_up = recorder.repeats;
    for _ in 0..ATTEMPTS {
        match attempt(recorder, &chunk, &resolved, look_up).await {
            Ok(exceptions) => {
                recorder.repeats = look_up && exceptions.iter().any(is_recorded);
                let rejected = mem::take(&mut chunk.rejected);
                return Ok(Settled { rows: chunk.rows, exceptions: merged(rejected, exceptions) });
            }
            Err(Stop::Recorded) => look_up = true,
            Err(Stop::Joined) => {
                let behalf = &recorder.behalf;
                let found = resolve(recorder.state, behalf.tenant(), &keys(&chunk), behalf.remaining()).await;
                resolved = found.map_err(failed)?;
            }
            Err(Stop::Deadlock) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(Stop::Database(error)) => return Err(failed(error)),
        }
    }
    Err(Error::new(Reason::Conflict, "others keep recording the same transactions; send them again"))
}

/// The buyers of a chunk's good rows.
pub async fn resolve_chunk(state: &State, behalf: &impl Behalf, chunk: &Chunk) -> Result<Resolved> {
    let keys = keys(chunk);
    if keys.is_empty() {
        return Ok(Resolved { buyers: Vec::new(), merged: Vec::new(), epoch: 0 });
    }
    match resolve_known(state, behalf.tenant(), &keys) {
        Some(resolved) => Ok(resolved),
        None => resolve(state, behalf.tenant(), &keys, behalf.remaining()).await.map_err(failed),
    }
}

fn keys(chunk: &Chunk) -> Vec<&CustomerKey> {
    chunk.good.iter().map(|(_, transaction)| &transaction.customer).collect()
}

async fn attempt(
    recorder: &mut Recorder<'_, impl Behalf>,
    chunk: &Chunk,
    resolved: &Resolved,
    look_up: bool,
) -> Result<Vec<Exception>, Stop> {
    if chunk.good.is_empty() {
        return Ok(Vec::new());
    }
    let Recorder { state, behalf, .. } = recorder;
    let has_time = behalf.remaining().is_none_or(|remaining| remaining > LITTLE);
    if !look_up && has_time && is_plain(chunk, resolved) {
        let (new, exceptions) = compare_in_order(chunk, resolved, &Known::default());
        if !new.is_empty() {
            at_once(state, behalf, chunk, resolved, &new).await?;
            return Ok(exceptions);
        }
    }
    let begin = with_buyers_locked_shared(Begin::new(behalf.remaining()), behalf.tenant());
    let mut tx = Tx::begin_with(&state.pool, begin).await?;
    if buyer_epoch(&mut tx, behalf.tenant()).await? != resolved.epoch {
        return Err(Stop::Joined);
    }
    let known = if look_up { known(&mut tx, behalf.tenant(), chunk).await? } else { Known::default() };
    let (new, exceptions) = compare_in_order(chunk, resolved, &known);
    if !new.is_empty() {
        let now = state.context.now();
        let rows = rows(chunk, resolved, &new);
        record(&mut tx, behalf.tenant(), now, &rows).await?;
        let external_ids = rows.iter().map(|(external_id, ..)| *external_id);
        let deleted = transactions_deleted(&mut tx, behalf.tenant(), external_ids).await?;
        if !deleted.is_empty() {
            return Err(Stop::Recorded);
        }
        book(&mut tx, behalf.tenant(), chunk, resolved, &new).await?;
        let events = behalf.events(state, &mut tx, &NewRows { chunk, resolved, indexes: &new, now }).await?;
        state.outbox.publish_all(&mut tx, events).await?;
    }
    tx.commit().await?;
    state.outbox.committed();
    Ok(exceptions)
}

/// Whether rows can be recorded by one statement: few, without items, under keys of their own buyers.
fn is_plain(chunk: &Chunk, resolved: &Resolved) -> bool {
    chunk.good.len() <= FEW
        && resolved.merged.is_empty()
        && chunk.good.iter().all(|(_, transaction)| transaction.facts.items.is_empty())
}

/// Records plain rows that are new, as nearly all are, in one round trip.
async fn at_once(
    state: &State,
    behalf: &mut impl Behalf,
    chunk: &Chunk,
    resolved: &Resolved,
    new: &[usize],
) -> Result<(), Stop> {
    let now = state.context.now();
    let mut connection = state.pool.take().await?;
    let events = behalf.events(state, &mut connection, &NewRows { chunk, resolved, indexes: new, now }).await?;
    let rows = rows(chunk, resolved, new);
    transactions_record(&mut connection, (behalf.tenant(), resolved.epoch), now, &rows, events).await?;
    state.pool.keep(connection);
    state.outbox.committed();
    Ok(())
}

/// The rows that are new, and what the others are.
fn compare_in_order(chunk: &Chunk, resolved: &Resolved, known: &Known) -> (Vec<usize>, Vec<Exception>) {
    let (mut new, exceptions) = compare(chunk, &resolved.buyers, known);
    // In the order of the index by buyer, which helps Postgres where external ids come in no order; and imports of the same rows take
    // them in the same order, so that they do not wait for each other crosswise.
    new.sort_unstable_by(|a, b| {
        let key = |index: usize| (resolved.buyers[index], &chunk.good[index].1.external_id);
        key(*a).cmp(&key(*b))
    });
    (new, exceptions)
}

/// New rows as they are stored.
fn rows<'c>(chunk: &'c Chunk, resolved: &Resolved, new: &[usize]) -> Vec<(&'c str, i64, &'c Facts)> {
    let row = |index: &usize| {
        let transaction = &chunk.good[*index].1;
        (transaction.external_id.as_str(), resolved.buyers[*index], &transaction.facts)
    };
    new.iter().map(row).collect()
}

/// Writes new rows.
async fn record(
    connection: &mut PgConnection,
    tenant: &str,
    now: Timestamp,
    rows: &[(&str, i64, &Facts)],
) -> Result<(), Stop> {
    if rows.len() > FEW {
        transactions_copy(connection, tenant, now, rows.iter().copied()).await?;
    } else if transactions_insert(connection, tenant, now, rows).await? < rows.len() {
        return Err(Stop::Recorded);
    }
    Ok(())
}

/// Notes of new rows under which merged buyer's key they came.
async fn book(
    connection: &mut PgConnection,
    tenant: &str,
    chunk: &Chunk,
    resolved: &Resolved,
    new: &[usize],
) -> sqlx::Result<()> {
    if resolved.merged.is_empty() {
        return Ok(());
    }
    let new: HashSet<usize> = new.iter().copied().collect();
    let merged = resolved.merged.iter().filter(|(index, _)| new.contains(index));
    let (ids, own): (Vec<_>, Vec<_>) =
        merged.map(|(index, own)| (chunk.good[*index].1.external_id.clone(), *own)).unzip();
    transactions_book(connection, tenant, (&ids, &own)).await
}

async fn known(connection: &mut PgConnection, tenant: &str, chunk: &Chunk) -> sqlx::Result<Known> {
    let mut ids: Vec<String> = chunk.good.iter().map(|(_, transaction)| transaction.external_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(Known {
        recorded: transactions_known(connection, tenant, &ids).await?,
        deleted: transactions_deleted(connection, tenant, ids.iter().map(String::as_str)).await?,
    })
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let is_otherwise = code.is_some_and(|code| [OTHERWISE, LOCKED].contains(&code.as_ref()));
        if is_otherwise || constraint::violated(&error) == Some(EXTERNAL_ID_TAKEN) {
            return Self::Recorded;
        }
        match clientele_pg::Kind::of(&error) {
            clientele_pg::Kind::Retry => Self::Deadlock,
            _ => Self::Database(error),
        }
    }
}

/// Whether the row was found recorded, with the same content or another.
fn is_recorded(exception: &Exception) -> bool {
    !matches!(exception.outcome, super::Outcome::Rejected { reason: Reason::InvalidFields, .. })
}

/// Both in the order of their places.
fn merged(mut rejected: Vec<Exception>, mut others: Vec<Exception>) -> Vec<Exception> {
    rejected.append(&mut others);
    rejected.sort_by_key(|exception| exception.place);
    rejected
}
