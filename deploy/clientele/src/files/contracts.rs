//! Contracts out of a file.

use std::io::Read;

use iso_currency::Currency;
use jiff::civil::Date;

use super::error::{FileError, Problem, RowError};
use super::header::{ColumnChoice, Header};
use super::records::{Record, Records};
use super::{amount, counts, date};

/// Which column holds what. The flags of the command are named after the first of these: `--external-id-column` and so on; the others are found
/// by their names where the file has them.
#[derive(Debug, Clone)]
pub struct ContractColumns {
    /// The contract's id in the caller's system.
    pub external_id: String,
    /// The customer's.
    pub customer: String,
    /// What it is about.
    pub product: String,
    /// What a term costs.
    pub value: String,
    /// The first day.
    pub start_date: String,
    /// Months of a term.
    pub term_months: String,
    /// ISO 4217 code; an empty cell or no column means `default_currency`.
    pub currency: ColumnChoice,
    /// For files or cells without a currency.
    pub default_currency: Currency,
    /// Between the columns.
    pub delimiter: u8,
}

/// Columns that a file may have.
const OPTIONAL: [&str; 6] = ["auto_renew", "notice_days", "renewals", "renewal_value", "cancel_date", "cancel_reason"];

/// One good row. What is not there is empty, false or 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRow {
    /// The data row, from 1.
    pub row: u64,
    /// The contract's id in the caller's system.
    pub external_id: String,
    /// The customer's.
    pub customer: String,
    /// What it is about.
    pub product: String,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What a term costs, in minor units.
    pub value_minor: i64,
    /// The first day.
    pub start_date: Date,
    /// Months of a term.
    pub term_months: i32,
    /// Whether it renews itself.
    pub auto_renew: bool,
    /// Days of notice.
    pub notice_days: i32,
    /// Renewals so far.
    pub renewals: i32,
    /// What a term costs from the next renewal on.
    pub renewal_value_minor: Option<i64>,
    /// The first day on which it no longer runs.
    pub cancel_date: Option<Date>,
    /// Why.
    pub cancel_reason: String,
}

/// Reads contracts one by one: good rows, and errors for the others. Ends early after an error that
/// [stops reading](RowError::stops_reading).
#[derive(Debug)]
pub struct Contracts<R> {
    records: Records<R>,
    layout: Layout,
}

#[derive(Debug)]
struct Layout {
    header: Header,
    /// External id, customer, product, value, start date, months.
    required: [usize; 6],
    currency: Option<usize>,
    default_currency: Currency,
    optional: [Option<usize>; 6],
}

impl<R: Read> Contracts<R> {
    /// Reads the header and finds the columns.
    pub fn new(input: R, columns: &ContractColumns) -> Result<Self, FileError> {
        let mut records = Records::new(input, columns.delimiter)?;
        let header = Header::read(&mut records)?;
        let mut optional = [None; 6];
        for (at, name) in optional.iter_mut().zip(OPTIONAL) {
            *at = header.optional(name, &ColumnChoice::IfPresent(name.to_owned()))?;
        }
        let layout = Layout {
            required: [
                header.required("external-id", &columns.external_id)?,
                header.required("customer", &columns.customer)?,
                header.required("product", &columns.product)?,
                header.required("value", &columns.value)?,
                header.required("start-date", &columns.start_date)?,
                header.required("term-months", &columns.term_months)?,
            ],
            currency: header.optional("currency", &columns.currency)?,
            default_currency: columns.default_currency,
            optional,
            header,
        };
        Ok(Self { records, layout })
    }
}

impl<R: Read> Iterator for Contracts<R> {
    type Item = Result<ContractRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.records.advance()? {
            Err(broken) => Err(self.layout.header.broken(broken)),
            Ok(()) => self.layout.row(self.records.record()),
        })
    }
}

impl Layout {
    fn row(&self, record: Record<'_>) -> Result<ContractRow, RowError> {
        if record.len() != self.header.len() {
            return Err(self.header.wrong_count(record));
        }
        let [external_id, customer, product, value, start_date, term_months] = self.required;
        let [auto_renew, notice_days, renewals, renewal_value, cancel_date, cancel_reason] = self.optional;
        let cells = self.header.cells(record);
        let currency = cells.optional(self.currency, amount::parse_currency)?.unwrap_or(self.default_currency);
        let text = |text: &str| Ok(text.to_owned());
        let money = |text: &str| match amount::parse(text, currency)? {
            minor if minor < 0 => Err(Problem::NegativePurchase),
            minor => Ok(minor),
        };
        Ok(ContractRow {
            row: record.place.row,
            external_id: cells.required(external_id, text)?,
            customer: cells.required(customer, text)?,
            product: cells.required(product, text)?,
            currency,
            value_minor: cells.required(value, money)?,
            start_date: cells.required(start_date, day)?,
            term_months: cells.required(term_months, whole)?,
            auto_renew: cells.optional(auto_renew, yes_or_no)?.unwrap_or_default(),
            notice_days: cells.optional(notice_days, whole)?.unwrap_or_default(),
            renewals: cells.optional(renewals, whole)?.unwrap_or_default(),
            renewal_value_minor: cells.optional(renewal_value, money)?,
            cancel_date: cells.optional(cancel_date, day)?,
            cancel_reason: cells.optional(cancel_reason, text)?.unwrap_or_default(),
        })
    }
}

fn day(text: &str) -> Result<Date, Problem> {
    date::parse(text).map(|moment| moment.day())
}

/// The service knows the range.
fn whole(text: &str) -> Result<i32, Problem> {
    counts::whole(text).and_then(|number| i32::try_from(number).map_err(|_| Problem::CountOverflow))
}

fn yes_or_no(text: &str) -> Result<bool, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(Problem::NotYesOrNo),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(text: &str) -> Vec<Result<ContractRow, RowError>> {
        let column = str::to_owned;
        let columns = ContractColumns {
            external_id: column("external_id"),
            customer: column("customer_id"),
            product: column("product"),
            value: column("value"),
            start_date: column("start_date"),
            term_months: column("term_months"),
            currency: ColumnChoice::IfPresent(column("currency")),
            default_currency: Currency::EUR,
            delimiter: b',',
        };
        Contracts::new(text.as_bytes(), &columns).unwrap().collect()
    }

    #[test]
    fn a_contract_is_read_with_everything_the_file_has() {
        let text = "external_id,customer_id,product,value,currency,start_date,term_months,auto_renew,renewals,cancel_date,cancel_reason\n\
                    K-1,C-1,Gold,1200.50,usd,2024-01-31,12,Yes,2,2026-05-01,moved\n\
                    K-2,C-1,Gold,10,,2024-02-01,1,,,,\n";
        let rows: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
        let expected = ContractRow {
            row: 1,
            external_id: "K-1".into(),
            customer: "C-1".into(),
            product: "Gold".into(),
            currency: Currency::USD,
            value_minor: 120_050,
            start_date: date(2024, 1, 31),
            term_months: 12,
            auto_renew: true,
            notice_days: 0,
            renewals: 2,
            renewal_value_minor: None,
            cancel_date: Some(date(2026, 5, 1)),
            cancel_reason: "moved".into(),
        };
        assert_eq!(rows[0], expected);
        assert_eq!((rows[1].currency, rows[1].value_minor, rows[1].auto_renew), (Currency::EUR, 1000, false));
    }

    #[test]
    fn each_bad_value_is_refused_in_its_column() {
        let problem = |row: &str| {
            let text = format!("external_id,customer_id,product,value,start_date,term_months,auto_renew\n{row}\n");
            let error = read(&text).remove(0).unwrap_err();
            format!("{}: {}", error.column.name, error.problem.label())
        };
        assert_eq!(problem("K,C,,1,2024-01-31,12,"), "product: empty value");
        assert_eq!(problem("K,C,Gold,-1,2024-01-31,12,"), "value: negative price");
        assert_eq!(problem("K,C,Gold,1,31/01/2024,12,"), "start_date: ambiguous date");
        assert_eq!(problem("K,C,Gold,1,2024-01-31,a year,"), "term_months: not a whole number");
        assert_eq!(problem("K,C,Gold,1,2024-01-31,12,maybe"), "auto_renew: neither yes nor no");
    }
}
