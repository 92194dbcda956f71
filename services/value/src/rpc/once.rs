//! A write of one transaction that takes effect once: again with the same `request_id` it answers the same, and where it is only to be
//! checked it leaves nothing behind.

use clientele_error::{Error, Result};
use clientele_pg::{
    Begin, Tx,
    answer::{failed, not_begun},
    idempotency::{Begun, Key},
};
use clientele_service::Call;
use prost::Message;

use crate::{State, domain::key};

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

/// Does `change` in a transaction of its own and answers what it answers.
pub async fn once<A: Message + Default>(
    state: &State,
    call: &Call,
    asked: Asked<'_>,
    request: &impl Message,
    change: impl AsyncFnOnce(&mut Tx) -> Result<A>,
) -> Result<A> {
    let begin = Begin::new(call.remaining());
    if asked.validate_only || asked.request_id.is_empty() {
        let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
        let answer = change(&mut tx).await?;
        if asked.validate_only {
            tx.rollback().await.map_err(failed)?;
            return Ok(answer);
        }
        return commit(state, tx, answer).await;
    }
    let request_id =
        key::uuid(asked.request_id).map_err(|error| Error::invalid_field("request_id", error.to_string()))?;
    let key = Key { tenant_id: call.tenant().to_owned(), method: asked.method, request_id };
    match state.requests.begin(&state.pool, begin, key, &request.encode_to_vec()).await.map_err(not_begun)? {
        Begun::Replay(answer) => A::decode(answer.as_slice()).map_err(Error::internal),
        Begun::Fresh(mut tx, ticket) => {
            let answer = change(&mut tx).await?;
            ticket.record(&mut tx, &answer.encode_to_vec()).await.map_err(failed)?;
            commit(state, tx, answer).await
        }
    }
}

async fn commit<A>(state: &State, tx: Tx, answer: A) -> Result<A> {
    tx.commit().await.map_err(failed)?;
    state.outbox.committed();
    Ok(answer)
}
