//! The currency of a report, and what becomes of transactions in others.

use clientele_error::{Error, Result, Violation};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::ValuePolicy;
use jiff::civil::Date;
use sqlx::PgConnection;

use crate::{
    domain::{
        conversion::{Conversion, Tally},
        currency::Currency,
        sales_period::Period,
    },
    scoring::{RunError, converting::book, reading::day_number},
    store::sales_conversion::{Foreign, Prices, sales_beyond, sales_foreign_days, sales_other_currencies},
};

/// The rates as they are: those of every version, whatever their day.
const AS_THEY_ARE: (Date, i64) = (Date::constant(1, 1, 1), i64::MAX);

/// What a request says of currencies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'r> {
    pub(super) currency_code: &'r str,
    pub(super) convert_currencies: bool,
    pub(super) max_fx_rate_age_days: Option<i32>,
}

/// The reported currency, and how others are converted into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReportCurrency {
    pub(super) currency: Currency,
    /// `None` to leave others out.
    pub(super) conversion: Option<Conversion>,
}

/// What a request asks for; with a violation for what is wrong.
pub(super) fn report_currency(
    asked: Asked<'_>,
    policy: &ValuePolicy,
    violations: &mut Vec<Violation>,
) -> Option<ReportCurrency> {
    let reporting = policy.reporting_currency_code.as_str();
    let currency = match asked.currency_code {
        "" if reporting.is_empty() => {
            let told =
                "is required, as the value policy names no reporting currency: give an ISO 4217 code, such as EUR";
            violations.push(Violation::new("currency_code", told));
            None
        }
        "" => of_code(reporting, violations),
        code => of_code(code, violations),
    };
    if !asked.convert_currencies {
        if asked.max_fx_rate_age_days.is_some() {
            let told = "says nothing without convert_currencies: set that too, or leave this out";
            violations.push(Violation::new("max_fx_rate_age_days", told));
        }
        return currency.map(|currency| ReportCurrency { currency, conversion: None });
    }
    let days = asked.max_fx_rate_age_days.map_or(Ok(Conversion::DEFAULT_MAX_RATE_AGE_DAYS), u32::try_from);
    let max_rate_age_days = days.unwrap_or_else(|_| {
        violations.push(Violation::new("max_fx_rate_age_days", "must not be negative"));
        Conversion::DEFAULT_MAX_RATE_AGE_DAYS
    });
    let reporting = Some(reporting).filter(|code| !code.is_empty()).and_then(|code| Currency::of_code(code).ok());
    currency.map(|currency| ReportCurrency { currency, conversion: Some(Conversion { max_rate_age_days, reporting }) })
}

fn of_code(code: &str, violations: &mut Vec<Violation>) -> Option<Currency> {
    Currency::of_code(code).map_err(|error| violations.push(Violation::new("currency_code", error.to_string()))).ok()
}

/// What becomes of transactions in other currencies, of the kinds that count, in each of the periods: what they come to, and how many are left
/// out.
pub(super) async fn others(
    connection: &mut PgConnection,
    (tenant, kinds): (&str, &[i16]),
    into: ReportCurrency,
    periods: &[Period],
) -> Result<Vec<(Option<Prices>, Tally)>> {
    let foreign = Foreign { tenant, currency_code: into.currency.code(), kinds };
    match into.conversion {
        Some(conversion) => converted(connection, foreign, (into.currency, conversion), periods).await,
        None => left_out(connection, foreign, periods).await,
    }
}

async fn converted(
    connection: &mut PgConnection,
    of: Foreign<'_>,
    (into, conversion): (Currency, Conversion),
    periods: &[Period],
) -> Result<Vec<(Option<Prices>, Tally)>> {
    let mut foreign = Vec::with_capacity(periods.len());
    for period in periods {
        foreign.push(sales_foreign_days(connection, of, *period).await.map_err(failed)?);
    }
    if foreign.iter().all(Vec::is_empty) {
        return Ok(foreign.iter().map(|_| (None, Tally::default())).collect());
    }
    let book = book(connection, of.tenant, (into, conversion), AS_THEY_ARE).await.map_err(refused)?;
    let mut found = Vec::with_capacity(periods.len());
    for (days, period) in foreign.iter().zip(periods) {
        let (mut prices, mut tally) = (Prices::default(), Tally::default());
        for day in days {
            let number = day_number(day.rate_date);
            let Some(ratio) = book.ratio(&day.currency_code, number) else {
                tally.count(&day.currency_code, number, 0, day.transactions);
                continue;
            };
            let beyond = if day.largest_minor > ratio.most() {
                sales_beyond(connection, (of, day), *period, ratio.most()).await.map_err(failed)?
            } else {
                0
            };
            tally.count(&day.currency_code, number, day.transactions - beyond, beyond);
            prices.add(&day.currency_code, day.rate_date, &ratio);
        }
        found.push((Some(prices), tally));
    }
    Ok(found)
}

async fn left_out(
    connection: &mut PgConnection,
    of: Foreign<'_>,
    periods: &[Period],
) -> Result<Vec<(Option<Prices>, Tally)>> {
    let mut found = Vec::with_capacity(periods.len());
    for period in periods {
        let others = sales_other_currencies(connection, of, *period).await.map_err(failed)?;
        let mut tally = Tally::default();
        for (currency_code, transactions) in others {
            tally.leave_out(&currency_code, transactions);
        }
        found.push((None, tally));
    }
    Ok(found)
}

fn refused(error: RunError) -> Error {
    match error {
        RunError::Database(error) => failed(error),
        error => Error::internal(error),
    }
}
