//! Purchases, refunds and costs out of a file.

use std::io::Read;

use iso_currency::Currency;

use super::error::{FileError, Problem, RowError};
use super::fingerprint::Fingerprints;
use super::header::{ColumnChoice, Header};
use super::records::{Record, Records};
use super::{Moment, amount, date};

/// Which column holds what. The flags of a command are named after these: `--customer-column` and so on.
#[derive(Debug, Clone)]
pub struct TransactionColumns {
    /// The customer's id in the caller's system.
    pub customer: String,
    /// When it happened.
    pub date: String,
    /// How much.
    pub amount: String,
    /// The ISO 4217 code; an empty cell means `default_currency`.
    pub currency: ColumnChoice,
    /// For files or cells without a currency.
    pub default_currency: Currency,
    /// purchase, refund or cost; an empty cell or no column means purchase.
    pub kind: ColumnChoice,
    /// Where ids come from.
    pub id: TransactionId,
    /// The company, department and employee that sold.
    pub sold_by: [ColumnChoice; 3],
    /// The product, its category and its quantity. Of rows without a product the other two are not read.
    pub product: [ColumnChoice; 3],
    /// Read a purchase of a negative amount as a refund, instead of refusing it.
    pub negative_is_refund: bool,
    /// Between the columns.
    pub delimiter: u8,
}

impl TransactionColumns {
    /// Columns of the sales organisation unless named otherwise. Not just `company`: in many files that is the customer.
    pub const SOLD_BY: [&'static str; 3] = ["sales_company", "sales_department", "sales_employee"];
    /// Columns of the product unless named otherwise.
    pub const PRODUCT: [&'static str; 3] = ["product", "category", "quantity"];
}

impl Default for TransactionColumns {
    fn default() -> Self {
        Self {
            customer: "customer_id".into(),
            date: "date".into(),
            amount: "amount".into(),
            currency: ColumnChoice::IfPresent("currency".into()),
            default_currency: Currency::USD,
            kind: ColumnChoice::IfPresent("kind".into()),
            id: TransactionId::Derived,
            sold_by: Self::SOLD_BY.map(|name| ColumnChoice::IfPresent(name.into())),
            product: Self::PRODUCT.map(|name| ColumnChoice::IfPresent(name.into())),
            negative_is_refund: false,
            delimiter: b',',
        }
    }
}

/// Where a transaction's id comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionId {
    /// This column.
    Column(String),
    /// Made from the row, the same each time it is read: see [`super::fingerprint`].
    Derived,
    /// Not needed: ids stay empty.
    Omitted,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionKind {
    /// The customer paid.
    Purchase,
    /// The customer got money back.
    Refund,
    /// Serving the customer cost money.
    Cost,
}

impl TransactionKind {
    /// As files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Refund => "refund",
            Self::Cost => "cost",
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        [Self::Purchase, Self::Refund, Self::Cost]
            .into_iter()
            .find(|kind| text.is_empty() || kind.as_str().eq_ignore_ascii_case(text))
            .ok_or(Problem::UnknownTransactionKind)
    }
}

/// One good row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionRow {
    /// The data row, from 1.
    pub row: u64,
    /// The transaction's id; empty if omitted.
    pub id: String,
    /// The customer's id in the caller's system.
    pub customer: String,
    /// When it happened.
    pub moment: Moment,
    /// How much, in minor units; never negative.
    pub amount_minor: i64,
    /// Of the amount.
    pub currency: Currency,
    /// Purchase, refund or cost.
    pub kind: TransactionKind,
    /// What only some files say.
    pub detail: Option<Box<Detail>>,
}

/// Who sold, and what; empty where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detail {
    /// Company, department and employee.
    pub sold_by: [String; 3],
    /// Product, category and quantity; without a product there are neither of the others.
    pub product: [String; 3],
}

/// Reads transactions one by one: good rows, and errors for the others. Ends early after an error that
/// [stops reading](RowError::stops_reading).
#[derive(Debug)]
pub struct Transactions<R> {
    records: Records<R>,
    layout: Layout,
    fingerprints: Option<Box<Fingerprints>>,
}

#[derive(Debug)]
struct Layout {
    header: Header,
    customer: usize,
    date: usize,
    amount: usize,
    currency: Option<usize>,
    kind: Option<usize>,
    id: Option<usize>,
    sold_by: [Option<usize>; 3],
    product: [Option<usize>; 3],
    default_currency: Currency,
    negative_is_refund: bool,
}

impl<R: Read> Transactions<R> {
    /// Reads the header and finds the columns.
    pub fn new(input: R, columns: &TransactionColumns) -> Result<Self, FileError> {
        let mut records = Records::new(input, columns.delimiter)?;
        let header = Header::read(&mut records)?;
        let layout = Layout {
            customer: header.required("customer", &columns.customer)?,
            date: header.required("date", &columns.date)?,
            amount: header.required("amount", &columns.amount)?,
            currency: header.optional("currency", &columns.currency)?,
            kind: header.optional("kind", &columns.kind)?,
            id: match &columns.id {
                TransactionId::Column(name) => Some(header.required("transaction-id", name)?),
                TransactionId::Derived | TransactionId::Omitted => None,
            },
            sold_by: places(&header, ["company", "department", "employee"], &columns.sold_by)?,
            product: places(&header, ["product", "category", "quantity"], &columns.product)?,
            default_currency: columns.default_currency,
            negative_is_refund: columns.negative_is_refund,
            header,
        };
        let derived = columns.id == TransactionId::Derived;
        Ok(Self { records, layout, fingerprints: derived.then(Box::default) })
    }

    /// Whether the file has a column of currencies.
    pub fn has_currency_column(&self) -> bool {
        self.layout.currency.is_some()
    }
}

fn places(
    header: &Header,
    roles: [&'static str; 3],
    choices: &[ColumnChoice; 3],
) -> Result<[Option<usize>; 3], FileError> {
    let mut places = [None; 3];
    for ((place, role), choice) in places.iter_mut().zip(roles).zip(choices) {
        *place = header.optional(role, choice)?;
    }
    Ok(places)
}

impl<R: Read> Iterator for Transactions<R> {
    type Item = Result<TransactionRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
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

impl Layout {
    fn row(&self, record: Record<'_>) -> Result<TransactionRow, RowError> {
        let error = |at: usize, problem| self.header.error(record.place, at, record.field(at), problem);
        if record.len() != self.header.len() {
            return Err(self.header.wrong_count(record));
        }
        let required = |at: usize| match record.field(at) {
            "" => Err(error(at, Problem::Empty)),
            text => Ok(text.to_owned()),
        };
        let customer = required(self.customer)?;
        let moment = date::parse(record.field(self.date)).map_err(|e| error(self.date, e))?;
        let currency = match self.currency.map(|at| (at, record.field(at))) {
            None | Some((_, "")) => self.default_currency,
            Some((at, code)) => amount::parse_currency(code).map_err(|e| error(at, e))?,
        };
        let kind = match self.kind {
            None => TransactionKind::Purchase,
            Some(at) => TransactionKind::parse(record.field(at)).map_err(|e| error(at, e))?,
        };
        let (amount_minor, kind) = amount::parse(record.field(self.amount), currency)
            .and_then(|minor| self.sign(minor, kind))
            .map_err(|e| error(self.amount, e))?;
        let id = self.id.map_or_else(|| Ok(String::new()), required)?;
        let detail = self.detail(record);
        Ok(TransactionRow { row: record.place.row, id, customer, moment, amount_minor, currency, kind, detail })
    }

    fn detail(&self, record: Record<'_>) -> Option<Box<Detail>> {
        let text = |at: Option<usize>| at.map(|at| record.field(at).to_owned()).unwrap_or_default();
        let has_product = self.product[0].is_some_and(|at| !record.field(at).is_empty());
        let product = if has_product { self.product.map(text) } else { Default::default() };
        let detail = Detail { sold_by: self.sold_by.map(text), product };
        (detail != Detail::default()).then(|| Box::new(detail))
    }

    fn sign(&self, minor: i64, kind: TransactionKind) -> Result<(i64, TransactionKind), Problem> {
        match kind {
            _ if minor >= 0 => Ok((minor, kind)),
            TransactionKind::Purchase if self.negative_is_refund => {
                let minor = minor.checked_neg().ok_or(Problem::AmountOverflow)?;
                Ok((minor, TransactionKind::Refund))
            }
            TransactionKind::Purchase => Err(Problem::NegativePurchase),
            TransactionKind::Refund | TransactionKind::Cost => Err(Problem::NegativeOther),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<TransactionRow, RowError>> {
        read_with(text, &TransactionColumns::default())
    }

    fn read_with(text: &str, columns: &TransactionColumns) -> Vec<Result<TransactionRow, RowError>> {
        Transactions::new(text.as_bytes(), columns).unwrap().collect()
    }

    fn only_error(rows: &str) -> String {
        let text = format!("customer_id,date,amount,currency,kind\n{rows}\nz,1997-01-01,1,USD,\n");
        let mut rows = read(&text);
        assert!(rows.pop().unwrap().is_ok(), "the good row after it is kept");
        assert_eq!(rows.len(), 1);
        rows.remove(0).unwrap_err().to_string()
    }

    #[test]
    fn a_good_row_is_read_with_everything_it_says() {
        let text = "customer_id,date,amount,currency,kind\n c 1 ,1997-01-02,29.33,EUR,refund\n";
        let row = read(text).remove(0).unwrap();
        assert_eq!(row.customer, "c 1");
        assert_eq!(row.moment.to_string(), "1997-01-02");
        assert_eq!((row.amount_minor, row.currency), (2933, Currency::EUR));
        assert_eq!((row.kind, row.row), (TransactionKind::Refund, 1));
    }

    #[test]
    fn columns_that_are_not_there_take_their_defaults() {
        let row = read("amount,date,customer_id\n5,19970102,c\n").remove(0).unwrap();
        assert_eq!((row.currency, row.kind), (Currency::USD, TransactionKind::Purchase));
    }

    #[test]
    fn a_bad_date_names_row_column_value_and_remedy() {
        assert_eq!(
            only_error("c,1997-02-30,1,USD,"),
            "row 1 (line 2), column 2 \"date\": \"1997-02-30\" is not a date; write it as 1997-12-31, \
             19971231, 1997-12-31 23:59:59 or 1997-12-31T23:59:59Z"
        );
    }

    #[test]
    fn a_negative_price_is_refused_and_refunds_explained() {
        assert_eq!(
            only_error("c,1997-01-01,-3.00,USD,purchase"),
            "row 1 (line 2), column 3 \"amount\": \"-3.00\" is a negative price; send money given back \
             as a row of kind refund with a positive amount"
        );
    }

    #[test]
    fn a_negative_refund_is_refused_too() {
        assert!(only_error("c,1997-01-01,-3.00,USD,refund").contains("kind already says"));
    }

    #[test]
    fn an_unknown_currency_is_refused() {
        assert_eq!(
            only_error("c,1997-01-01,3.00,XXX,"),
            "row 1 (line 2), column 4 \"currency\": \"XXX\" is not a currency; use an ISO 4217 code such \
             as EUR, USD or CNY"
        );
    }

    #[test]
    fn decimals_are_counted_by_the_rows_own_currency() {
        let error = only_error("c,1997-01-01,3.50,JPY,");
        assert!(error.contains("\"3.50\" has more decimals than JPY has (0)"), "{error}");
    }

    #[test]
    fn an_unknown_kind_and_an_empty_customer_are_refused() {
        assert!(only_error("c,1997-01-01,1,USD,gift").contains("column 5 \"kind\": \"gift\" is not"));
        assert!(only_error(" ,1997-01-01,1,USD,").contains("column 1 \"customer_id\": is empty"));
    }

    #[test]
    fn a_row_with_too_few_or_too_many_columns_is_refused_at_the_first_of_them() {
        let few = only_error("c,1997-01-01,1");
        assert!(few.contains("column 4 \"currency\": the row has 3 columns where the header has 5"));
        let many = only_error("c,1997-01-01,1,USD,purchase,x");
        assert!(
            many.contains("column 6: the row has 6 columns where the header has 5 (at \"x\"); put values"),
            "{many}"
        );
    }

    #[test]
    fn a_negative_amount_can_be_read_as_a_refund() {
        let columns = TransactionColumns { negative_is_refund: true, ..Default::default() };
        let row = read_with("customer_id,date,amount\nc,1997-01-01,-3\n", &columns).remove(0).unwrap();
        assert_eq!((row.amount_minor, row.kind), (300, TransactionKind::Refund));
    }

    #[test]
    fn who_sold_what_is_read_where_the_file_says_it() {
        let text = "customer_id,date,amount,sales_employee,product,category,quantity\n\
                    c,1997-01-01,3,Ida,P-1,Pumps,2.5\nc,1997-01-01,3,,,Pumps,2\n";
        let rows = read(text);
        let detail = rows[0].as_ref().unwrap().detail.clone().unwrap();
        assert_eq!(detail.sold_by, ["", "", "Ida"]);
        assert_eq!(detail.product, ["P-1", "Pumps", "2.5"]);
        assert_eq!(rows[1].as_ref().unwrap().detail, None, "a category of no product says nothing");
        assert_eq!(read("customer_id,date,amount\nc,1997-01-01,3\n").remove(0).unwrap().detail, None);
    }

    #[test]
    fn an_id_column_is_used_and_may_not_be_empty() {
        let columns = TransactionColumns { id: TransactionId::Column("id".into()), ..Default::default() };
        let rows = read_with("id,customer_id,date,amount\nt1,c,1997-01-01,3\n,c,1997-01-01,3\n", &columns);
        assert_eq!(rows[0].as_ref().unwrap().id, "t1");
        assert!(matches!(rows[1].as_ref().unwrap_err().problem, Problem::Empty));
    }

    #[test]
    fn derived_ids_see_values_and_not_how_they_are_written() {
        let one = read("customer_id,date,amount\nc,1997-01-01,3\n").remove(0).unwrap();
        let other = read("amount,date,customer_id\n3.00,19970101,c\n").remove(0).unwrap();
        assert_eq!(one.id, other.id);
        assert!(one.id.starts_with("row-"));
    }
}
