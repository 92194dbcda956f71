//! The header row: finding columns by name, and naming them in errors.

use super::error::{ColumnRef, FileError, Place, Problem, RowError};
use super::records::{BrokenRow, Record, Records};
use crate::term::text::excerpt;

/// How much of a value an error shows.
const SHOWN: usize = 40;

/// Which column of a file holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnChoice {
    /// This column; the file is refused without it.
    Named(String),
    /// This column if the file has it.
    IfPresent(String),
    /// The first of these that the file has, whatever its case and the separators of its words.
    AnyOf(&'static [&'static str]),
    /// None: not read.
    Absent,
}

impl ColumnChoice {
    /// From an optional flag: not given means `default` if the file has it, `''` means none.
    pub fn from_flag(flag: Option<&str>, default: &str) -> Self {
        match flag {
            None => Self::IfPresent(default.into()),
            Some("") => Self::Absent,
            Some(name) => Self::Named(name.into()),
        }
    }

    /// The same with several names to recognise the column by.
    pub fn from_flag_or_any(flag: Option<&str>, names: &'static [&'static str]) -> Self {
        flag.map_or(Self::AnyOf(names), |name| Self::from_flag(Some(name), ""))
    }
}

/// The names of a file's columns.
#[derive(Debug, Clone)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    /// Reads the first row.
    pub fn read<R: std::io::Read>(records: &mut Records<R>) -> Result<Self, FileError> {
        let mut header = Self { names: Vec::new() };
        match records.advance() {
            None => Err(FileError::Empty),
            Some(Err(BrokenRow { problem: Problem::ReadFailed(source), .. })) => Err(FileError::Read(source)),
            Some(Err(broken)) => Err(FileError::Header(header.broken(broken))),
            Some(Ok(())) => {
                let record = records.record();
                header.names = (0..record.len()).map(|at| record.field(at).to_owned()).collect();
                Ok(header)
            }
        }
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The place of the column `wanted`, which the file must have. `role` is the `<role>` of its flag `--<role>-column`.
    pub fn required(&self, role: &'static str, wanted: &str) -> Result<usize, FileError> {
        self.find(role, wanted)?.ok_or_else(|| FileError::MissingColumn {
            role,
            wanted: wanted.to_owned(),
            has: self.shown(),
            nearest: self.nearest(role, wanted),
        })
    }

    /// The place of the column `name`, which no flag can name otherwise and the file must have.
    pub fn fixed(&self, name: &'static str) -> Result<usize, FileError> {
        self.find(name, name)?.ok_or_else(|| FileError::MissingFixedColumn {
            wanted: name,
            has: self.shown(),
            nearest: self.nearest(name, name),
        })
    }

    /// The place of the chosen column, or none if there is none and need not be.
    pub fn optional(&self, role: &'static str, choice: &ColumnChoice) -> Result<Option<usize>, FileError> {
        match choice {
            ColumnChoice::Named(wanted) => self.required(role, wanted).map(Some),
            ColumnChoice::IfPresent(wanted) => self.find(role, wanted),
            ColumnChoice::AnyOf(names) => self.recognise(role, names),
            ColumnChoice::Absent => Ok(None),
        }
    }

    /// The place of the first column of this name, if there is one.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|it| it == name)
    }

    /// Whether there is a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// The cells of a row with as many as the header.
    pub fn cells<'a>(&'a self, record: Record<'a>) -> Cells<'a> {
        Cells { header: self, record }
    }

    /// An error at column `at` (from 0) of the row at `place`.
    pub fn error(&self, place: Place, at: usize, value: &str, problem: Problem) -> RowError {
        let name = self.names.get(at).map(|name| excerpt(name, SHOWN)).unwrap_or_default();
        let column = ColumnRef { number: at + 1, name };
        RowError { place, column, value: excerpt(value, SHOWN), problem }
    }

    /// The error of a row that could not be split.
    pub fn broken(&self, row: BrokenRow) -> RowError {
        self.error(row.place, row.field, &String::from_utf8_lossy(&row.value), row.problem)
    }

    /// The error of a row with more or fewer columns than the header, at the first of them.
    pub fn wrong_count(&self, record: Record<'_>) -> RowError {
        let (expected, found) = (self.len(), record.len());
        let at = expected.min(found);
        self.error(record.place, at, record.field(at), Problem::ColumnCount { expected, found })
    }

    fn shown(&self) -> Vec<String> {
        self.names.iter().map(|name| excerpt(name, SHOWN)).collect()
    }

    fn find(&self, role: &'static str, wanted: &str) -> Result<Option<usize>, FileError> {
        let mut places = (0..self.names.len()).filter(|at| self.names[*at] == wanted.trim());
        let first = places.next();
        match (first, places.next()) {
            (Some(first), Some(second)) => Err(FileError::DuplicateColumn {
                role,
                name: wanted.to_owned(),
                count: 2 + places.count(),
                first: first + 1,
                second: second + 1,
            }),
            _ => Ok(first),
        }
    }

    fn recognise(&self, role: &'static str, names: &[&str]) -> Result<Option<usize>, FileError> {
        let known = names.iter().find_map(|known| self.names.iter().find(|name| is_named(name, known)));
        known.map_or(Ok(None), |name| self.find(role, name))
    }

    /// The column most like `wanted`, or like what it is for: `CustomerID` for `customer_id`, `InvoiceDate` for `date`.
    fn nearest(&self, role: &str, wanted: &str) -> Option<String> {
        let wanted = plain(wanted);
        let role = plain(role);
        let closest = self
            .names
            .iter()
            .map(|name| (distance(&plain(name), &wanted), name))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, _)| *distance <= wanted.chars().count() / 3);
        let related = || {
            self.names.iter().find(|name| {
                let name = plain(name);
                name.contains(&wanted) || name.contains(&role)
            })
        };
        closest.map(|(_, name)| name).or_else(related).map(|name| excerpt(name, SHOWN))
    }
}

/// The cells of a row, read under the names of their columns.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    header: &'a Header,
    /// The row.
    pub record: Record<'a>,
}

impl Cells<'_> {
    /// The value of a cell that must not be empty.
    pub fn required<T>(self, at: usize, parse: impl Fn(&str) -> Result<T, Problem>) -> Result<T, RowError> {
        let cell = self.record.field(at);
        let parsed = if cell.is_empty() { Err(Problem::Empty) } else { parse(cell) };
        parsed.map_err(|problem| self.error(at, problem))
    }

    /// The value of a cell that may be empty, or not be there.
    pub fn optional<T>(
        self,
        at: Option<usize>,
        parse: impl Fn(&str) -> Result<T, Problem>,
    ) -> Result<Option<T>, RowError> {
        match at {
            Some(at) if !self.record.field(at).is_empty() => self.required(at, parse).map(Some),
            _ => Ok(None),
        }
    }

    /// What is wrong with a cell.
    pub fn error(self, at: usize, problem: Problem) -> RowError {
        self.header.error(self.record.place, at, self.record.field(at), problem)
    }
}

/// Whether `text` is `name`, whatever its case and the separators of its words.
pub fn is_named(text: &str, name: &str) -> bool {
    plain(text) == plain(name)
}

/// Lower case without `_`, `-` and spaces.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Levenshtein: how many letters to insert, drop or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(line: &str) -> Header {
        let mut records = Records::new(line.as_bytes(), b',').unwrap();
        Header::read(&mut records).unwrap()
    }

    #[test]
    fn a_missing_column_is_named_with_the_columns_there_and_the_nearest() {
        let error = header("Customer ID,date\n").required("customer", "customer_id").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no column \"customer_id\" for the customer: the file has \"Customer ID\", \"date\"; \
             did you mean --customer-column \"Customer ID\"?"
        );
    }

    #[test]
    fn a_column_named_after_its_role_counts_as_near() {
        let error = header("id,InvoiceDate\n").required("date", "bought_on").unwrap_err();
        assert!(error.to_string().ends_with("did you mean --date-column \"InvoiceDate\"?"));
    }

    #[test]
    fn nothing_is_suggested_when_nothing_is_near() {
        let error = header("x,y\n").required("date", "bought_on").unwrap_err();
        assert!(error.to_string().ends_with("; name the right one with --date-column"));
    }

    #[test]
    fn a_file_with_another_separator_is_recognised() {
        let error = header("customer;day\n").required("date", "when").unwrap_err();
        assert!(error.to_string().ends_with("say --delimiter ';'"), "{error}");
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let error = header("date,x,date,date\n").required("date", "date").unwrap_err();
        assert!(error.to_string().contains("3 times (columns 1 and 3)"), "{error}");
    }

    #[test]
    fn a_column_that_may_be_absent_is_not_missed_unless_named() {
        let header = header("a,b\n");
        let by = |flag| header.optional("kind", &ColumnChoice::from_flag(flag, "kind"));
        assert!(matches!(by(None), Ok(None)));
        assert!(matches!(by(Some("")), Ok(None)));
        assert!(matches!(by(Some("b")), Ok(Some(1))));
        assert!(matches!(by(Some("c")), Err(FileError::MissingColumn { .. })));
    }

    #[test]
    fn a_column_is_recognised_by_any_of_its_names_however_they_are_written() {
        let names = &["refunded_id", "refund_of"];
        let place = |line: &str| header(line).optional("refunded-id", &ColumnChoice::AnyOf(names));
        assert!(matches!(place("a,RefundedID\n"), Ok(Some(1))));
        assert!(matches!(place("Refund of,Refunded-Id\n"), Ok(Some(1))), "the first name counts");
        assert!(matches!(place("a,refunds\n"), Ok(None)));
        assert!(matches!(place("refund_of,refund_of\n"), Err(FileError::DuplicateColumn { .. })));
        let named = ColumnChoice::from_flag_or_any(Some("x"), names);
        assert!(matches!(header("refund_of,x\n").optional("refunded-id", &named), Ok(Some(1))));
        assert_eq!(ColumnChoice::from_flag_or_any(Some(""), names), ColumnChoice::Absent);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("amount", "amount"), 0);
    }
}
