//! Files into the services: rows are read on a thread of their own, sent in messages as fast as the service takes them, and what the
//! service says of a row is told by its place in the file.

pub mod contracts;
pub mod customers;
pub mod fx_rates;
pub mod transactions;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use clientele_error::reason_name;
use clientele_proto::errors::v1::{ErrorReason, FieldViolation};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::files::{BadRows, RowError};

/// Rows in one message.
const MESSAGE_ROWS: usize = 2000;
/// Rejections that are told one by one.
const TOLD: usize = 10;

/// What became of a file's rows.
#[derive(Debug, Default)]
pub struct Imported {
    /// Rows that are new.
    pub added: u64,
    /// Rows that changed what was there.
    pub changed: u64,
    /// Rows that were there already, just so.
    pub known: u64,
    /// Rows the service did not take.
    pub rejected: u64,
    /// The first of them, by their place in the file.
    pub rejections: Vec<String>,
    /// Rows that could not be read.
    pub bad_rows: BadRows,
}

impl Imported {
    /// Good rows in all.
    pub fn good(&self) -> u64 {
        self.added + self.changed + self.known
    }

    fn reject(&mut self, file_row: u64, reason: ErrorReason, violations: &[FieldViolation]) {
        self.rejected += 1;
        if self.rejections.len() < TOLD {
            let why = violations.iter().map(|violation| format!("{}: {}", violation.field, violation.description));
            let why = why.collect::<Vec<_>>().join("; ");
            let why = if why.is_empty() { reason_name(reason).to_owned() } else { why };
            self.rejections.push(format!("row {file_row}: {why}"));
        }
    }
}

/// Rows on their way: the messages to send, and where each sent row stands in the file.
pub struct Sending<M> {
    /// The stream of a call.
    pub messages: ReceiverStream<M>,
    places: Places,
    reader: tokio::task::JoinHandle<BadRows>,
}

/// File rows of the rows that were sent and not yet answered.
#[derive(Clone, Default)]
struct Places(Arc<Mutex<VecDeque<u64>>>);

impl Places {
    fn push(&self, rows: &[u64]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
    }

    fn settle(&self, rows: usize) -> Vec<u64> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = rows.min(places.len());
        places.drain(..rows).collect()
    }
}

impl<M: Send + 'static> Sending<M> {
    /// Reads `rows` (each with its place in the file), and packs them into messages with `pack`.
    pub fn start<R: Send + 'static>(
        rows: impl Iterator<Item = Result<(u64, R), RowError>> + Send + 'static,
        pack: impl Fn(Vec<R>) -> M + Send + 'static,
    ) -> Self {
        // A few messages ahead: the service never waits for the file, and memory stays flat.
        let (sender, receiver) = mpsc::channel(4);
        let places = Places::default();
        let sent = places.clone();
        let reader = tokio::task::spawn_blocking(move || {
            let mut bad_rows = BadRows::default();
            let mut message = Vec::with_capacity(MESSAGE_ROWS);
            let mut file_rows = Vec::with_capacity(MESSAGE_ROWS);
            for row in rows {
                match row {
                    Ok((file_row, row)) => {
                        message.push(row);
                        file_rows.push(file_row);
                    }
                    Err(error) => bad_rows.add(error),
                }
                if message.len() == MESSAGE_ROWS {
                    sent.push(&file_rows);
                    file_rows.clear();
                    if sender.blocking_send(pack(std::mem::take(&mut message))).is_err() {
                        return bad_rows;
                    }
                }
            }
            if !message.is_empty() {
                sent.push(&file_rows);
                // Without a receiver the call is over, and its error is what counts.
                let _ = sender.blocking_send(pack(message));
            }
            bad_rows
        });
        Self { messages: ReceiverStream::new(receiver), places, reader }
    }

    /// Splits off the stream of messages; what is left tells about their rows.
    pub fn split(self) -> (ReceiverStream<M>, Sent) {
        (self.messages, Sent { places: self.places, reader: self.reader, next_row: 0 })
    }
}

/// What was sent.
pub struct Sent {
    places: Places,
    reader: tokio::task::JoinHandle<BadRows>,
    next_row: i64,
}

impl Sent {
    /// Rows before `next_row` are settled; answers the file rows of those settled now, and the position of the first of them.
    pub fn settle(&mut self, next_row: i64) -> (i64, Vec<u64>) {
        let first = self.next_row;
        let rows = usize::try_from(next_row - first).unwrap_or(0);
        self.next_row = next_row;
        (first, self.places.settle(rows))
    }

    /// The rows that could not be read.
    pub async fn bad_rows(self) -> Result<BadRows> {
        Ok(self.reader.await?)
    }
}
