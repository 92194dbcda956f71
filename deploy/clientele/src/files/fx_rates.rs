//! Exchange rates out of a file: date, base, quote, rate.

use std::io::Read;

use jiff::civil::Date;

use super::amount::parse_currency;
use super::date;
use super::error::{FileError, Problem, RowError};
use super::header::Header;
use super::records::{Record, Records};

/// Digits before the point and after it, at most.
const DIGITS: usize = 12;

/// One good row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FxRateRow {
    /// The data row, from 1.
    pub row: u64,
    /// The day.
    pub date: Date,
    /// ISO 4217 code of the currency of which one unit is priced.
    pub base: &'static str,
    /// ISO 4217 code of the currency that the price is in.
    pub quote: &'static str,
    /// The price, as written.
    pub rate: String,
}

/// Reads rates one by one: good rows, and errors for the others. Ends early after an error that
/// [stops reading](RowError::stops_reading).
#[derive(Debug)]
pub struct FxRates<R> {
    records: Records<R>,
    columns: Columns,
}

#[derive(Debug)]
struct Columns {
    header: Header,
    date: usize,
    base: usize,
    quote: usize,
    rate: usize,
}

impl<R: Read> FxRates<R> {
    /// Reads the header and finds the columns `date`, `base`, `quote` and `rate`.
    pub fn new(input: R, delimiter: u8) -> Result<Self, FileError> {
        let mut records = Records::new(input, delimiter)?;
        let header = Header::read(&mut records)?;
        let columns = Columns {
            date: header.fixed("date")?,
            base: header.fixed("base")?,
            quote: header.fixed("quote")?,
            rate: header.fixed("rate")?,
            header,
        };
        Ok(Self { records, columns })
    }
}

impl<R: Read> Iterator for FxRates<R> {
    type Item = Result<FxRateRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.records.advance()? {
            Err(broken) => Err(self.columns.header.broken(broken)),
            Ok(()) => self.columns.row(self.records.record()),
        })
    }
}

impl Columns {
    fn row(&self, record: Record<'_>) -> Result<FxRateRow, RowError> {
        if record.len() != self.header.len() {
            return Err(self.header.wrong_count(record));
        }
        let error = |at: usize, problem| self.header.error(record.place, at, record.field(at), problem);
        let currency = |at: usize| parse_currency(record.field(at)).map_err(|problem| error(at, problem));
        Ok(FxRateRow {
            row: record.place.row,
            date: date::parse(record.field(self.date)).map_err(|problem| error(self.date, problem))?.day(),
            base: currency(self.base)?.code(),
            quote: currency(self.quote)?.code(),
            rate: rate(record.field(self.rate)).map_err(|problem| error(self.rate, problem))?.to_owned(),
        })
    }
}

/// A rate as the service takes it; what it may be beyond that the service says.
fn rate(text: &str) -> Result<&str, Problem> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.len() <= DIGITS && part.bytes().all(|byte| byte.is_ascii_digit()));
    match text {
        "" => Err(Problem::Empty),
        _ if is_number => Ok(text),
        _ => Err(Problem::BadRate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Vec<Result<FxRateRow, RowError>> {
        FxRates::new(format!("date,base,quote,rate\n{rows}").as_bytes(), b',').unwrap().collect()
    }

    #[test]
    fn a_rate_is_read_as_written() {
        let row = read("2026-01-31,eur,USD,1.0842\n").remove(0).unwrap();
        let date = Date::constant(2026, 1, 31);
        assert_eq!(row, FxRateRow { row: 1, date, base: "EUR", quote: "USD", rate: "1.0842".into() });
    }

    #[test]
    fn each_bad_value_is_refused_in_its_column_and_the_row_after_it_is_kept() {
        for (row, told) in [
            ("2026-13-31,EUR,USD,1.1", "column 1 \"date\""),
            ("2026-01-31,EURO,USD,1.1", "column 2 \"base\": unknown currency"),
            ("2026-01-31,EUR,XXX,1.1", "column 3 \"quote\": unknown currency"),
            ("2026-01-31,EUR,USD,", "column 4 \"rate\": empty value"),
            ("2026-01-31,EUR,USD,-1", "column 4 \"rate\": bad rate"),
            ("2026-01-31,EUR,USD,1e3", "column 4 \"rate\": bad rate"),
            ("2026-01-31,EUR,USD,1.", "column 4 \"rate\": bad rate"),
        ] {
            let mut rows = read(&format!("{row}\n2026-01-31,EUR,USD,1\n"));
            assert!(rows.pop().unwrap().is_ok(), "{row}");
            let error = rows.remove(0).unwrap_err();
            let label = format!("{}: {}", error.column, error.problem.label());
            assert!(label.starts_with(told), "{label}");
        }
    }
}
