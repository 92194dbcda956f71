//! Purchases, refunds and costs out of a file.
//!
//! [`columns`] says which column holds what, [`layout`] finds them and reads a row into a [`row`], and where rows are items [`gathering`] puts
//! them together.

mod columns;
mod gathering;
mod layout;
mod row;

use std::io::Read;

pub use self::columns::{TransactionColumns, TransactionId};
pub use self::row::{CostKind, Detail, Item, TransactionKind, TransactionRow};
use self::{gathering::Gathering, layout::Layout};
use super::error::{FileError, RowError};
use super::fingerprint::Fingerprints;
use super::header::Header;
use super::records::Records;

/// Reads transactions one by one: good ones, and errors for the rows of the others. Ends early after an error that
/// [stops reading](RowError::stops_reading).
#[derive(Debug)]
pub struct Transactions<R> {
    records: Records<R>,
    layout: Layout,
    fingerprints: Option<Box<Fingerprints>>,
    gathering: Gathering,
}

impl<R: Read> Transactions<R> {
    /// Reads the header and finds the columns.
    pub fn new(input: R, columns: &TransactionColumns) -> Result<Self, FileError> {
        let mut records = Records::new(input, columns.delimiter)?;
        let layout = Layout::find(Header::read(&mut records)?, columns)?;
        let derived = columns.id == TransactionId::Derived && layout.id.is_none();
        Ok(Self { records, layout, fingerprints: derived.then(Box::default), gathering: Gathering::default() })
    }

    /// Whether the file has a column of currencies.
    pub fn has_currency_column(&self) -> bool {
        self.layout.currency.is_some()
    }

    /// Whether refunds may name purchases of this file that have no ids to be named by.
    pub fn names_purchases_without_ids(&self) -> bool {
        self.layout.refunded_id.is_some() && self.layout.id.is_none()
    }
}

impl<R: Read> Iterator for Transactions<R> {
    type Item = Result<TransactionRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(items) = self.layout.items else { return self.next_row() };
        loop {
            if let Some(ready) = self.gathering.next() {
                return Some(ready);
            }
            match self.records.advance() {
                Some(Ok(())) => self.gathering.add(&self.layout, items, self.records.record()),
                Some(Err(broken)) => {
                    let error = self.layout.header.broken(broken);
                    self.gathering.broken(&self.layout, items, error);
                }
                None => {
                    self.gathering.finish();
                    return self.gathering.next();
                }
            }
        }
    }
}

impl<R: Read> Transactions<R> {
    /// The next row of a file in which every row is a transaction.
    fn next_row(&mut self) -> Option<Result<TransactionRow, RowError>> {
        if let Err(broken) = self.records.advance()? {
            return Some(Err(self.layout.header.broken(broken)));
        }
        let row = self.layout.row(self.records.record());
        Some(row.map(|mut row| {
            if let Some(fingerprints) = &mut self.fingerprints {
                row.id = fingerprints.id(&row);
            }
            row
        }))
    }
}

#[cfg(test)]
mod tests;
