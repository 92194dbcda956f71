//! Purchase and customer files: CSV read row by row in bounded memory, good rows kept, every bad row explained.
//!
//! The layers, from the bytes up: [`records`] finds rows, [`header`] finds columns, [`amount`] and [`date`] read values,
//! [`transactions`] and [`customers`] put rows together, [`BadRows`] sums up what was left out.
//!
//! A further kind of file is a struct that names its columns ([`ColumnChoice`]), a row, and an iterator like
//! [`Transactions`]; nothing below needs to change.

pub mod amount;
mod bad_rows;
pub mod customers;
pub mod date;
mod error;
pub mod fingerprint;
pub mod header;
pub mod records;
mod source;
pub mod transactions;

pub use bad_rows::BadRows;
pub use customers::{CustomerColumns, CustomerKind, CustomerRow, Customers};
pub use date::Moment;
pub use error::{ColumnRef, FileError, Place, Problem, RowError};
pub use header::ColumnChoice;
pub use source::{Source, open};
pub use transactions::{TransactionColumns, TransactionId, TransactionKind, TransactionRow, Transactions};
