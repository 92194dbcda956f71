//! The one database transaction of a write: begun within the call's deadline, ended with its answer recorded for the call's request id.

use clientele_error::{Error, Result};
use clientele_pg::{
    Begin, Tx,
    answer::{failed, not_begun},
    idempotency::{Begun, Key, Ticket},
};
use clientele_proto::value::v1::Transaction;
use clientele_service::Call;
use prost::Message;
use uuid::Uuid;

use crate::{State, domain::key};

/// What a write says of itself.
#[derive(Debug, Clone)]
pub(super) struct Once {
    /// The caller's id of the write and the request it came with, where the caller gave one.
    repeatable: Option<(Uuid, Vec<u8>)>,
    /// Nothing is to be kept.
    pub(super) validate_only: bool,
}

impl Once {
    /// Of a request whose `request_id` is a UUID or empty. A call that keeps nothing is not remembered: it has no effect that could happen
    /// twice.
    pub(super) fn of(request: &impl Message, request_id: &str, validate_only: bool) -> Result<Self, key::KeyError> {
        let request_id = Some(request_id).filter(|id| !id.is_empty()).map(key::uuid).transpose()?;
        let repeatable = request_id.filter(|_| !validate_only).map(|id| (id, request.encode_to_vec()));
        Ok(Self { repeatable, validate_only })
    }

    /// Neither a rehearsal nor a write whose answer is kept.
    pub(super) fn is_plain(&self) -> bool {
        self.repeatable.is_none() && !self.validate_only
    }

    /// The caller's id of the write, or nothing.
    pub(super) fn request_id(&self) -> String {
        self.repeatable.as_ref().map_or_else(String::new, |(id, _)| id.to_string())
    }
}

/// A write that may go ahead.
#[derive(Debug)]
#[must_use = "a dropped write is undone"]
pub(super) struct Write {
    /// Its transaction.
    pub(super) tx: Tx,
    ticket: Option<Ticket>,
}

/// How a write begins.
#[derive(Debug)]
pub(super) enum Start {
    /// It was done before and answered this.
    Done(Transaction),
    /// It may go ahead.
    Go(Write),
}

/// Begins a write, or finds that it was done before.
pub(super) async fn begin(state: &State, call: &Call, once: &Once) -> Result<Start> {
    let begin = Begin::new(call.remaining());
    let Some((request_id, body)) = &once.repeatable else {
        let tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
        return Ok(Start::Go(Write { tx, ticket: None }));
    };
    let key = Key { tenant_id: call.tenant().to_owned(), method: &call.method.method, request_id: *request_id };
    match state.requests.begin(&state.pool, begin, key, body).await.map_err(not_begun)? {
        Begun::Replay(answer) => Transaction::decode(answer.as_slice()).map(Start::Done).map_err(Error::internal),
        Begun::Fresh(tx, ticket) => Ok(Start::Go(Write { tx, ticket: Some(ticket) })),
    }
}

impl Write {
    /// Makes the write durable and its answer repeatable.
    pub(super) async fn end(mut self, state: &State, answer: &Transaction) -> Result<()> {
        if let Some(ticket) = self.ticket {
            ticket.record(&mut self.tx, &answer.encode_to_vec()).await.map_err(failed)?;
        }
        self.tx.commit().await.map_err(failed)?;
        state.outbox.committed();
        Ok(())
    }
}
