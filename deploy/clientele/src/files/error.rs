//! What can be wrong with a file or a row: where, what, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The data row: 1 is the first row after the header, 0 the header itself.
    pub row: u64,
    /// The line of the file on which the row begins: 1 is the first. A quoted field may hold line breaks, so this can run
    /// ahead of `row`.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.row == 0 {
            write!(f, "header (line {})", self.line)
        } else {
            write!(f, "row {} (line {})", self.row, self.line)
        }
    }
}

/// A column by its place and, where the header has one, its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnRef {
    /// 1 is the first column.
    pub number: usize,
    /// As the header writes it; empty when the row has more columns than the header.
    pub name: String,
}

impl fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            write!(f, "column {}", self.number)
        } else {
            write!(f, "column {} \"{}\"", self.number, self.name)
        }
    }
}

/// One row that could not be used, and why.
#[derive(Debug)]
pub struct RowError {
    /// Where it stands.
    pub place: Place,
    /// The column at fault.
    pub column: ColumnRef,
    /// What stands there: printable, shortened.
    pub value: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl RowError {
    /// Whether nothing after this row could be read.
    pub fn stops_reading(&self) -> bool {
        matches!(self.problem, Problem::EndlessRow | Problem::TooManyBrokenRows(_) | Problem::ReadFailed(_))
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: ", self.place, self.column)?;
        match (self.value.as_str(), self.problem.is_of_the_row()) {
            ("", _) => write!(f, "{}", self.problem)?,
            (value, true) => write!(f, "{} (at \"{value}\")", self.problem)?,
            (value, false) => write!(f, "\"{value}\" {}", self.problem)?,
        }
        write!(f, "; {}", self.problem.remedy())
    }
}

impl std::error::Error for RowError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::ReadFailed(source) => Some(source),
            _ => None,
        }
    }
}

/// What is wrong with a row. `Display` reads on from the value (`"31/12/1997" is an ambiguous date`) or is about the row.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A value that must be there is not.
    #[error("is empty")]
    Empty,
    /// Not a date in a form we read, or no day of the calendar.
    #[error("is not a date")]
    BadDate,
    /// A calendar date outside 1900 to 2100: almost always a slip.
    #[error("is a date outside 1900 to 2100")]
    ImplausibleDate,
    /// Day and month could be either way round.
    #[error("is an ambiguous date: day and month could be either way round")]
    AmbiguousDate,
    /// Not a decimal number.
    #[error("is not an amount")]
    BadAmount,
    /// Not an exchange rate.
    #[error("is not an exchange rate")]
    BadRate,
    /// Less than nothing.
    #[error("is a negative price")]
    NegativePurchase,
    /// A refund or cost with a minus sign: the kind says it already.
    #[error("is negative, and the row's kind already says that money flows back")]
    NegativeOther,
    /// More decimals than the currency has.
    #[error("has more decimals than {code} has ({digits})")]
    TooManyDecimals {
        /// The ISO 4217 code.
        code: &'static str,
        /// The decimals of its minor unit.
        digits: u16,
    },
    /// Does not fit 64 bits of minor units.
    #[error("is too large an amount (the largest is 9,223,372,036,854,775,807 minor units)")]
    AmountOverflow,
    /// Not an ISO 4217 code of money that people pay with.
    #[error("is not a currency")]
    UnknownCurrency,
    /// Not purchase, refund or cost.
    #[error("is not a kind of transaction")]
    UnknownTransactionKind,
    /// Not what costs are spent on.
    #[error("is not a kind of cost")]
    UnknownCostKind,
    /// A kind of cost in a row of another kind, which is named.
    #[error("is a kind of cost, but the row is a {0}")]
    CostKindOfOther(&'static str),
    /// A refunded purchase in a row of another kind, which is named.
    #[error("is a refunded purchase, but the row is a {0}")]
    RefundedIdOfOther(&'static str),
    /// A refund of itself.
    #[error("is the id of the refund itself")]
    RefundsItself,
    /// A quantity below zero of what is no refund.
    #[error("is a negative quantity")]
    NegativeQuantity,
    /// A day where an instant is wanted.
    #[error("is a day without its time")]
    NoTime,
    /// A customer by two ids.
    #[error("is the customer's id in your system, beside the one in Clientele")]
    TwoCustomers,
    /// An item of the other sign than its transaction.
    #[error("has not the sign of the transaction's amount")]
    ItemSign,
    /// An item that does not follow the one before it.
    #[error("is not the next line of its transaction, which is {expected}")]
    LineGap {
        /// The line that must stand here.
        expected: u64,
    },
    /// Something of the transaction that another of its rows says otherwise.
    #[error("differs from row {row}, which is of the same transaction")]
    OtherThanFirst {
        /// The first row of the transaction.
        row: u64,
    },
    /// More items than a transaction may have.
    #[error("is a transaction of more than {0} items")]
    TooManyItems(usize),
    /// Another row of the transaction is bad.
    #[error("is a transaction of which row {row} cannot be used")]
    PartOf {
        /// That row.
        row: u64,
    },
    /// Not organisation or person.
    #[error("is not a kind of customer")]
    UnknownCustomerKind,
    /// Neither yes nor no.
    #[error("is neither yes nor no")]
    NotYesOrNo,
    /// No `@` with something on both sides.
    #[error("is not an e-mail address")]
    BadEmail,
    /// Not two letters.
    #[error("is not a country code")]
    BadCountry,
    /// Not digits only.
    #[error("is not a whole number")]
    BadCount,
    /// Not digits with at most one point.
    #[error("is not a number")]
    BadNumber,
    /// A count below zero.
    #[error("is negative")]
    NegativeCount,
    /// A count that our numbers cannot hold.
    #[error("is too large a number")]
    CountOverflow,
    /// A count that contradicts the rest of its row.
    #[error("is out of range ({least} to {most})")]
    OutOfRange {
        /// The least it may be, given the rest.
        least: u32,
        /// The most.
        most: u32,
        /// What it counts.
        because: &'static str,
    },
    /// Periods that do not run from 0 one by one.
    #[error("is not the next period, which is {expected}")]
    PeriodGap {
        /// The period that must stand here.
        expected: u64,
    },
    /// More survivors than before.
    #[error("is more than the period before had ({before})")]
    CohortGrows {
        /// Survivors of the period before.
        before: f64,
    },
    /// A cohort of nobody.
    #[error("is no cohort: nobody is there to leave")]
    EmptyCohort,
    /// More or fewer columns than the header.
    #[error("the row has {found} columns where the header has {expected}")]
    ColumnCount {
        /// Columns of the header.
        expected: usize,
        /// Columns of this row.
        found: usize,
    },
    /// Bytes that are no text.
    #[error("is not UTF-8 text (byte {offset} of the file)")]
    NotUtf8 {
        /// Of the first such byte, from 0 at the start of the file.
        offset: u64,
    },
    /// A NUL byte, which no text holds.
    #[error("holds a NUL byte (byte {offset} of the file)")]
    NulByte {
        /// Of the first NUL, from 0 at the start of the file.
        offset: u64,
    },
    /// Longer than a row may be, with a line break after it.
    #[error("the row is longer than 64 KiB")]
    RowTooLong,
    /// A quote that opens a field and is not closed within a row's length, or at all.
    #[error("a quote opens here and is not closed within 64 KiB or before the end of the file")]
    UnclosedQuote,
    /// No line break in sight: reading stops.
    #[error("the row goes on for more than 1 MiB without a line break, so reading stopped here")]
    EndlessRow,
    /// So many rows that have no columns that this cannot be the format: reading stops.
    #[error(
        "this is row {0} of those that cannot be split into columns, so reading stopped here: this is hardly a CSV file"
    )]
    TooManyBrokenRows(u32),
    /// The disk or the pipe failed: reading stops.
    #[error("the file could not be read further")]
    ReadFailed(#[source] io::Error),
}

impl Problem {
    /// Whether the row is at fault and not the value: its message is a sentence of its own.
    fn is_of_the_row(&self) -> bool {
        matches!(
            self,
            Self::ColumnCount { .. }
                | Self::RowTooLong
                | Self::UnclosedQuote
                | Self::EndlessRow
                | Self::TooManyBrokenRows(_)
                | Self::ReadFailed(_)
        )
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Empty => "fill it in or remove the row".into(),
            Self::BadDate | Self::ImplausibleDate => {
                "write it as 1997-12-31, 19971231, 1997-12-31 23:59:59 or 1997-12-31T23:59:59Z".into()
            }
            Self::AmbiguousDate => "write it year first: 1997-12-31".into(),
            Self::BadAmount => {
                "write it as 1234.56: digits and a point, no currency sign, no thousands separator".into()
            }
            Self::BadRate => "write it as 1.0842: up to 12 digits, a point and up to 12 more, more than zero".into(),
            Self::NegativePurchase => "send money given back as a row of kind refund with a positive amount".into(),
            Self::NegativeOther => "write the amount without the minus sign".into(),
            Self::TooManyDecimals { digits: 0, .. } => "round it to a whole number".into(),
            Self::TooManyDecimals { digits, .. } => {
                format!("round it to {digits} decimals, or name the right currency")
            }
            Self::AmountOverflow => "check the amount and its currency".into(),
            Self::UnknownCurrency => "use an ISO 4217 code such as EUR, USD or CNY".into(),
            Self::UnknownTransactionKind => {
                "use purchase, refund or cost, or ignore the column with --kind-column ''".into()
            }
            Self::UnknownCostKind => {
                "use cost_of_goods, cost_to_serve or acquisition, or ignore the column with --cost-kind-column ''".into()
            }
            Self::CostKindOfOther(_) => "leave it empty, or make the row one of kind cost".into(),
            Self::RefundedIdOfOther(_) => {
                "leave it empty, or make the row one of kind refund (--refunds net does so with negative amounts)".into()
            }
            Self::RefundsItself => "write the id of the purchase that was taken back, or leave it empty".into(),
            Self::NegativeQuantity => {
                "write goods given back as a refund with a positive quantity (--refunds net does so with negative amounts)"
                    .into()
            }
            Self::NoTime => "write it as 1997-12-31T23:59:59Z or leave it empty".into(),
            Self::TwoCustomers => "leave one of the two empty, or name the one to read with --customer-column".into(),
            Self::ItemSign => "take what lowers an amount off the item that it belongs to".into(),
            Self::LineGap { .. } => "keep the rows of a transaction together, whole and in their order".into(),
            Self::OtherThanFirst { .. } => {
                "rows of a transaction say the same but for their items: correct one of the two".into()
            }
            Self::TooManyItems(_) => "split it into several, each with an id of its own".into(),
            Self::PartOf { .. } => "correct that row: a transaction is taken whole or not at all".into(),
            Self::UnknownCustomerKind => "use organisation or person".into(),
            Self::NotYesOrNo => "write yes or no, or true or false".into(),
            Self::BadEmail => "write it as name@example.com or leave it empty".into(),
            Self::BadCountry => "use the two letters of ISO 3166 such as DE, US or CN, or leave it empty".into(),
            Self::BadCount => "write digits only, such as 12".into(),
            Self::BadNumber => {
                "write it as 869 or 86.9: digits and a point, no percent sign or thousands separator".into()
            }
            Self::NegativeCount => "nothing is counted below zero: correct it".into(),
            Self::CountOverflow => "check the number".into(),
            Self::OutOfRange { because, .. } => (*because).into(),
            Self::PeriodGap { .. } => "list every period once, in order, from 0 (the start of the cohort)".into(),
            Self::CohortGrows { .. } => {
                "a cohort only loses customers: count, in every period, those who began in period 0 and are still there"
                    .into()
            }
            Self::EmptyCohort => "period 0 holds the customers that the cohort began with".into(),
            Self::ColumnCount { expected, found } if found > expected => {
                "put values that hold the separator in double quotes".into()
            }
            Self::ColumnCount { .. } => "add the missing values (they may be empty)".into(),
            Self::NotUtf8 { .. } => "save the file as UTF-8, e.g. iconv -f WINDOWS-1252 -t UTF-8 FILE".into(),
            Self::NulByte { .. } => "export the file again as UTF-8 text".into(),
            Self::RowTooLong | Self::EndlessRow => "check that every row ends with a line break".into(),
            Self::UnclosedQuote => "close the quote, or write a quote inside a quoted value twice".into(),
            Self::TooManyBrokenRows(_) => {
                "export it as CSV: comma-separated, values with line breaks in double quotes".into()
            }
            Self::ReadFailed(source) => format!("{source}: check the disk or the pipe, then start again"),
        }
    }

    /// The few words under which rows with this problem are counted.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Empty => "empty value",
            Self::BadDate => "bad date",
            Self::ImplausibleDate => "date outside 1900 to 2100",
            Self::AmbiguousDate => "ambiguous date",
            Self::BadAmount => "bad amount",
            Self::BadRate => "bad rate",
            Self::NegativePurchase => "negative price",
            Self::NegativeOther => "negative refund or cost",
            Self::TooManyDecimals { .. } => "too many decimals",
            Self::AmountOverflow => "amount too large",
            Self::UnknownCurrency => "unknown currency",
            Self::UnknownTransactionKind | Self::UnknownCustomerKind => "unknown kind",
            Self::UnknownCostKind => "unknown kind of cost",
            Self::CostKindOfOther(_) => "kind of cost of something else",
            Self::RefundedIdOfOther(_) => "refunded purchase of something else",
            Self::RefundsItself => "refund of itself",
            Self::NegativeQuantity => "negative quantity",
            Self::NoTime => "day without its time",
            Self::TwoCustomers => "customer by two ids",
            Self::ItemSign => "item of another sign",
            Self::LineGap { .. } => "line out of order",
            Self::OtherThanFirst { .. } => "rows that differ",
            Self::TooManyItems(_) => "too many items",
            Self::PartOf { .. } => "part of a transaction left out",
            Self::NotYesOrNo => "neither yes nor no",
            Self::BadEmail => "bad e-mail address",
            Self::BadCountry => "bad country code",
            Self::BadCount => "not a whole number",
            Self::BadNumber => "bad number",
            Self::NegativeCount => "negative number",
            Self::CountOverflow => "number too large",
            Self::OutOfRange { .. } => "out of range",
            Self::PeriodGap { .. } => "period out of order",
            Self::CohortGrows { .. } => "growing cohort",
            Self::EmptyCohort => "empty cohort",
            Self::ColumnCount { .. } => "wrong number of columns",
            Self::NotUtf8 { .. } => "not UTF-8",
            Self::NulByte { .. } => "NUL byte",
            Self::RowTooLong => "row too long",
            Self::UnclosedQuote => "unclosed quote",
            Self::EndlessRow => "row without end",
            Self::TooManyBrokenRows(_) => "not CSV",
            Self::ReadFailed(_) => "reading failed",
        }
    }
}

/// What is wrong with a whole file, found before its first row.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file could not be opened.
    #[error("cannot open {}: check the path and its permissions", path.display())]
    Open {
        /// As the caller wrote it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The first bytes could not be read.
    #[error("cannot read the file: check that it is a file (not a folder) and readable")]
    Read(#[source] io::Error),
    /// No header.
    #[error("the file is empty: its first line must name the columns")]
    Empty,
    /// The first bytes say that this is something else.
    #[error("the file is {what}, not CSV: {remedy}")]
    NotCsv {
        /// What it looks like.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The header row itself is broken.
    #[error("the header cannot be read: {0}")]
    Header(RowError),
    /// A column that is needed is not there.
    #[error("no column \"{wanted}\" for the {role}: the file has {}{}", quoted(has), hint(role, nearest.as_deref(), has))]
    MissingColumn {
        /// What the column is for, as in the flag `--<role>-column`.
        role: &'static str,
        /// The name that was asked for.
        wanted: String,
        /// The columns the file has.
        has: Vec<String>,
        /// The most similar of them, if one is similar.
        nearest: Option<String>,
    },
    /// A column whose name is fixed is not there.
    #[error("no column \"{wanted}\": the file has {}; {}", quoted(has), renaming(wanted, nearest.as_deref(), has))]
    MissingFixedColumn {
        /// Its name.
        wanted: &'static str,
        /// The columns the file has.
        has: Vec<String>,
        /// The most similar of them, if one is similar.
        nearest: Option<String>,
    },
    /// Amounts of items where rows cannot be items.
    #[error(
        "--item-amount-column makes rows the items of transactions, for which {what} are needed: name their column with --{flag}-column"
    )]
    ItemsWithout {
        /// What is missing.
        what: &'static str,
        /// The `<role>` of its flag `--<role>-column`.
        flag: &'static str,
    },
    /// A needed name stands twice in the header.
    #[error(
        "the header names \"{name}\" {count} times (columns {first} and {second}): rename all but the one that holds the {role}"
    )]
    DuplicateColumn {
        /// What the column is for.
        role: &'static str,
        /// The name.
        name: String,
        /// How often it stands there.
        count: usize,
        /// The first column of that name, from 1.
        first: usize,
        /// The second.
        second: usize,
    },
}

/// Why a small table, in which every row counts, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Something about the whole file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A row.
    #[error(transparent)]
    Row(#[from] RowError),
}

fn renaming(wanted: &str, nearest: Option<&str>, has: &[String]) -> String {
    match (separator(has), nearest) {
        (Some(hint), _) => hint,
        (None, Some(name)) => format!("rename \"{name}\" to {wanted}"),
        (None, None) => "name it in the first line".into(),
    }
}

fn quoted(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let text = names.iter().take(SHOWN).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

fn hint(role: &str, nearest: Option<&str>, has: &[String]) -> String {
    match (nearest, separator(has)) {
        (Some(name), _) => format!("; did you mean --{role}-column \"{name}\"?"),
        (None, Some(hint)) => format!("; {hint}"),
        (None, None) => format!("; name the right one with --{role}-column"),
    }
}

/// A header in one piece that holds another separator than the one it was split by.
fn separator(has: &[String]) -> Option<String> {
    let (separator, name) = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars"), (',', "commas")]
        .into_iter()
        .find(|(separator, _)| has.len() == 1 && has[0].contains(*separator))?;
    let flag = if separator == '\t' { "\\t".into() } else { separator.to_string() };
    Some(format!("its columns look separated by {name}: say --delimiter '{flag}'"))
}
