//! The one transaction of a write: begun within the call's deadline, ended with its answer recorded for the call's request id.

use clientele_pg::{
    Begin, Tx,
    idempotency::{Begun, Key, Ticket},
};
use clientele_service::Call;
use prost::Message;
use uuid::Uuid;

use crate::{
    Customers,
    error::{Error, Result},
};

/// What a write says of itself.
#[derive(Debug, Clone, Default)]
pub struct Once {
    /// The caller's id of the write and the request it came with, where the caller gave one.
    repeatable: Option<(Uuid, Vec<u8>)>,
    /// Nothing is to be kept.
    pub validate_only: bool,
}

impl Once {
    /// Of a request; its `request_id` was checked to be a UUID or empty. A call that keeps nothing is not remembered either.
    pub fn of(request: &impl Message, request_id: &str, validate_only: bool) -> Self {
        let request_id = if validate_only { None } else { Uuid::parse_str(request_id).ok() };
        Self { repeatable: request_id.map(|id| (id, request.encode_to_vec())), validate_only }
    }

    /// The caller's id of the write, or nothing.
    pub fn request_id(&self) -> String {
        self.repeatable.as_ref().map_or_else(String::new, |(id, _)| id.to_string())
    }
}

/// A write that may go ahead.
#[derive(Debug)]
#[must_use = "a dropped write is undone"]
pub struct Write {
    /// Its transaction.
    pub tx: Tx,
    ticket: Option<Ticket>,
    validate_only: bool,
}

/// How a write begins.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "taken apart at once, never kept")]
pub enum Start<A> {
    /// It was done before and answered this.
    Done(A),
    /// It may go ahead.
    Go(Write),
}

/// Begins a write, or finds that it was done before.
pub async fn begin<A: Message + Default>(app: &Customers, call: &Call, once: &Once) -> Result<Start<A>> {
    let begin = Begin::new(call.remaining());
    let Some((request_id, body)) = &once.repeatable else {
        let tx = Tx::begin_with(&app.pool, begin).await?;
        return Ok(Start::Go(Write { tx, ticket: None, validate_only: once.validate_only }));
    };
    let key = Key { tenant_id: call.tenant().to_owned(), method: &call.method.method, request_id: *request_id };
    match app.requests.begin(&app.pool, begin, key, body).await? {
        Begun::Replay(answer) => A::decode(answer.as_slice()).map(Start::Done).map_err(Error::Recorded),
        Begun::Fresh(tx, ticket) => Ok(Start::Go(Write { tx, ticket: Some(ticket), validate_only: false })),
    }
}

impl Write {
    /// Makes the write durable and its answer repeatable; or undoes it, where only its checks were asked for.
    pub async fn end(mut self, app: &Customers, answer: &impl Message) -> Result<()> {
        if self.validate_only {
            return Ok(self.tx.rollback().await?);
        }
        if let Some(ticket) = self.ticket {
            ticket.record(&mut self.tx, &answer.encode_to_vec()).await?;
        }
        self.tx.commit().await?;
        app.outbox.committed();
        Ok(())
    }
}
