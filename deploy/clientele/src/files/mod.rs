//! Purchase and customer files: CSV read row by row in bounded memory, good rows kept, every bad row explained.
//!
//! The layers, from the bytes up: [`records`] finds rows, [`header`] finds columns, [`amount`] and [`date`] read values,
//! [`transactions`] and [`customers`] put rows together, [`BadRows`] sums up what was left out. [`read_survivors`] and [`read_cells`]
//! read small tables in which every row counts: their first bad row is an error.
//!
//! A further kind of file is a struct that names its columns ([`ColumnChoice`]), a row, and an iterator like
//! [`Transactions`]; nothing below needs to change.

pub mod amount;
mod bad_rows;
mod cells;
pub mod contracts;
mod counts;
pub mod customers;
pub mod date;
mod error;
pub mod fingerprint;
pub mod fx_rates;
pub mod header;
pub mod records;
mod source;
mod survivors;
pub mod transactions;

pub use bad_rows::{BadRowReason, BadRows};
pub use cells::read_cells;
pub use contracts::{ContractColumns, ContractRow, Contracts};
pub use customers::{CustomerColumns, CustomerKind, CustomerRow, Customers};
pub use date::Moment;
pub use error::{ColumnRef, FileError, Place, Problem, RowError, TableError};
pub use fx_rates::{FxRateRow, FxRates};
pub use header::ColumnChoice;
pub use source::{Source, open};
pub use survivors::read_survivors;
pub use transactions::{
    CostKind, Detail, Item, TransactionColumns, TransactionId, TransactionKind, TransactionRow, Transactions,
};
