//! Creates or changes up to 1,000 customers by their external ids, each for itself.

use clientele_proto::customers::v1::{BatchUpsertCustomersRequest, BatchUpsertCustomersResponse};
use clientele_service::Call;

use super::{customer_message::draft, outcome_message::message};
use crate::{
    Customers,
    domain::{
        Refusal,
        upsert::{Outcome, Row},
    },
    error::Result,
    upsert::{ATTEMPTS, upsert},
    write::{Once, Start, begin},
};

/// Serves the RPC.
pub async fn batch_upsert_customers(
    app: &Customers,
    call: Call,
    request: BatchUpsertCustomersRequest,
) -> clientele_error::Result<BatchUpsertCustomersResponse> {
    let command = parse(request);
    Ok(run(app, &call, command).await?)
}

/// What to do.
#[derive(Debug, Clone)]
pub struct BatchUpsertCustomers {
    /// The rows, the bad ones with what is wrong with them.
    pub rows: Vec<std::result::Result<Row, Refusal>>,
    /// Whether it may be repeated.
    pub once: Once,
}

fn parse(request: BatchUpsertCustomersRequest) -> BatchUpsertCustomers {
    let once = Once::of(&request, &request.request_id, false);
    let rows = request.customers.into_iter().map(|customer| Row::new(draft(customer)).map_err(Refusal::Invalid));
    BatchUpsertCustomers { rows: rows.collect(), once }
}

/// Does it; again, when another call created one of the customers at the same time.
pub async fn run(app: &Customers, call: &Call, command: BatchUpsertCustomers) -> Result<BatchUpsertCustomersResponse> {
    let mut attempts = 1;
    loop {
        match attempt(app, call, &command).await {
            Err(error) if error.is_race() && attempts < ATTEMPTS => attempts += 1,
            done => return done,
        }
    }
}

async fn attempt(app: &Customers, call: &Call, command: &BatchUpsertCustomers) -> Result<BatchUpsertCustomersResponse> {
    let mut write = match begin(app, call, &command.once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let answer = reply(upsert(app, call, &command.once.request_id(), &mut write.tx, &command.rows).await?);
    write.end(app, &answer).await?;
    Ok(answer)
}

fn reply(outcomes: Vec<Outcome>) -> BatchUpsertCustomersResponse {
    let outcomes = outcomes.into_iter().zip(0..).map(|(outcome, row)| message(row, outcome));
    BatchUpsertCustomersResponse { outcomes: outcomes.collect() }
}
