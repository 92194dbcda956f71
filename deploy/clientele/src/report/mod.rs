//! What the services answer, for a person to read.

pub mod acquisition;
pub mod affinities;
pub mod churn;
pub mod churn_alerts;
pub mod comparison;
pub mod concentration;
pub mod contracts;
pub mod growth;
pub mod heat;
pub mod json;
pub mod key_customers;
pub mod lifecycle;
pub mod lines;
pub mod model_quality;
pub mod populations;
pub mod prediction;
pub mod purchase_depth;
pub mod reproduction;
pub mod retention;
pub mod rfm;
pub mod run;
pub mod sales;
pub mod score;
pub mod score_changes;
pub mod screening_hits;
pub mod segment;
pub mod segment_movement;
pub mod share;
pub mod spends;
pub mod tier_movement;

use clientele_proto::{
    Date, Money,
    value::v1::{OtherCurrency, ScoreReason},
};
use iso_currency::Currency;

use crate::term::{Screen, number, text};

/// An amount with thousand separators; nothing for an absent one.
pub fn money(amount: Option<&Money>) -> String {
    let Some(amount) = amount else { return String::new() };
    let Some(currency) = Currency::from_code(&amount.currency_code) else {
        return format!("{} {}", amount.units, amount.currency_code);
    };
    let digits = u32::from(crate::files::amount::minor_digits(currency).unwrap_or_default());
    let minor = amount.units * 10_i64.pow(digits) + i64::from(amount.nanos) / 10_i64.pow(9 - digits);
    number::money(minor, currency)
}

/// An amount without its currency, for columns whose note names it; nothing for an absent one.
pub fn amount(amount: Option<&Money>) -> String {
    let text = money(amount);
    text.split_once(' ').map_or(text.clone(), |(_, number)| number.to_owned())
}

/// An amount as a program reads it: no thousand separators, no currency; nothing for an absent one.
pub fn plain(amount: Option<&Money>) -> String {
    self::amount(amount).replace(',', "")
}

/// The currency of an amount, for a column beside it; nothing for an absent one.
pub fn currency(amount: Option<&Money>) -> String {
    amount.map(|amount| amount.currency_code.clone()).unwrap_or_default()
}

/// A number as a program reads it; nothing for an absent one.
pub fn figure(number: Option<f64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// The reasons behind a score, as a list.
pub fn reasons(reasons: &[ScoreReason], screen: &Screen) -> String {
    let mut list = String::new();
    for reason in reasons {
        for (at, line) in text::wrap(&reason.text, screen.width.saturating_sub(2)).iter().enumerate() {
            list.push_str(if at == 0 { "- " } else { "  " });
            list.push_str(line);
            list.push('\n');
        }
    }
    list
}

/// A day as ISO 8601 writes it.
pub fn date(date: Option<&Date>) -> String {
    date.map(|date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)).unwrap_or_default()
}

/// What became of transactions in other currencies, as sentences; nothing where there are none.
pub fn other_currencies(converts: bool, left_out: i64, others: &[OtherCurrency]) -> String {
    if converts {
        return others.iter().map(converted).collect::<Vec<_>>().join(" ");
    }
    if left_out == 0 {
        return String::new();
    }
    let count = number::count(left_out.unsigned_abs());
    format!("{count} transactions in other currencies were left out; --convert counts them.")
}

/// How many transactions in another currency were converted, and how many had no rate, as a sentence.
pub fn converted(other: &OtherCurrency) -> String {
    let count = |count: i64| number::count(count.unsigned_abs());
    let converted =
        format!("{} transactions in {} were converted", count(other.converted_transactions), other.currency_code);
    if other.transactions == 0 {
        return format!("{converted}.");
    }
    let missing = [other.first_missing_rate_date, other.last_missing_rate_date];
    let [first, last] = missing.map(|day| date(day.as_ref()));
    format!("{converted}, {} were left out: no rate for days from {first} to {last}.", count(other.transactions))
}
