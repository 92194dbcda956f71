//! `CorrectTransaction`: what a transaction should have said, with what it said before kept beside it.

use clientele_error::{Error, Result, Violation};
use clientele_feed::NewEvent;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{
    self as proto, CorrectTransactionRequest, TransactionCorrected, transaction_revision::Change,
};
use clientele_service::Call;
use sqlx::PgConnection;

use super::{
    buyer_of::{buyer_find, buyer_make, customer_of},
    change, parse,
    record_transaction::within,
    reply,
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
        buyer::{Booking, buyers_lock_shared},
        transaction_change::{transaction_correct, transaction_find_for_update},
        transaction_revision::transaction_revision_insert,
    },
};

pub(super) async fn rpc(state: &State, call: Call, request: CorrectTransactionRequest) -> Result<proto::Transaction> {
    let command = parse(state, request)?;
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
    etag: String,
    reason: String,
    once: Once,
}

fn parse(state: &State, request: CorrectTransactionRequest) -> Result<Command> {
    let once = Once::of(&request, &request.request_id, request.validate_only);
    let transaction = request.transaction.unwrap_or_default();
    let etag = transaction.etag.clone();
    let parsed = parse::parse(transaction, day::latest(state.context.now()));
    match (parsed, once) {
        (Ok(transaction), Ok(once)) => Ok(Command { transaction, etag, reason: request.reason, once }),
        (parsed, once) => {
            let of_transaction = parsed.err().map(|bad| bad.violations).unwrap_or_default();
            let of_request_id = once.err().map(|error| Violation::new("request_id", error.to_string()));
            Err(Error::invalid_fields(of_transaction.into_iter().map(within).chain(of_request_id).collect()))
        }
    }
}

async fn run(state: &State, call: &Call, connection: &mut PgConnection, command: Command) -> Result<Transaction> {
    let tenant = call.tenant();
    let NewTransaction { external_id, customer, facts } = command.transaction;

    buyers_lock_shared(connection, tenant).await.map_err(failed)?;
    let recorded = transaction_find_for_update(connection, tenant, &external_id).await.map_err(failed)?;
    let recorded = change::expect(recorded, &external_id, &command.etag)?;
    let before = recorded.transaction;
    let mut buyer = buyer_find(connection, tenant, &customer).await?;
    // A buyer that is not known yet is none of those that have transactions.
    let buyer_id = buyer.as_ref().map_or(0, |buyer| buyer.buyer_id);
    let changed = differences((recorded.buyer_id, &before.facts), (buyer_id, &facts), &customer);
    if changed.is_empty() {
        return Ok(before);
    }
    let corrections = before.corrections + 1;
    if command.once.validate_only {
        let customer = customer_of(buyer.as_ref(), &customer);
        let item_count = facts.items.len();
        return Ok(Transaction { customer, facts, item_count, corrections, ..before });
    }
    let known = match buyer.take() {
        Some(buyer) => buyer,
        None => buyer_make(connection, tenant, &customer).await?,
    };
    let booking = Booking { buyer_id: known.buyer_id, own_buyer_id: known.own_buyer_id };
    transaction_correct(connection, tenant, &external_id, booking, &facts).await.map_err(failed)?;
    let transaction = Transaction {
        external_id: external_id.clone(),
        customer: customer_of(Some(&known), &customer),
        item_count: facts.items.len(),
        facts,
        corrections,
        create_time: before.create_time,
    };

    let changed = changed.into_iter().map(|violation| violation.field).collect();
    let revision = change::revision(state, call, Change::Corrected, before, changed, command.reason);
    transaction_revision_insert(connection, tenant, &revision).await.map_err(failed)?;
    let time = revision.create_time;
    let payload = TransactionCorrected {
        transaction: Some(reply::transaction(transaction.clone())),
        transaction_revision: Some(change::message(revision)?),
    };
    let subject = format!("transactions/{external_id}");
    let event = NewEvent::of_call(&state.context, call, &command.once.request_id(), time, subject, &payload);
    state.outbox.publish(connection, event).await.map_err(failed)?;
    Ok(transaction)
}
