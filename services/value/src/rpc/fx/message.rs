//! Rates between the contract and the rules.

use clientele_error::Violation;
use clientele_proto::value::v1::FxRate as RateMessage;
use jiff::civil::Date;

use crate::{
    domain::{
        currency::Currency,
        day,
        fx_rate::{FxRate, Rate},
    },
    scoring::{run_message::instant, settings_message::date},
    store::fx_rate::RateRecord,
};

/// What a row says, all that does not hold at once; `latest` is the last day a rate can be of.
pub(super) fn parse(message: &RateMessage, latest: Date) -> Result<FxRate, Vec<Violation>> {
    let mut wrong = Vec::new();
    let mut currency = |field: &str, code: &str| {
        Currency::of_code(code).map_err(|error| wrong.push(Violation::new(field, error.to_string()))).ok()
    };
    let base = currency("base_currency_code", &message.base_currency_code);
    let quote = currency("quote_currency_code", &message.quote_currency_code);
    if base.is_some() && base == quote {
        wrong.push(Violation::new("quote_currency_code", "must be another currency than base_currency_code"));
    }
    let date = match &message.rate_date {
        None => {
            wrong.push(Violation::new("rate_date", "is required: the day the rate is of"));
            None
        }
        Some(told) => day::day(told.year, told.month, told.day, latest)
            .map_err(|errors| {
                wrong.extend(errors.into_iter().map(|error| {
                    let below = error.field().map(|field| format!(".{field}")).unwrap_or_default();
                    Violation::new(format!("rate_date{below}"), error.to_string())
                }));
            })
            .ok(),
    };
    let rate = Rate::parse(&message.rate).map_err(|error| wrong.push(Violation::new("rate", error.to_string()))).ok();
    match (base, quote, date, rate) {
        (Some(base), Some(quote), Some(date), Some(rate)) if wrong.is_empty() => Ok(FxRate { base, quote, date, rate }),
        _ => Err(wrong),
    }
}

/// A stored rate as the contract tells it.
pub(super) fn message(record: &RateRecord) -> RateMessage {
    RateMessage {
        fx_rate_id: record.fx_rate_id.clone(),
        base_currency_code: record.base_currency_code.clone(),
        quote_currency_code: record.quote_currency_code.clone(),
        rate_date: Some(date(record.rate_date.to_jiff())),
        rate: record.rate.clone(),
        update_time: Some(instant(record.update_time.to_jiff())),
    }
}
