//! A write of one transaction that takes effect once: again with the same `request_id` it answers the same, and where it is only to be
//! checked it leaves nothing behind.

use clientele_error::{Error, Result};
use clientele_pg::{
    Begin, Pool, Tx,
    answer::{failed, not_begun},
    idempotency::{Begun, Key, Requests},
};
use clientele_service::Call;
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

/// Only the hyphenated form, as the contract's rule has it: the parser takes others too.
fn uuid(text: &str) -> Result<Uuid> {
    let parsed = if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
    parsed.ok_or_else(|| {
        Error::invalid_field("request_id", "must be a UUID, such as 0198c1f2-7d3a-7cc3-8a51-3f0d8b1c2e4f")
    })
}
