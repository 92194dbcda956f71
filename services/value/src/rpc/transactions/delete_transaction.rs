//! `DeleteTransaction`: away with what should not have been recorded; its last revision and its id stay.

use clientele_error::{Error, Result};
use clientele_feed::NewEvent;
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{
    self as proto, DeleteTransactionRequest, TransactionDeleted, transaction_revision::Change,
};
use clientele_service::Call;
use sqlx::PgConnection;

use super::{
    change, reply,
    write::{Once, Start, begin},
};
use crate::{
    State,
    domain::transaction::Transaction,
    store::{
        buyer::buyers_lock_shared,
        transaction_change::{transaction_delete, transaction_find_for_update},
        transaction_revision::transaction_revision_insert,
    },
};

pub(super) async fn rpc(state: &State, call: Call, request: DeleteTransactionRequest) -> Result<proto::Transaction> {
    let command = parse(request)?;
    let mut write = match begin(state, &call, &command.once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let answer = run(state, &call, &mut write.tx, command).await.map(reply::transaction)?;
    write.end(state, &answer).await?;
    Ok(answer)
}

struct Command {
    external_id: String,
    etag: String,
    reason: String,
    once: Once,
}

fn parse(request: DeleteTransactionRequest) -> Result<Command> {
    let once = Once::of(&request, &request.request_id, request.validate_only)
        .map_err(|error| Error::invalid_field("request_id", error.to_string()))?;
    let DeleteTransactionRequest { external_id, etag, reason, .. } = request;
    Ok(Command { external_id, etag, reason, once })
}

async fn run(state: &State, call: &Call, connection: &mut PgConnection, command: Command) -> Result<Transaction> {
    let tenant = call.tenant();
    let Command { external_id, etag, reason, once } = command;

    buyers_lock_shared(connection, tenant).await.map_err(failed)?;
    let recorded = transaction_find_for_update(connection, tenant, &external_id).await.map_err(failed)?;
    let transaction = change::expect(recorded, &external_id, &etag)?.transaction;
    if once.validate_only {
        return Ok(transaction);
    }
    transaction_delete(connection, tenant, &external_id).await.map_err(failed)?;
    let revision = change::revision(state, call, Change::Deleted, transaction.clone(), Vec::new(), reason);
    transaction_revision_insert(connection, tenant, &revision).await.map_err(failed)?;
    let time = revision.create_time;
    let payload = TransactionDeleted { transaction_revision: Some(change::message(revision)?) };
    let subject = format!("transactions/{external_id}");
    let event = NewEvent::of_call(&state.context, call, &once.request_id(), time, subject, &payload);
    state.outbox.publish(connection, event).await.map_err(failed)?;
    Ok(transaction)
}
