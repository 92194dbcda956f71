//! Everything out of the services: taken as fast as it can be written, gone on with where a connection broke.
//!
//! A further export: [`cell::Rows`] for its message, and a [`Source`] that opens its stream.

mod cell;
mod csv;
mod parquet;
mod scores;
mod sink;
mod transactions;
#[cfg(test)]
mod transactions_again;

use std::{io::Write, time::Duration};

use anyhow::Result;
use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    ExportScoresRequest, ExportScoresResponse, ExportTransactionsRequest, ExportTransactionsResponse, Score,
    Transaction, score_service_client::ScoreServiceClient, transaction_service_client::TransactionServiceClient,
};
use clientele_service::client::Peer;
use prost::{Message, Name};
use tonic::{Code, Status, Streaming};

pub use self::sink::FileFormat;
use self::{cell::Rows, sink::Sink};
use crate::online::explain;

/// Times a broken call is taken up without getting any further.
const ATTEMPTS: u32 = 5;
/// The wait before that, longer each time.
const PAUSE: Duration = Duration::from_millis(500);

/// A stream of the services that can be gone on with.
pub trait Source {
    /// What it is a stream of.
    type Item: Rows + Message + Name;
    /// One message of it.
    type Answer;

    /// Opens it, behind what came before the token.
    fn open(&mut self, resume_token: String) -> impl Future<Output = Result<Streaming<Self::Answer>, Status>>;

    /// What a message holds, and the token to go on behind it: empty in the last one.
    fn take(answer: Self::Answer) -> (Vec<Self::Item>, String);
}

/// All transactions that pass a filter.
pub struct Transactions {
    /// Where they are.
    pub client: TransactionServiceClient<Peer>,
    /// Which.
    pub filter: String,
}

impl Source for Transactions {
    type Item = Transaction;
    type Answer = ExportTransactionsResponse;

    async fn open(&mut self, resume_token: String) -> Result<Streaming<Self::Answer>, Status> {
        let request = ExportTransactionsRequest { filter: self.filter.clone(), resume_token };
        Ok(self.client.export_transactions(request).await?.into_inner())
    }

    fn take(answer: Self::Answer) -> (Vec<Self::Item>, String) {
        (answer.transactions, answer.resume_token)
    }
}

/// The scores of a run that pass a filter.
pub struct Scores {
    /// Where they are.
    pub client: ScoreServiceClient<Peer>,
    /// Which run; empty for the newest.
    pub score_run_id: String,
    /// Which scores.
    pub filter: String,
}

impl Source for Scores {
    type Item = Score;
    type Answer = ExportScoresResponse;

    async fn open(&mut self, resume_token: String) -> Result<Streaming<Self::Answer>, Status> {
        let (score_run_id, filter) = (self.score_run_id.clone(), self.filter.clone());
        Ok(self.client.export_scores(ExportScoresRequest { score_run_id, filter, resume_token }).await?.into_inner())
    }

    fn take(answer: Self::Answer) -> (Vec<Self::Item>, String) {
        (answer.scores, answer.resume_token)
    }
}

/// Writes all that the source has, and answers how many; `progress` is told so meanwhile.
pub async fn write<S: Source>(
    mut source: S,
    format: FileFormat,
    out: impl Write + Send,
    progress: impl Fn(u64),
) -> Result<u64> {
    let mut sink = Sink::begin::<S::Item>(format, out)?;
    let (mut resume_token, mut written, mut failures) = (String::new(), 0, 0);
    loop {
        let broken = match source.open(resume_token.clone()).await {
            Err(status) => status,
            Ok(mut answers) => loop {
                match answers.message().await {
                    Ok(Some(answer)) => {
                        let (items, token) = S::take(answer);
                        for item in &items {
                            sink.write(item)?;
                        }
                        written += items.len() as u64;
                        progress(written);
                        failures = 0;
                        if token.is_empty() {
                            sink.end()?;
                            return Ok(written);
                        }
                        resume_token = token;
                    }
                    Ok(None) => break Status::unavailable("the export ended early"),
                    Err(status) => break status,
                }
            },
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
