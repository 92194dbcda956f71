//! `RecordTransaction`: one transaction, its buyer and its event, durable together.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::{
    Begin, Tx,
    answer::{failed, not_begun},
    idempotency::{Begun, Key},
};
use clientele_proto::value::v1::{self as proto, RecordTransactionRequest, TransactionRecorded};
use clientele_service::Call;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{parse, reply};
use crate::{
    State,
    domain::{
        day, key,
        transaction::{CustomerKey, NewTransaction, Transaction},
    },
    recording::compare::differences,
    store::{
        buyer::{
            Buyer, buyer_by_customer_id, buyer_by_external_id, buyers_insert_customer_ids, buyers_insert_external_ids,
            buyers_lock_shared,
        },
        transaction::{transaction_find, transaction_insert},
        transaction_row::Recorded,
    },
};

pub(super) async fn rpc(state: &State, call: Call, request: RecordTransactionRequest) -> Result<proto::Transaction> {
    let encoded = request.encode_to_vec();
    let command = parse(state, request)?;
    let begin = Begin::new(call.remaining());
    let Some(request_id) = command.request_id else {
        let mut tx = Tx::begin_with(&state.pool, begin).await.map_err(failed)?;
        let answer = run(state, &call, &mut tx, command).await.map(reply::transaction)?;
        commit(state, tx).await?;
        return Ok(answer);
    };
    let key = Key { tenant_id: call.tenant().to_owned(), method: "RecordTransaction", request_id };
    match state.requests.begin(&state.pool, begin, key, &encoded).await.map_err(not_begun)? {
        Begun::Replay(answer) => proto::Transaction::decode(answer.as_slice()).map_err(Error::internal),
        Begun::Fresh(mut tx, ticket) => {
            let answer = run(state, &call, &mut tx, command).await.map(reply::transaction)?;
            ticket.record(&mut tx, &answer.encode_to_vec()).await.map_err(failed)?;
            commit(state, tx).await?;
            Ok(answer)
        }
    }
}

async fn commit(state: &State, tx: Tx) -> Result<()> {
    tx.commit().await.map_err(failed)?;
    state.outbox.committed();
    Ok(())
}

struct Command {
    transaction: NewTransaction,
    /// None of a call that only validates: it has no effect that could happen twice.
    request_id: Option<Uuid>,
    validate_only: bool,
}

fn parse(state: &State, request: RecordTransactionRequest) -> Result<Command> {
    let latest = day::latest(state.context.now());
    let parsed = parse::parse(request.transaction.unwrap_or_default(), latest);
    let request_id = Some(request.request_id.as_str()).filter(|id| !id.is_empty()).map(key::uuid).transpose();
    match (parsed, request_id) {
        (Ok(transaction), Ok(request_id)) => Ok(Command {
            transaction,
            request_id: request_id.filter(|_| !request.validate_only),
            validate_only: request.validate_only,
        }),
        (parsed, request_id) => {
            let of_transaction = parsed.err().map(|bad| bad.violations).unwrap_or_default();
            let of_request_id = request_id.err().map(|error| Violation::new("request_id", error.to_string()));
            Err(Error::invalid_fields(of_transaction.into_iter().map(within).chain(of_request_id).collect()))
        }
    }
}

/// A violation of the transaction as one of the request.
fn within(violation: Violation) -> Violation {
    Violation { field: format!("transaction.{}", violation.field), ..violation }
}

async fn run(state: &State, call: &Call, connection: &mut PgConnection, command: Command) -> Result<Transaction> {
    let tenant = call.tenant();
    let now = state.context.now();
    let NewTransaction { external_id, customer, facts } = &command.transaction;

    buyers_lock_shared(connection, tenant).await.map_err(failed)?;
    let mut buyer = find(connection, tenant, customer).await.map_err(failed)?;
    if command.validate_only {
        let recorded = transaction_find(connection, tenant, external_id).await.map_err(failed)?;
        return recorded.map_or_else(
            || Ok(written(buyer.as_ref(), &command.transaction, now)),
            |recorded| settle(recorded, buyer.as_ref(), &command.transaction),
        );
    }
    if buyer.is_none() {
        buyer = make(connection, tenant, customer).await.map_err(failed)?;
    }
    let known = buyer.as_ref().ok_or_else(|| Error::internal("a buyer that was made cannot be found"))?;
    if !transaction_insert(connection, tenant, external_id, known.buyer_id, facts, now).await.map_err(failed)? {
        let recorded = transaction_find(connection, tenant, external_id).await.map_err(failed)?;
        let recorded = recorded.ok_or_else(|| Error::internal("a transaction whose id is taken cannot be found"))?;
        return settle(recorded, buyer.as_ref(), &command.transaction);
    }
    let transaction = written(buyer.as_ref(), &command.transaction, now);
    let payload = TransactionRecorded { transaction: Some(reply::transaction(transaction.clone())) };
    let request_id = command.request_id.map(|id| id.to_string()).unwrap_or_default();
    let event =
        NewEvent::of_call(&state.context, call, &request_id, now, format!("transactions/{external_id}"), &payload);
    state.outbox.publish(connection, event).await.map_err(failed)?;
    Ok(transaction)
}

async fn find(connection: &mut PgConnection, tenant: &str, customer: &CustomerKey) -> sqlx::Result<Option<Buyer>> {
    match customer {
        CustomerKey::Id(id) => buyer_by_customer_id(connection, tenant, *id).await,
        CustomerKey::External(key) => buyer_by_external_id(connection, tenant, key).await,
    }
}

/// A new buyer, or the one somebody else made at the same time.
async fn make(connection: &mut PgConnection, tenant: &str, customer: &CustomerKey) -> sqlx::Result<Option<Buyer>> {
    match customer {
        CustomerKey::Id(id) => buyers_insert_customer_ids(connection, tenant, &[*id]).await.map(drop)?,
        CustomerKey::External(key) => {
            buyers_insert_external_ids(connection, tenant, std::slice::from_ref(key)).await.map(drop)?;
        }
    }
    find(connection, tenant, customer).await
}

/// The transaction as it is recorded now.
fn written(buyer: Option<&Buyer>, new: &NewTransaction, create_time: jiff::Timestamp) -> Transaction {
    let customer = buyer.and_then(|buyer| buyer.customer_id).map_or_else(|| new.customer.clone(), CustomerKey::Id);
    let (external_id, facts) = (new.external_id.clone(), new.facts.clone());
    Transaction { external_id, customer, item_count: facts.items.len(), facts, create_time }
}

/// The one recorded before, if it says the same.
fn settle(recorded: Recorded, buyer: Option<&Buyer>, new: &NewTransaction) -> Result<Transaction> {
    // A buyer that is not known yet is none of those that have transactions.
    let buyer_id = buyer.map_or(0, |buyer| buyer.buyer_id);
    let differences =
        differences((recorded.buyer_id, &recorded.transaction.facts), (buyer_id, &new.facts), &new.customer);
    if differences.is_empty() {
        return Ok(recorded.transaction);
    }
    let fields: Vec<&str> = differences.iter().map(|violation| violation.field.as_str()).collect();
    let message = format!("transaction {} is recorded with another {}", new.external_id, fields.join(", "));
    let error = Error::new(Reason::TransactionConflict, message).about("transaction", new.external_id.clone());
    Err(differences.into_iter().fold(error, |error, violation| error.at(within(violation).field)))
}
