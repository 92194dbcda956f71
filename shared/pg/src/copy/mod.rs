//! Bulk rows in and out by binary `COPY`, streamed: memory does not grow with the number of rows.
//!
//! [`CopyIn`] sends rows in chunks and waits whenever Postgres is slower; [`copy_out`] hands each arriving row to a function,
//! decoded in place. The format stands in the Postgres manual, COPY, "Binary Format".

mod field;
mod reader;
mod stream;
mod writer;

pub use field::{DecodeError, Field};
pub use reader::{Reader, Row};
pub use stream::{CopyError, CopyIn, copy_out};
pub use writer::RowWriter;

/// The first 11 bytes of every binary copy.
const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// The field count that ends the data.
const TRAILER: u16 = u16::MAX;
/// The length that says NULL.
const NULL: u32 = u32::MAX;
