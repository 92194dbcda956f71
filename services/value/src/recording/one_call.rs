//! Chunks of one call, each told of by one event.

use std::time::Duration;

use clientele_feed::NewEvent;
use clientele_proto::value::v1::TransactionsRecorded;
use clientele_service::Call;
use sqlx::PgConnection;

use super::{Behalf, NewRows};
use crate::State;

/// A call that records many rows.
#[derive(Debug, Clone, Copy)]
pub struct OneCall<'c> {
    /// The call.
    pub call: &'c Call,
    /// Whether events name the transactions, so that their customers are rescored at once.
    pub names: bool,
}

impl Behalf for OneCall<'_> {
    fn tenant(&self) -> &str {
        self.call.tenant()
    }

    fn remaining(&self) -> Option<Duration> {
        self.call.remaining()
    }

    async fn events(&mut self, state: &State, _: &mut PgConnection, new: &NewRows<'_>) -> sqlx::Result<Vec<NewEvent>> {
        let named = new.indexes.iter().filter(|_| self.names).map(|index| new.chunk.good[*index].1.external_id.clone());
        let payload = TransactionsRecorded { transactions: new.indexes.len() as i64, external_ids: named.collect() };
        let subject = "transactions".to_owned();
        Ok(vec![NewEvent::of_call(&state.context, self.call, "", new.now, subject, &payload)])
    }
}
