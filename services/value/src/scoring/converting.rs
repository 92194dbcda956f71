//! The rates that a run converts by, and the histories of customers converted by them.

use std::collections::BTreeSet;

use clientele_proto::value::v1::OtherCurrency;
use jiff::{Timestamp, civil::Date};
use sqlx::PgConnection;

use super::{
    error::RunError,
    reading::{day_number, day_of_number},
    settings_message::date,
};
use crate::{
    domain::{
        conversion::{Conversion, FxBook, Tally},
        currency::Currency,
        fx_rate::{FxRate, Rate},
    },
    store::{
        conversion_scan::histories_of_all_currencies,
        fx_rate::{RateAsOf, fx_rates_as_of, fx_rates_at},
        rescore::Past,
    },
};

/// The rates that lead into a currency: of the days up to `as_of` as they were at `version`, of later days as they are.
pub async fn book(
    connection: &mut PgConnection,
    tenant: &str,
    (into, conversion): (Currency, Conversion),
    (as_of, version): (Date, i64),
) -> Result<FxBook, RunError> {
    let rates = fx_rates_as_of(connection, tenant, &ends(into, conversion), as_of, version).await?;
    book_of((into, conversion), &rates)
}

/// The same, of later days as they were at an instant.
pub async fn book_at(
    connection: &mut PgConnection,
    tenant: &str,
    (into, conversion): (Currency, Conversion),
    as_of: (Date, i64),
    at: Timestamp,
) -> Result<FxBook, RunError> {
    let rates = fx_rates_at(connection, tenant, &ends(into, conversion), as_of, at).await?;
    book_of((into, conversion), &rates)
}

/// The currencies that a rate has to begin or end with to be of use.
fn ends(into: Currency, conversion: Conversion) -> Vec<String> {
    let ends: BTreeSet<&str> = [into].into_iter().chain(conversion.reporting).map(Currency::code).collect();
    ends.into_iter().map(str::to_owned).collect()
}

fn book_of((into, conversion): (Currency, Conversion), rates: &[RateAsOf]) -> Result<FxBook, RunError> {
    let rates: Vec<(i32, FxRate)> = rates.iter().map(rate).collect::<Result<_, _>>()?;
    Ok(FxBook::new(into, conversion, rates.into_iter()))
}

fn rate(stored: &RateAsOf) -> Result<(i32, FxRate), RunError> {
    let unreadable = || RunError::Fault(format!("the rate {} cannot be read", stored.rate));
    let date = stored.rate_date.to_jiff();
    let rate = FxRate {
        base: Currency::of_code(&stored.base_currency_code).map_err(|_| unreadable())?,
        quote: Currency::of_code(&stored.quote_currency_code).map_err(|_| unreadable())?,
        date,
        rate: Rate::parse(&stored.rate).map_err(|_| unreadable())?,
    };
    Ok((day_number(date), rate))
}

/// What customers did in all currencies, in that of the book; what has no rate is left out.
pub async fn histories(
    connection: &mut PgConnection,
    tenant: &str,
    book: &FxBook,
    buyers: &[i64],
) -> Result<Vec<Past>, RunError> {
    let past = histories_of_all_currencies(connection, tenant, buyers).await?.into_iter();
    Ok(past.filter_map(|(past, currency_code)| converted(book, past, &currency_code)).collect())
}

/// A transaction in the currency of the book; `None` where it has no rate.
pub fn converted(book: &FxBook, past: Past, currency_code: &str) -> Option<Past> {
    // A refund that names a purchase takes the rate of its day.
    let day = day_number(past.purchase_date.unwrap_or(past.occur_date).to_jiff());
    let amount_minor = book.convert(past.amount_minor, currency_code, day)?;
    Some(Past { amount_minor, ..past })
}

/// What became of transactions in other currencies, as the contract tells it.
pub fn other_currencies(tally: &Tally) -> Vec<OtherCurrency> {
    let of_currency = |(code, tallied): (&str, crate::domain::conversion::Tallied)| {
        let missing = tallied.missing_days.map(|(first, last)| [first, last].map(|day| date(day_of_number(day))));
        OtherCurrency {
            currency_code: code.to_owned(),
            transactions: tallied.left_out,
            converted_transactions: tallied.converted,
            first_missing_rate_date: missing.map(|[first, _]| first),
            last_missing_rate_date: missing.map(|[_, last]| last),
        }
    };
    tally.iter().map(of_currency).collect()
}
