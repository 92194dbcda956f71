//! What a file of rows is made of: columns with a kind, cells with a value of the contract.

use clientele_proto::{Date, Money};
use prost_types::Timestamp;

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Named as the API names the field.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// An amount; its currency stands in a column of its own.
    Money,
    /// A day.
    Day,
    /// An instant.
    Instant,
}

/// A cell; what is not said is empty.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Any text; an empty one says nothing.
    Text(String),
    /// A whole number.
    Int(Option<i64>),
    /// A number.
    Number(Option<f64>),
    /// An amount.
    Money(Option<Money>),
    /// A day.
    Day(Option<Date>),
    /// An instant.
    Instant(Option<Timestamp>),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// The cells of a line, in the order of the columns.
pub type Row = Vec<Cell>;

/// A message that can be written as rows.
pub trait Rows {
    /// The columns, the same for every message.
    const COLUMNS: &'static [Column];

    /// The rows of this one.
    fn rows(&self) -> Vec<Row>;
}
