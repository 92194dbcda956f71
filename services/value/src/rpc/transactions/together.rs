//! `RecordTransaction`s of the same moment are recorded together: as one chunk in one database transaction, each with an event and an answer
//! of its own. By itself each would pay for its own round trips and wait for its own commit.
//!
//! A call that is alone does not wait. When a batch fails by what one of its transactions is, each is recorded by itself, so that only that
//! one fails. Calls with a `request_id` are not among them: the answer to each is kept in the transaction of its own write.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use clientele_error::{Error, Reason, Result};
use clientele_feed::NewEvent;
use clientele_pg::{
    answer::shared_failed,
    gather::{Batches, Gatherer},
};
use clientele_proto::value::v1::{Transaction, TransactionRecorded};
use clientele_service::Call;
use clientele_telemetry::propagation::current_traceparent;
use quick_cache::sync::Cache;
use sqlx::PgConnection;

use super::{record_transaction, reply};
use crate::{
    State,
    domain::transaction::{CustomerKey, NewTransaction},
    recording::{Behalf, Chunk, Exception, NewRows, Outcome, Recorder, resolve_chunk, settle},
    store::buyer::buyers_by_buyer_ids,
};

/// Batches of a tenant. While one waits for its commit another may run, but not for a few transactions: it would cost as much as for many.
const BATCHES: Batches = Batches { at_once: 2, enough: 14, largest: 256 };
/// Tenants whose queues are remembered; a forgotten one lives on while it is used.
const TENANTS: usize = 4_096;

/// What waits to be recorded: a queue a tenant, so that none waits for another.
#[derive(Debug)]
pub(super) struct Together {
    state: Arc<State>,
    tenants: Cache<String, Gatherer<Waiting, Result<Transaction>>>,
}

/// A call whose transaction is to be recorded.
#[derive(Debug)]
struct Waiting {
    call: Call,
    traceparent: String,
    transaction: NewTransaction,
}

impl Together {
    pub(super) fn new(state: Arc<State>) -> Self {
        Self { state, tenants: Cache::new(TENANTS) }
    }

    /// Records the transaction of a call with those of others.
    pub(super) async fn record(&self, call: Call, transaction: NewTransaction) -> Result<Transaction> {
        let made: Result<_, Infallible> = self.tenants.get_or_insert_with(call.tenant(), || Ok(self.gatherer()));
        let Ok(gatherer) = made;
        let traceparent = current_traceparent().unwrap_or_default();
        gatherer.get(Waiting { call, traceparent, transaction }).await.map_err(Error::internal)?
    }

    fn gatherer(&self) -> Gatherer<Waiting, Result<Transaction>> {
        let state = Arc::clone(&self.state);
        Gatherer::new(BATCHES, move |calls| {
            let state = Arc::clone(&state);
            async move { record_all(&state, &calls).await }
        })
    }
}

async fn record_all(state: &State, calls: &[Waiting]) -> Vec<Result<Transaction>> {
    let error = match record_chunk(state, calls).await {
        Ok(answers) => return answers,
        Err(error) => error,
    };
    let hits_all = matches!(error.reason(), Reason::DependencyUnavailable | Reason::DeadlineExceeded);
    if calls.len() == 1 {
        return vec![Err(error)];
    }
    let mut answers = Vec::with_capacity(calls.len());
    if hits_all {
        let error = Arc::new(error);
        answers.extend(calls.iter().map(|_| Err(failed_together(&error))));
        return answers;
    }
    for call in calls {
        answers.push(match record_chunk(state, std::slice::from_ref(call)).await {
            Ok(mut alone) => alone.pop().unwrap_or_else(|| Err(unanswered())),
            Err(error) => Err(error),
        });
    }
    answers
}

/// An error that all calls of a batch have.
fn failed_together(error: &Arc<Error>) -> Error {
    match error.reason() {
        Reason::DependencyUnavailable => Error::unavailable(error.to_string(), Arc::clone(error)),
        reason => Error::new(reason, error.to_string()),
    }
}

fn unanswered() -> Error {
    Error::internal("a transaction that was recorded with others has no answer")
}

async fn record_chunk(state: &State, calls: &[Waiting]) -> Result<Vec<Result<Transaction>>> {
    let mut chunk = Chunk::default();
    for call in calls {
        chunk.accept(call.transaction.clone());
    }
    let behalf = Calls { calls, written: Vec::new() };
    let resolved = resolve_chunk(state, &behalf, &chunk).await?;
    let mut recorder = Recorder { state, behalf, repeats: false };
    let settled = settle(&mut recorder, chunk, resolved).await?;

    let mut written = recorder.behalf.written;
    written.resize_with(calls.len(), || None);
    let mut exceptions = settled.exceptions.into_iter().peekable();
    let mut answers = Vec::with_capacity(calls.len());
    for (place, (call, written)) in calls.iter().zip(written).enumerate() {
        answers.push(match exceptions.next_if(|exception| exception.place == place) {
            Some(exception) => not_recorded(state, call, exception).await,
            None => written.ok_or_else(unanswered),
        });
    }
    Ok(answers)
}

/// The answer to a transaction that was not recorded now: the one that was before, or an error.
async fn not_recorded(state: &State, call: &Waiting, exception: Exception) -> Result<Transaction> {
    let NewTransaction { external_id, customer, .. } = &call.transaction;
    match exception.outcome {
        Outcome::Duplicate => {
            let key = (call.call.tenant().to_owned(), external_id.clone());
            let recorded = state.transactions.get(key).await.map_err(shared_failed)?;
            // It may be deleted since.
            recorded.map(reply::transaction).ok_or_else(|| record_transaction::deleted(external_id))
        }
        Outcome::Rejected { reason: Reason::TransactionConflict, violations } => {
            Err(record_transaction::conflict(external_id, &violations))
        }
        Outcome::Rejected { reason: Reason::TransactionDeleted, .. } => Err(record_transaction::deleted(external_id)),
        Outcome::Rejected { reason: Reason::CustomerErased, .. } => Err(super::buyer_of::erased(customer)),
        Outcome::Rejected { reason, violations } => {
            let violations = violations.into_iter().map(record_transaction::within).collect();
            Err(Error::new(reason, "the transaction cannot be recorded").with_violations(violations))
        }
    }
}

/// Calls of one tenant, each with the good row of its own place.
struct Calls<'c> {
    calls: &'c [Waiting],
    /// What each recorded, by place.
    written: Vec<Option<Transaction>>,
}

impl Behalf for Calls<'_> {
    fn tenant(&self) -> &str {
        self.calls.first().map_or("", |first| first.call.tenant())
    }

    /// As long as one of them waits.
    fn remaining(&self) -> Option<Duration> {
        let mut longest = Duration::ZERO;
        for call in self.calls {
            longest = longest.max(call.call.remaining()?);
        }
        Some(longest)
    }

    async fn events(
        &mut self,
        state: &State,
        connection: &mut PgConnection,
        new: &NewRows<'_>,
    ) -> sqlx::Result<Vec<NewEvent>> {
        let customers = customers(connection, self.tenant(), new).await?;
        self.written.clear();
        self.written.resize_with(self.calls.len(), || None);
        let mut events = Vec::with_capacity(new.indexes.len());
        for (index, customer) in new.indexes.iter().zip(customers) {
            let (call, written) = (&self.calls[*index], &mut self.written[*index]);
            let recorded = reply::transaction(call.transaction.clone().recorded(customer, new.now));
            let subject = format!("transactions/{}", recorded.external_id);
            let payload = TransactionRecorded { transaction: Some(recorded) };
            let event = NewEvent::of_call(&state.context, &call.call, "", new.now, subject, &payload);
            events.push(NewEvent { traceparent: call.traceparent.clone(), ..event });
            *written = payload.transaction;
        }
        Ok(events)
    }
}

/// Whom each new row is answered as belonging to: the customer's id where it is known.
async fn customers(connection: &mut PgConnection, tenant: &str, new: &NewRows<'_>) -> sqlx::Result<Vec<CustomerKey>> {
    let is_merged = |index: usize| new.resolved.merged.iter().any(|(merged, _)| *merged == index);
    let as_it_came = |index: usize| match &new.chunk.good[index].1.customer {
        CustomerKey::Id(id) if !is_merged(index) => Some(CustomerKey::Id(*id)),
        CustomerKey::Id(_) | CustomerKey::External(_) => None,
    };
    let asked = new.indexes.iter().filter(|index| as_it_came(**index).is_none());
    let mut asked: Vec<i64> = asked.map(|index| new.resolved.buyers[*index]).collect();
    asked.sort_unstable();
    asked.dedup();
    let known = if asked.is_empty() { HashMap::new() } else { buyers_by_buyer_ids(connection, tenant, &asked).await? };
    let customer = |index: usize| {
        as_it_came(index).unwrap_or_else(|| {
            let buyer = known.get(&new.resolved.buyers[index]);
            super::buyer_of::customer_of(buyer, &new.chunk.good[index].1.customer)
        })
    };
    Ok(new.indexes.iter().map(|index| customer(*index)).collect())
}
