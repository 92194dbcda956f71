//! `RecordTransaction`: one transaction, its buyer and its event, durable together.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{self as proto, RecordTransactionRequest, TransactionRecorded};
use clientele_service::Call;
use sqlx::PgConnection;

use super::{
    buyer_of::{buyer_find, buyer_make, customer_of},
    parse, reply,
    together::Together,
    write::{Once, Start, begin},
};
use crate::{
    State,
    domain::{
        day,
        transaction::{NewTransaction, Transaction},
    },
    recording::compare::differences,
    store::{
        buyer::{Buyer, buyers_lock_shared},
        transaction::{transaction_find, transactions_book, transactions_insert},
        transaction_revision::transactions_deleted,
        transaction_row::Recorded,
    },
};

pub(super) async fn rpc(
    state: &State,
    together: &Together,
    call: Call,
    request: RecordTransactionRequest,
) -> Result<proto::Transaction> {
    let command = parse(state, request)?;
    if command.once.is_plain() {
        return together.record(call, command.transaction).await;
    }
    let mut write = match begin(state, &call, &command.once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let answer = run(state, &call, &mut write.tx, command).await.map(reply::transaction)?;
    write.end(state, &answer).await?;
    Ok(answer)
}

struct Command {
    transaction: NewTransaction,
    once: Once,
}

fn parse(state: &State, request: RecordTransactionRequest) -> Result<Command> {
    let once = Once::of(&request, &request.request_id, request.validate_only);
    let parsed = parse::parse(request.transaction.unwrap_or_default(), day::latest(state.context.now()));
    match (parsed, once) {
        (Ok(transaction), Ok(once)) => Ok(Command { transaction, once }),
        (parsed, once) => {
            let of_transaction = parsed.err().map(|bad| bad.violations).unwrap_or_default();
            let of_request_id = once.err().map(|error| Violation::new("request_id", error.to_string()));
            Err(Error::invalid_fields(of_transaction.into_iter().map(within).chain(of_request_id).collect()))
        }
    }
}

/// A violation of the transaction as one of the request.
pub(super) fn within(violation: Violation) -> Violation {
    Violation { field: format!("transaction.{}", violation.field), ..violation }
}

async fn run(state: &State, call: &Call, connection: &mut PgConnection, command: Command) -> Result<Transaction> {
    let tenant = call.tenant();
    let now = state.context.now();
    let NewTransaction { external_id, customer, facts, .. } = &command.transaction;

    buyers_lock_shared(connection, tenant).await.map_err(failed)?;
    let buyer = buyer_find(connection, tenant, customer).await?;
    if command.once.validate_only {
        let recorded = transaction_find(connection, tenant, external_id).await.map_err(failed)?;
        let Some(recorded) = recorded else {
            expect_not_deleted(connection, tenant, external_id).await?;
            return Ok(written(buyer.as_ref(), &command.transaction, now));
        };
        return settle(recorded, buyer.as_ref(), &command.transaction);
    }
    let buyer = match buyer {
        Some(buyer) => buyer,
        None => buyer_make(connection, tenant, customer).await?,
    };
    let row = (external_id.as_str(), buyer.buyer_id, facts);
    if transactions_insert(connection, tenant, now, &[row]).await.map_err(failed)? == 0 {
        let recorded = transaction_find(connection, tenant, external_id).await.map_err(failed)?;
        let Some(recorded) = recorded else {
            // It was deleted between the two statements.
            expect_not_deleted(connection, tenant, external_id).await?;
            return Err(Error::internal("a transaction whose id is taken cannot be found"));
        };
        return settle(recorded, Some(&buyer), &command.transaction);
    }
    expect_not_deleted(connection, tenant, external_id).await?;
    if let Some(own) = buyer.own_buyer_id {
        let booked = transactions_book(connection, tenant, (std::slice::from_ref(external_id), &[own])).await;
        booked.map_err(failed)?;
    }
    let transaction = written(Some(&buyer), &command.transaction, now);
    let payload = TransactionRecorded { transaction: Some(reply::transaction(transaction.clone())) };
    let subject = format!("transactions/{external_id}");
    let event = NewEvent::of_call(&state.context, call, &command.once.request_id(), now, subject, &payload);
    state.outbox.publish(connection, event).await.map_err(failed)?;
    Ok(transaction)
}

/// Refuses the id of a deleted transaction.
async fn expect_not_deleted(connection: &mut PgConnection, tenant: &str, external_id: &str) -> Result<()> {
    let deleted = transactions_deleted(connection, tenant, std::iter::once(external_id)).await.map_err(failed)?;
    if deleted.is_empty() { Ok(()) } else { Err(self::deleted(external_id)) }
}

/// The id is that of a deleted transaction.
pub(super) fn deleted(external_id: &str) -> Error {
    let message = format!("transaction {external_id} was deleted, and its id stays taken");
    Error::new(Reason::TransactionDeleted, message).about("transaction", external_id).at("transaction.external_id")
}

/// The transaction as it is recorded now.
fn written(buyer: Option<&Buyer>, new: &NewTransaction, create_time: jiff::Timestamp) -> Transaction {
    new.clone().recorded(customer_of(buyer, &new.customer), create_time)
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
    Err(conflict(&new.external_id, &differences))
}

/// Something else is recorded under the id.
pub(super) fn conflict(external_id: &str, differences: &[Violation]) -> Error {
    let fields: Vec<&str> = differences.iter().map(|violation| violation.field.as_str()).collect();
    let message = format!("transaction {external_id} is recorded with another {}", fields.join(", "));
    let error = Error::new(Reason::TransactionConflict, message).about("transaction", external_id);
    differences.iter().fold(error, |error, violation| error.at(within(violation.clone()).field))
}
