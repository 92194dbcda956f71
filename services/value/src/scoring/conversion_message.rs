//! The currency of a run and how it converts, between the contract and the rules.

use clientele_proto::value::v1::{ScoreRunSettings, ValuePolicy};

use super::settings_message::Wrong;
use crate::domain::{conversion::Conversion, currency::Currency};

/// The currency of a run; with a violation where there is none.
pub(super) fn currency(code: &str, wrong: &mut Wrong) -> Option<Currency> {
    if code.is_empty() {
        wrong.add(
            "currency_code",
            "is required, as the value policy names no reporting currency: give an ISO 4217 code, such as EUR",
        );
        return None;
    }
    Currency::of_code(code).map_err(|error| wrong.add("currency_code", error.to_string())).ok()
}

/// The settings with what they leave to the tenant's reporting currency.
pub fn by_policy(settings: ScoreRunSettings, policy: &ValuePolicy) -> ScoreRunSettings {
    let reporting = &policy.reporting_currency_code;
    ScoreRunSettings {
        currency_code: if settings.currency_code.is_empty() { reporting.clone() } else { settings.currency_code },
        reporting_currency_code: if settings.convert_currencies { reporting.clone() } else { String::new() },
        ..settings
    }
}

/// How the run converts; `None` for not at all.
pub(super) fn conversion(message: &ScoreRunSettings, wrong: &mut Wrong) -> Option<Conversion> {
    if !message.convert_currencies {
        if message.max_fx_rate_age_days.is_some() {
            wrong.add(
                "max_fx_rate_age_days",
                "says nothing without convert_currencies: set that too, or leave this out",
            );
        }
        return None;
    }
    let max_rate_age_days = match message.max_fx_rate_age_days {
        None => Conversion::DEFAULT_MAX_RATE_AGE_DAYS,
        Some(days) => u32::try_from(days).unwrap_or_else(|_| {
            wrong.add("max_fx_rate_age_days", "must not be negative");
            Conversion::DEFAULT_MAX_RATE_AGE_DAYS
        }),
    };
    Some(Conversion { max_rate_age_days, reporting: reporting(message, wrong) })
}

fn reporting(message: &ScoreRunSettings, wrong: &mut Wrong) -> Option<Currency> {
    let code = message.reporting_currency_code.as_str();
    if code.is_empty() {
        return None;
    }
    Currency::of_code(code).map_err(|error| wrong.add("reporting_currency_code", error.to_string())).ok()
}

/// Checks the reporting currency of a value policy.
pub fn check_reporting(policy: &ValuePolicy, wrong: &mut Wrong) {
    let code = policy.reporting_currency_code.as_str();
    if !code.is_empty()
        && let Err(error) = Currency::of_code(code)
    {
        wrong.add("reporting_currency_code", error.to_string());
    }
}

/// The settings with how the run converts, as the contract tells it.
pub(super) fn told(conversion: Option<&Conversion>, settings: ScoreRunSettings) -> ScoreRunSettings {
    let Some(conversion) = conversion else { return settings };
    ScoreRunSettings {
        convert_currencies: true,
        max_fx_rate_age_days: Some(conversion.max_rate_age_days as i32),
        reporting_currency_code: conversion.reporting.map(|currency| currency.code().to_owned()).unwrap_or_default(),
        ..settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(message: &ScoreRunSettings) -> Vec<String> {
        let mut wrong = Wrong::default();
        conversion(message, &mut wrong);
        currency(&message.currency_code, &mut wrong);
        wrong.violations().iter().map(|violation| violation.field.clone()).collect()
    }

    #[test]
    fn a_run_without_a_currency_takes_that_of_the_tenant() {
        let policy = ValuePolicy { reporting_currency_code: "EUR".into(), ..ValuePolicy::default() };
        assert_eq!(by_policy(ScoreRunSettings::default(), &policy).currency_code, "EUR");
        let own = ScoreRunSettings { currency_code: "USD".into(), ..ScoreRunSettings::default() };
        assert_eq!(by_policy(own.clone(), &policy), own);
        let converting = ScoreRunSettings { convert_currencies: true, ..own };
        assert_eq!(by_policy(converting, &policy).reporting_currency_code, "EUR");
        assert_eq!(fields(&ScoreRunSettings::default()), ["settings.currency_code"]);
    }

    #[test]
    fn how_a_run_converts_survives_being_told_and_read_again() {
        let mut wrong = Wrong::default();
        let by_default = ScoreRunSettings { convert_currencies: true, ..ScoreRunSettings::default() };
        let read = conversion(&by_default, &mut wrong);
        assert_eq!(read, Some(Conversion { max_rate_age_days: 7, reporting: None }));
        let own = Conversion { max_rate_age_days: 0, reporting: Currency::of_code("CHF").ok() };
        assert_eq!(conversion(&told(Some(&own), ScoreRunSettings::default()), &mut wrong), Some(own));
        assert_eq!(told(None, ScoreRunSettings::default()), ScoreRunSettings::default());
        assert!(wrong.violations().is_empty());
    }

    #[test]
    fn what_does_not_hold_is_told() {
        let usd = |convert, days| ScoreRunSettings {
            currency_code: "USD".into(),
            convert_currencies: convert,
            max_fx_rate_age_days: Some(days),
            ..ScoreRunSettings::default()
        };
        assert_eq!(fields(&usd(false, 3)), ["settings.max_fx_rate_age_days"]);
        assert_eq!(fields(&usd(true, -1)), ["settings.max_fx_rate_age_days"]);
        let mut wrong = Wrong::default();
        check_reporting(&ValuePolicy { reporting_currency_code: "XXX".into(), ..ValuePolicy::default() }, &mut wrong);
        assert_eq!(wrong.violations()[0].field, "settings.reporting_currency_code");
    }
}
