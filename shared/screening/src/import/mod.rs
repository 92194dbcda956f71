//! Lists from files, entry by entry as they are read. What cannot be read is reported with its place and loses nothing else.
//!
//! A further format: a file here with a function that takes a reader and calls `sink` with each entry or problem.

mod ofac_csv;
mod ofac_xml;
mod own_csv;
mod un_xml;
mod xml;

use std::fmt;

pub use ofac_csv::ofac_csv;
pub use ofac_xml::ofac_xml;
pub use own_csv::own_csv;
pub use un_xml::un_xml;

use crate::list::{Details, ListEntry};

/// What could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's part, such as `sdn row 12` or `INDIVIDUAL 3 (CDi.021)`.
    pub place: String,
    /// The column or element, if it is one.
    pub field: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether the whole entry is missing; otherwise only this field.
    pub lost_entry: bool,
    /// Whether what follows in the file could not be read either: nobody knows who is missing.
    pub lost_rest: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl Problem {
    fn entry(place: impl Into<String>, field: Option<&str>, reason: impl Into<String>) -> Self {
        let field = field.map(Into::into);
        Self { place: place.into(), field, reason: reason.into(), lost_entry: true, lost_rest: false }
    }

    fn rest(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { lost_rest: true, ..Self::entry(place, None, reason) }
    }

    fn field(place: &str, field: &str, reason: impl Into<String>) -> Self {
        Self { lost_entry: false, ..Self::entry(place, Some(field), reason) }
    }
}

/// Takes entries and problems as they come.
pub trait Sink {
    /// A good entry.
    fn entry(&mut self, entry: ListEntry);
    /// Something that could not be read.
    fn problem(&mut self, problem: Problem);
}

/// Keeps all.
#[derive(Debug, Default)]
pub struct Collected {
    /// The good entries.
    pub entries: Vec<ListEntry>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Sink for Collected {
    fn entry(&mut self, entry: ListEntry) {
        self.entries.push(entry);
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Adds a date of birth, or reports it.
fn birth_date(text: &str, place: &str, field: &str, details: &mut Details, sink: &mut dyn Sink) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    match text.parse() {
        Ok(date) if !details.birth_dates.contains(&date) => details.birth_dates.push(date),
        Ok(_) => {}
        Err(error) => sink.problem(Problem::field(place, field, error.to_string())),
    }
}

fn push_distinct(all: &mut Vec<String>, text: &str) {
    let text = text.trim();
    if !text.is_empty() && !all.iter().any(|it| it == text) {
        all.push(text.to_owned());
    }
}
