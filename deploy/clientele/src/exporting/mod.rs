//! Everything out of the services: taken as fast as it can be written, gone on with where a connection broke.

mod csv;

use std::{io::Write, time::Duration};

use anyhow::Result;
use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    ExportTransactionsRequest, Transaction, transaction_service_client::TransactionServiceClient,
};
use clientele_service::client::Peer;
use tonic::{Code, Status};

use crate::{online::explain, report::json};

/// How transactions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lines {
    /// For a spreadsheet: a line an item, with all the transaction says; one line for a transaction without items.
    Csv,
    /// For a program: one JSON document a line, with the names of the API.
    Jsonl,
}

/// Times a broken call is taken up without getting any further.
const ATTEMPTS: u32 = 5;
/// The wait before that, longer each time.
const PAUSE: Duration = Duration::from_millis(500);

impl Lines {
    fn header(self) -> String {
        match self {
            Self::Csv => csv::header(),
            Self::Jsonl => String::new(),
        }
    }

    fn of(self, transaction: &Transaction) -> Result<String> {
        match self {
            Self::Csv => Ok(csv::lines(transaction)),
            Self::Jsonl => Ok(format!("{}\n", json::of(transaction)?)),
        }
    }
}

/// Writes all transactions that pass the filter, and answers how many; `progress` is told so meanwhile.
pub async fn transactions(
    client: &mut TransactionServiceClient<Peer>,
    filter: &str,
    lines: Lines,
    out: &mut impl Write,
    progress: impl Fn(u64),
) -> Result<u64> {
    out.write_all(lines.header().as_bytes())?;
    let mut request = ExportTransactionsRequest { filter: filter.to_owned(), resume_token: String::new() };
    let (mut written, mut failures) = (0, 0);
    loop {
        let broken = match client.export_transactions(request.clone()).await {
            Err(status) => status,
            Ok(answers) => {
                let mut answers = answers.into_inner();
                loop {
                    match answers.message().await {
                        Ok(Some(batch)) => {
                            for transaction in &batch.transactions {
                                out.write_all(lines.of(transaction)?.as_bytes())?;
                            }
                            written += batch.transactions.len() as u64;
                            progress(written);
                            failures = 0;
                            if batch.resume_token.is_empty() {
                                out.flush()?;
                                return Ok(written);
                            }
                            request.resume_token = batch.resume_token;
                        }
                        Ok(None) => break Status::unavailable("the export ended early"),
                        Err(status) => break status,
                    }
                }
            }
        };
        failures += 1;
        if failures > ATTEMPTS || !may_go_on(&broken) {
            return Err(explain(&broken));
        }
        tokio::time::sleep(PAUSE * failures).await;
    }
}

/// Whether another call may get further.
fn may_go_on(status: &Status) -> bool {
    status.code() == Code::Unavailable || reason_of(status) == Some(Reason::ShuttingDown)
}
