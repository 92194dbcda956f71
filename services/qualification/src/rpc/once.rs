//! A write of one transaction that takes effect once, with this service's connections and outbox.

use clientele_error::Result;
use clientele_feed::Writer;
use clientele_pg::Tx;
use clientele_service::Call;
use prost::Message;

pub use clientele_feed::Asked;

use crate::State;

/// Does `change` in a transaction of its own and answers what it answers.
pub async fn once<A: Message + Default>(
    state: &State,
    call: &Call,
    asked: Asked<'_>,
    request: &impl Message,
    change: impl AsyncFnOnce(&mut Tx) -> Result<A>,
) -> Result<A> {
    let writer = Writer { pool: &state.pool, requests: &state.requests, outbox: &state.outbox };
    writer.once(call, asked, request, change).await
}
