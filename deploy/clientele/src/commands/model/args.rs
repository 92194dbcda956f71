//! The flags of `clientele model fit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use iso_currency::Currency;
use jiff::civil::Date;

use crate::files::{ColumnChoice, TransactionColumns, TransactionId, amount, date};
use crate::term::Format;

const EXPLAINED: &str = "\
The file is CSV with a header. Dates are 1997-12-31, 19971231, 1997-12-31 23:59:59 or RFC 3339; amounts are 1234.56. \
Rows that cannot be used are explained on stderr and left out.

Several purchases of a customer on a day count as one. Rows of kind refund are netted against earlier purchases; rows of \
kind cost are not read.

Where the file goes on after the calibration end, `holdout` compares the purchase days after it of the customers who had \
bought by then (actual) with what the model expects of them over the same days (predicted). Gamma-Gamma is a model of \
spend, not of purchases: it has no holdout, and its customers are those with a repeat purchase.

Examples:
  clientele model fit --model bg-nbd --transactions purchases.csv --calibration-end 1997-09-30
  clientele model fit --model gamma-gamma --transactions - --format json < purchases.csv
  clientele model fit --model mbg-nbd --transactions retail.csv \\
      --customer-column CustomerID --date-column InvoiceDate --amount-column Total --refunds net";

/// Fit a model to the purchases in a file and check it against later ones.
#[derive(Debug, Args)]
#[command(after_help = EXPLAINED)]
pub struct Fit {
    /// The model to fit
    #[arg(long, value_enum)]
    pub model: ModelName,

    /// The CSV file of purchases; - reads stdin
    #[arg(long, value_name = "FILE")]
    pub transactions: PathBuf,

    /// The column with the customer's id
    #[arg(long, value_name = "NAME", default_value = "customer_id")]
    pub customer_column: String,

    /// The column with the day of purchase
    #[arg(long, value_name = "NAME", default_value = "date")]
    pub date_column: String,

    /// The column with the amount
    #[arg(long, value_name = "NAME", default_value = "amount")]
    pub amount_column: String,

    /// The column with the ISO 4217 currency [default: currency, if the file has it; '' reads none]
    #[arg(long, value_name = "NAME")]
    pub currency_column: Option<String>,

    /// The column with purchase, refund or cost [default: kind, if the file has it; '' reads none]
    #[arg(long, value_name = "NAME")]
    pub kind_column: Option<String>,

    /// The currency to fit; other currencies are left out [default: the file's only one, else with two decimals]
    #[arg(long, value_name = "CODE", value_parser = amount::currency_flag)]
    pub currency: Option<Currency>,

    /// The last day the model may see; what comes after it is the holdout [default: the last day in the file]
    #[arg(long, value_name = "DATE", value_parser = date::parse_day)]
    pub calibration_end: Option<Date>,

    /// The unit of time of the parameters and the log-likelihood; the published figures are in weeks
    #[arg(long, value_enum, default_value_t = TimeUnit::Week)]
    pub time_unit: TimeUnit,

    /// What a negative amount is: a bad row, or money given back that is netted against earlier purchases
    #[arg(long, value_enum, default_value_t = Refunds::Reject)]
    pub refunds: Refunds,

    /// What stands between the columns: one character, or \t for a tab
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter)]
    pub delimiter: u8,

    /// Fail when a row cannot be used, instead of leaving it out
    #[arg(long)]
    pub strict: bool,

    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// A model by its usual name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModelName {
    /// Purchases; dropout after each repeat purchase (Fader, Hardie, Lee 2005)
    BgNbd,
    /// Purchases; dropout after the first purchase too, so one-time buyers can be lost (Batislam et al. 2007)
    MbgNbd,
    /// Purchases; dropout at any time, bound to no purchase (Schmittlein, Morrison, Colombo 1987)
    ParetoNbd,
    /// Spend per purchase of customers who bought again (Fader, Hardie 2013)
    GammaGamma,
}

/// The unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TimeUnit {
    /// One day
    Day,
    /// Seven days
    Week,
}

/// What a negative amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Refunds {
    /// Money given back
    Net,
    /// A bad row
    Reject,
}

impl ModelName {
    /// As the flag and the JSON write it.
    pub fn id(self) -> &'static str {
        match self {
            Self::BgNbd => "bg-nbd",
            Self::MbgNbd => "mbg-nbd",
            Self::ParetoNbd => "pareto-nbd",
            Self::GammaGamma => "gamma-gamma",
        }
    }

    /// As the papers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
            Self::GammaGamma => "Gamma-Gamma",
        }
    }
}

impl TimeUnit {
    /// Days in it.
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
        }
    }

    /// As the flag and the JSON write it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }
}

impl Fit {
    /// Where the file has what.
    pub fn columns(&self) -> TransactionColumns {
        TransactionColumns {
            customer: self.customer_column.clone(),
            date: self.date_column.clone(),
            amount: self.amount_column.clone(),
            currency: ColumnChoice::from_flag(self.currency_column.as_deref(), "currency"),
            default_currency: self.currency.unwrap_or(Currency::USD),
            kind: ColumnChoice::from_flag(self.kind_column.as_deref(), "kind"),
            id: TransactionId::Omitted,
            negative_is_refund: self.refunds == Refunds::Net,
            delimiter: self.delimiter,
        }
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("must be one character such as ; or |, or \\t for a tab".into()),
    }
}
