//! The flags of `clientele model fit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use iso_currency::Currency;
use jiff::civil::Date;

use crate::commands::Usage;
use crate::files::{ColumnChoice, TransactionColumns, TransactionId, amount, date};
use crate::term::Format;

const EXPLAINED: &str = "\
The file is CSV with a header. Dates are 1997-12-31, 19971231, 1997-12-31 23:59:59 or RFC 3339; amounts are 1234.56. \
Rows that cannot be used are explained on stderr and left out.

Several purchases of a customer on a day count as one. Rows of kind refund are netted against earlier purchases; rows of \
kind cost are not read. A CSV file of `clientele export transactions` is known by its header and read as it is.

Parameters have standard errors and 95 % confidence intervals, for the sampling of customers; where the data do not determine them, a warning says \
why.

Where the file goes on after the calibration end, `holdout` compares the purchase days after it of the customers who had \
bought by then (actual) with what the model expects of them over the same days (predicted). Gamma-Gamma is a model of \
spend, not of purchases: it has no holdout, and its customers are those with a repeat purchase.

BG/BB sees calendar periods (--time-unit: days, weeks from Monday, months or years), in each of which a customer bought or did \
not. The period of the first purchase wins the customer; every later one is an opportunity, up to the last that ends by the \
calibration end. `holdout` counts customers and periods with a purchase in the whole periods after it, as far as the file goes. \
Ready counts come as --cells: columns frequency (opportunities with a purchase), recency (the last of them, counted from 1), \
opportunities, customers.

sBG sees the survivors of a cohort of contracts: columns period (0, 1, 2, ...) and survivors, as counts or percentages. \
--periods N fits the first N periods and compares the others (`holdout`); `projection` goes on to twice the fitted periods.

Examples:
  clientele model fit --model bg-nbd --transactions purchases.csv --calibration-end 1997-09-30
  clientele model fit --model auto --transactions purchases.csv --calibration-end 1997-09-30
  clientele model fit --model gamma-gamma --transactions - --format json < purchases.csv
  clientele model fit --model mbg-nbd --transactions retail.csv \\
      --customer-column CustomerID --date-column InvoiceDate --amount-column Total --refunds net
  clientele model fit --model bg-bb --transactions donations.csv --time-unit year --calibration-end 2001-12-31
  clientele model fit --model bg-bb --cells cells.csv
  clientele model fit --model sbg --survivors cohort.csv --periods 7";

/// Fit a model to the purchases or survivors in a file and check it against later ones.
#[derive(Debug, Args)]
#[command(after_help = EXPLAINED)]
pub struct Fit {
    /// The model to fit
    #[arg(long, value_enum)]
    pub model: ModelName,

    /// The CSV file of purchases; - reads stdin
    #[arg(long, value_name = "FILE")]
    pub transactions: Option<PathBuf>,

    /// For sbg: the CSV file of a cohort's survivors; - reads stdin
    #[arg(long, value_name = "FILE")]
    pub survivors: Option<PathBuf>,

    /// For bg-bb, in place of purchases: the CSV file of counted histories; - reads stdin
    #[arg(long, value_name = "FILE")]
    pub cells: Option<PathBuf>,

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

    /// For sbg: how many periods the model may see; the ones after them are the holdout [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub periods: Option<u32>,

    /// The unit of time of the parameters and the log-likelihood (the published figures are in weeks); for bg-bb, the length of a
    /// period [default: week; for bg-bb month]
    #[arg(long, value_enum)]
    pub time_unit: Option<TimeUnit>,

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
    /// Purchases at a rhythm: MBG/NBD with Erlang-k times between them, k found (Reutterer, Platzer, Schroeder 2021)
    MbgCnbd,
    /// The one of the models of purchases that foretells the holdout best, fitted to the whole file, and why
    Auto,
    /// Spend per purchase of customers who bought again (Fader, Hardie 2013)
    GammaGamma,
    /// Purchases by calendar period, yes or no in each; dropout before any of them (Fader, Hardie, Shang 2010)
    BgBb,
    /// Contracts: who of a cohort is still there after each renewal (Fader, Hardie 2007)
    Sbg,
}

/// The unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TimeUnit {
    /// One day
    Day,
    /// Seven days
    Week,
    /// A calendar month: for bg-bb only
    Month,
    /// A calendar year: for bg-bb only
    Year,
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
            Self::MbgCnbd => "mbg-cnbd",
            Self::Auto => "auto",
            Self::GammaGamma => "gamma-gamma",
            Self::BgBb => "bg-bb",
            Self::Sbg => "sbg",
        }
    }

    /// As the papers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
            Self::MbgCnbd => "MBG/CNBD-k",
            Self::Auto => "The best model",
            Self::GammaGamma => "Gamma-Gamma",
            Self::BgBb => "BG/BB",
            Self::Sbg => "sBG",
        }
    }
}

impl TimeUnit {
    /// Days in it; none for what has no fixed length.
    pub fn days(self) -> Option<f64> {
        match self {
            Self::Day => Some(1.0),
            Self::Week => Some(7.0),
            Self::Month | Self::Year => None,
        }
    }

    /// As the flag and the JSON write it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl Fit {
    /// The unit of time asked for, or the model's usual one.
    pub fn time_unit(&self) -> TimeUnit {
        let usual = if self.model == ModelName::BgBb { TimeUnit::Month } else { TimeUnit::Week };
        self.time_unit.unwrap_or(usual)
    }

    /// Days in the unit of time, for models in which time flows.
    pub fn days_per_unit(&self) -> Result<f64, Usage> {
        let unit = self.time_unit();
        unit.days().ok_or_else(|| {
            let (unit, model) = (unit.id(), self.model.title());
            Usage(format!("a {unit} has no fixed length, which {model} needs: take --time-unit day or week (only bg-bb takes {unit}s)"))
        })
    }

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
            // What a fit does not look at is no reason to leave a row out.
            refunded_id: ColumnChoice::Absent,
            cost_kind: ColumnChoice::Absent,
            sold_by: [const { ColumnChoice::Absent }; 3],
            product: [const { ColumnChoice::Absent }; 4],
            negative_is_refund: self.refunds == Refunds::Net,
            delimiter: self.delimiter,
            ..TransactionColumns::default()
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
