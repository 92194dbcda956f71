//! A write of one transaction that takes effect once: again with the same `request_id` it answers the same, and where it is only to be
//! checked it leaves nothing behind. What was answered is forgotten after a while by [`sweep`].

use std::time::Duration;

use clientele_error::{Error, Result};
use clientele_pg::{
    Begin, Pool, Tx,
    answer::{failed, not_begun},
    idempotency::{Begun, Key, Requests},
};
use clientele_service::{Call, Job, serve::stopped};
use prost::Message;
use uuid::Uuid;

use crate::Outbox;

/// How a write is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The RPC.
    pub method: &'static str,
    /// The request's `request_id`; empty for none.
    pub request_id: &'a str,
    /// Whether it is only to be checked.
    pub validate_only: bool,
}

/// What writes of a service need.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// The service's connections.
    pub pool: &'a Pool,
    /// What it answered to request ids.
    pub requests: &'a Requests,
    /// Where it writes events.
    pub outbox: &'a Outbox,
}

impl Writer<'_> {
    /// Does `change` in a transaction of its own and answers what it answers.
    pub async fn once<A: Message + Default>(
        self,
        call: &Call,
        asked: Asked<'_>,
        request: &impl Message,
        change: impl AsyncFnOnce(&mut Tx) -> Result<A>,
    ) -> Result<A> {
        let begin = Begin::new(call.remaining());
        if asked.validate_only || asked.request_id.is_empty() {
            let mut tx = Tx::begin_with(self.pool, begin).await.map_err(failed)?;
            let answer = change(&mut tx).await?;
            if asked.validate_only {
                tx.rollback().await.map_err(failed)?;
                return Ok(answer);
            }
            return self.commit(tx, answer).await;
        }
        let key =
            Key { tenant_id: call.tenant().to_owned(), method: asked.method, request_id: uuid(asked.request_id)? };
        match self.requests.begin(self.pool, begin, key, &request.encode_to_vec()).await.map_err(not_begun)? {
            Begun::Replay(answer) => A::decode(answer.as_slice()).map_err(Error::internal),
            Begun::Fresh(mut tx, ticket) => {
                let answer = change(&mut tx).await?;
                ticket.record(&mut tx, &answer.encode_to_vec()).await.map_err(failed)?;
                self.commit(tx, answer).await
            }
        }
    }

    async fn commit<A>(self, tx: Tx, answer: A) -> Result<A> {
        tx.commit().await.map_err(failed)?;
        self.outbox.committed();
        Ok(answer)
    }
}

/// Time between two looks at old answers.
const SWEEP_PAUSE: Duration = Duration::from_mins(10);

/// Answers forgotten in one statement.
const SWEEP_BATCH: i64 = 5000;

/// Forgets the answers to request ids that are older than `keep`, as a background job. Any number of replicas may do so at once: they delete the same
/// rows or none.
pub fn sweep(pool: Pool, requests: Requests, keep: Duration) -> Job {
    Job::new("request sweep", move |stop| async move {
        while !*stop.borrow() {
            tokio::select! {
                swept = sweep_once(&pool, &requests, keep) => {
                    if let Err(error) = swept {
                        tracing::warn!(error = %error, "old answers to request ids are not swept; trying again later");
                    }
                }
                () = stopped(stop.clone()) => return,
            }
            let _ = tokio::time::timeout(SWEEP_PAUSE, stopped(stop.clone())).await;
        }
    })
}

async fn sweep_once(pool: &Pool, requests: &Requests, keep: Duration) -> sqlx::Result<()> {
    let mut connection = pool.acquire().await?;
    while requests.sweep(&mut connection, keep, SWEEP_BATCH).await? == SWEEP_BATCH as u64 {}
    Ok(())
}

/// Only the hyphenated form, as the contract's rule has it: the parser takes others too.
fn uuid(text: &str) -> Result<Uuid> {
    let parsed = if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
    parsed.ok_or_else(|| {
        Error::invalid_field("request_id", "must be a UUID, such as 0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f")
    })
}
