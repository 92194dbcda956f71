//! From a purchase file to a [`PurchaseLog`]: one currency, good rows only, everything left out told.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Result, bail};
use btyd::PurchaseLog;
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::args::{Fit, Refunds};
use crate::commands::Usage;
use crate::files::{self, BadRows, TransactionKind, TransactionRow, Transactions};
use crate::term::progress::Unit;
use crate::term::{Progress, note, number};

const EPOCH: Date = date(1970, 1, 1);

/// What a file holds.
pub struct Purchases {
    /// The file, for messages.
    pub name: String,
    /// Its purchases and refunds.
    pub log: PurchaseLog,
    /// Of the amounts.
    pub currency: Currency,
    /// Whether the file or the caller named the currency.
    pub currency_is_named: bool,
    /// The earliest and the latest day.
    pub days: (Date, Date),
    /// Rows in the log.
    pub used: u64,
    /// Rows that could not be used.
    pub bad: u64,
    /// What a reader of the result must know about the file.
    pub warnings: Vec<String>,
}

/// Reads the whole file.
pub fn read(args: &Fit, path: &Path) -> Result<Purchases> {
    let source = files::open(path)?;
    let name = source.name;
    let progress = Progress::start(&format!("Reading {name}"), source.bytes, Unit::Bytes);
    let rows = Transactions::new(progress.reader(source.reader), &args.columns())?;
    let currency_is_named = args.currency.is_some() || rows.has_currency_column();
    let mut collected = Collected::new(args.currency);
    let mut bad = BadRows::default();
    for row in rows {
        match row {
            Ok(row) => collected.add(&row),
            Err(error) => bad.add(error),
        }
    }
    let good = collected.good;
    progress.finish(&format!("{} rows", number::count(good + bad.total())));
    note(&bad.report(&name, good));
    let negative = bad.count("negative price");
    if negative > 0 && args.refunds == Refunds::Reject {
        let negative = number::count(negative);
        note(&format!("hint: --refunds net takes the {negative} negative amounts as money given back"));
    }
    if bad.count("reading failed") > 0 {
        bail!("{name} was read in part only; nothing was fitted");
    }
    if args.strict && bad.total() > 0 {
        bail!(Usage(format!(
            "{} rows of {name} cannot be used and --strict is set: correct them, or leave out --strict",
            number::count(bad.total())
        )));
    }
    Ok(Purchases { currency_is_named, ..collected.finish(name, &bad)? })
}

struct Collected {
    /// The currency to keep; without one, the first that is met.
    wanted: Option<Currency>,
    by_currency: BTreeMap<&'static str, u64>,
    customers: HashMap<String, u64>,
    log: PurchaseLog,
    days: Option<(Date, Date)>,
    used: u64,
    good: u64,
}

impl Collected {
    fn new(wanted: Option<Currency>) -> Self {
        Self {
            wanted,
            by_currency: BTreeMap::new(),
            customers: HashMap::new(),
            log: PurchaseLog::new(),
            days: None,
            used: 0,
            good: 0,
        }
    }

    fn add(&mut self, row: &TransactionRow) {
        self.good += 1;
        if row.kind == TransactionKind::Cost {
            return;
        }
        *self.by_currency.entry(row.currency.code()).or_default() += 1;
        if self.wanted.is_some_and(|wanted| wanted != row.currency) {
            return;
        }
        let day = row.moment.day();
        let (first, last) = self.days.unwrap_or((day, day));
        self.days = Some((first.min(day), last.max(day)));
        self.used += 1;
        let next = self.customers.len() as u64;
        let customer = match self.customers.get(row.customer.as_str()) {
            Some(customer) => *customer,
            None => *self.customers.entry(row.customer.clone()).or_insert(next),
        };
        let day = epoch_day(day);
        if row.kind == TransactionKind::Refund {
            self.log.refund(customer, day, row.amount_minor, None);
        } else {
            self.log.purchase(customer, day, row.amount_minor);
        }
    }

    fn finish(self, name: String, bad: &BadRows) -> Result<Purchases> {
        let counts: Vec<_> =
            self.by_currency.iter().map(|(code, rows)| format!("{code} ({})", number::count(*rows))).collect();
        if self.wanted.is_none() && counts.len() > 1 {
            bail!(Usage(format!(
                "{name} holds {} currencies: {}; a model takes one, so choose it with --currency CODE",
                counts.len(),
                counts.join(", ")
            )));
        }
        let Some(days) = self.days else {
            let wanted = self.wanted.map(|code| format!(" in {}", code.code())).unwrap_or_default();
            bail!(Usage(format!(
                "{name} has no usable purchase{wanted}: {} rows were left out, {} were read; correct the file or name its \
                 columns (see clientele model fit --help)",
                number::count(bad.total()),
                number::count(self.good)
            )));
        };
        let mut warnings = Vec::new();
        if counts.len() > 1 {
            warnings.push(format!("only one currency was fitted; the file holds {}", counts.join(", ")));
        }
        if let Some(stopped) = bad.stopped() {
            warnings.push(format!("the file was read in part only: {stopped}"));
        }
        let only = self.by_currency.keys().next().and_then(|code| Currency::from_code(code));
        Ok(Purchases {
            name,
            log: self.log,
            currency: self.wanted.or(only).unwrap_or(Currency::USD),
            currency_is_named: false,
            days,
            used: self.used,
            bad: bad.total(),
            warnings,
        })
    }
}

/// Days since 1970-01-01.
pub fn epoch_day(day: Date) -> i32 {
    // Dates of a file lie between 1900 and 2100, and a civil day has 86,400 seconds.
    (day.duration_since(EPOCH).as_secs() / 86_400) as i32
}

/// The calendar day that is so many days after 1970-01-01.
pub fn calendar_day(day: i32) -> Date {
    EPOCH.saturating_add(i64::from(day).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970_both_ways() {
        assert_eq!(epoch_day(date(1970, 1, 1)), 0);
        assert_eq!(epoch_day(date(2000, 3, 1)), 11_017);
        assert_eq!(epoch_day(date(1969, 12, 31)), -1);
        assert_eq!(calendar_day(11_017), date(2000, 3, 1));
    }
}
