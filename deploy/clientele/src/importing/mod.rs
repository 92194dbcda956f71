//! Files into the services: rows are read on a thread of their own, sent in messages as fast as the service takes them, and what the
//! service says of a row is told by its place in the file.

pub mod contracts;
pub mod customers;
pub mod fx_rates;
pub mod transactions;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use clientele_error::reason_name;
use clientele_proto::errors::v1::{ErrorReason, FieldViolation};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::files::{BadRows, RowError};

/// Rows in one message; fewer where they are larger than most.
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
    /// All of them by reason and fields.
    by_reason: BTreeMap<(&'static str, String), RejectionReason>,
    /// Rows that could not be read.
    pub bad_rows: BadRows,
}

/// Why the service did not take rows, for a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectionReason {
    /// As the API names it.
    pub reason: &'static str,
    /// The fields at fault, without the places of items.
    pub fields: String,
    /// How many rows.
    pub rows: u64,
    /// The first of them.
    pub first_row: u64,
    /// What is wrong with the first of them.
    pub first: String,
}

impl Imported {
    /// Rejected rows by reason and fields, the most frequent first.
    pub fn rejected_by_reason(&self) -> Vec<&RejectionReason> {
        let mut reasons: Vec<_> = self.by_reason.values().collect();
        reasons.sort_by_key(|reason| (std::cmp::Reverse(reason.rows), reason.first_row));
        reasons
    }

    /// Good rows in all.
    pub fn good(&self) -> u64 {
        self.added + self.changed + self.known
    }

    fn reject(&mut self, file_row: u64, reason: ErrorReason, violations: &[FieldViolation]) {
        self.rejected += 1;
        let told = || {
            let why = violations.iter().map(|violation| format!("{}: {}", violation.field, violation.description));
            let why = why.collect::<Vec<_>>().join("; ");
            let why = if why.is_empty() { reason_name(reason).to_owned() } else { why };
            format!("row {file_row}: {why}")
        };
        if self.rejections.len() < TOLD {
            self.rejections.push(told());
        }
        let (reason, fields) = (reason_name(reason), fields(violations));
        let counted = self.by_reason.entry((reason, fields.clone())).or_insert_with(|| RejectionReason {
            reason,
            fields,
            rows: 0,
            first_row: file_row,
            first: told(),
        });
        counted.rows += 1;
    }
}

/// The fields that violations are about, each once: `items[7].quantity` as `items.quantity`, so that there are few of them.
fn fields(violations: &[FieldViolation]) -> String {
    let mut fields: Vec<String> = Vec::new();
    for violation in violations {
        let parts = violation.field.split('[').map(|part| part.split_once(']').map_or(part, |(_, behind)| behind));
        let field = parts.collect();
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields.join(", ")
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
        Self::start_weighed(rows, |_| 1, pack)
    }

    /// The same with rows of which some are as large as several: `weight` says how many.
    pub fn start_weighed<R: Send + 'static>(
        rows: impl Iterator<Item = Result<(u64, R), RowError>> + Send + 'static,
        weight: impl Fn(&R) -> usize + Send + 'static,
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
            let mut weighs = 0;
            for row in rows {
                match row {
                    Ok((file_row, row)) => {
                        weighs += weight(&row);
                        message.push(row);
                        file_rows.push(file_row);
                    }
                    Err(error) => bad_rows.add(error),
                }
                if weighs >= MESSAGE_ROWS {
                    sent.push(&file_rows);
                    file_rows.clear();
                    weighs = 0;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejections_are_counted_by_reason_and_field_and_the_first_are_told() {
        let violation = |field: &str| FieldViolation { field: field.into(), description: "is wrong".into() };
        let mut imported = Imported::default();
        for row in 1..=30 {
            let item = violation(&format!("items[{row}].quantity"));
            imported.reject(row, ErrorReason::InvalidFields, &[item.clone(), item]);
        }
        imported.reject(31, ErrorReason::TransactionDeleted, &[]);
        let told: Vec<_> = imported.rejected_by_reason();
        let told: Vec<_> = told.iter().map(|it| (it.reason, it.fields.as_str(), it.rows, it.first_row)).collect();
        assert_eq!(told, [("INVALID_FIELDS", "items.quantity", 30, 1), ("TRANSACTION_DELETED", "", 1, 31)]);
        assert_eq!((imported.rejected, imported.rejections.len()), (31, TOLD));
        assert!(imported.rejections[0].starts_with("row 1: items[1].quantity: is wrong"), "{}", imported.rejections[0]);
    }
}
