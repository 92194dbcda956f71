//! Creates or changes any number of customers in one call: one transaction and one answer for each message of the stream.
//!
//! The next message is read when the answer to the last one is taken, so a slow database or a slow caller slows the stream down
//! instead of filling memory.

use clientele_error::{Error, Reason, violations_of};
use clientele_proto::customers::v1::{
    BatchUpsertCustomersResponse, ImportCustomersRequest, ImportCustomersResponse, upsert_outcome::Result as Became,
};
use clientele_service::Call;
use futures::{Stream, stream};
use tonic::{Code, Status, Streaming};

use super::{
    batch_upsert_customers::{BatchUpsertCustomers, run},
    customer_message::draft,
};
use crate::{
    Customers,
    domain::{Refusal, upsert::Row},
    write::Once,
};

/// Rows of one message at most.
const MAX_ROWS: usize = 10_000;

/// Serves the RPC.
pub fn import_customers(
    app: Customers,
    call: Call,
    messages: Streaming<ImportCustomersRequest>,
) -> impl Stream<Item = clientele_error::Result<ImportCustomersResponse>> + Send {
    stream::try_unfold((app, call, messages, 0), async |(app, call, mut messages, next_row)| {
        let Some(message) = messages.message().await.map_err(|status| broken(&status))? else { return Ok(None) };
        let command = parse(message)?;
        let rows = command.rows.len() as i64;
        let answer = reply(next_row, run(&app, &call, command).await?);
        Ok(Some((answer, (app, call, messages, next_row + rows))))
    })
}

/// The rows of one message. Too many of them are an error; a bad one is kept with what is wrong with it.
fn parse(message: ImportCustomersRequest) -> clientele_error::Result<BatchUpsertCustomers> {
    if message.customers.len() > MAX_ROWS {
        return Err(Error::invalid_field(
            "customers",
            format!("must have at most {MAX_ROWS} items; send more messages"),
        ));
    }
    let rows = message.customers.into_iter().map(|customer| Row::new(draft(customer)).map_err(Refusal::Invalid));
    Ok(BatchUpsertCustomers { rows: rows.collect(), once: Once::default() })
}

/// What became of the rows of a message, the first of which is the call's row `first_row`.
fn reply(first_row: i64, settled: BatchUpsertCustomersResponse) -> ImportCustomersResponse {
    let mut answer =
        ImportCustomersResponse { next_row: first_row + settled.outcomes.len() as i64, ..Default::default() };
    for mut outcome in settled.outcomes {
        match outcome.result() {
            Became::Created => answer.created += 1,
            Became::Updated => answer.updated += 1,
            Became::Unchanged => answer.unchanged += 1,
            Became::Rejected | Became::Unspecified => {
                outcome.row += first_row;
                answer.rejected.push(outcome);
            }
        }
    }
    answer
}

/// A stream into the service that broke off, or a message of it that cannot be read.
fn broken(status: &Status) -> Error {
    let reason = clientele_error::reason_of(status).unwrap_or(match status.code() {
        Code::Cancelled => Reason::Cancelled,
        Code::DeadlineExceeded => Reason::DeadlineExceeded,
        _ => Reason::MalformedMessage,
    });
    Error::new(reason, status.message()).with_violations(violations_of(status))
}
