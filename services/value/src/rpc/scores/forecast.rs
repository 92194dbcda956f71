//! The forecast of a score as the contract tells it.

use btyd::{Confidence, Customer, Estimate};
use clientele_error::{Error, Result};
use clientele_proto::{
    Money,
    value::v1::{MoneyInterval, NextPurchase, PurchaseCountProbability, ScoreForecast, ValueInterval},
};
use jiff::{ToSpan as _, civil::Date};

use super::message::{Days, as_of_date, monetary_value_minor};
use crate::{
    domain::{
        currency::{Currency, rounded},
        reasons::percent,
    },
    scoring::{
        Forecasts, ScoredRun,
        forecasting::{Forecast, NEXT_PURCHASE, PURCHASE_COUNTS},
        settings_message::{date, money},
    },
    store::score::ScoreRecord,
};

pub(super) const NO_INTERVALS: &str = "the data do not determine the parameters of the run's model, or the run was made before this was kept; see the \
    warnings of its model fits";

/// The confidence that a request asks for; 0 for the usual.
pub(super) fn confidence(level: f64) -> Result<Confidence> {
    if level == 0.0 {
        return Ok(Confidence::USUAL);
    }
    let refused = || Error::invalid_field("interval_level", "must be 0.1 to 0.999, such as 0.95, or 0 for 0.95");
    Confidence::new(level).ok().filter(|_| (0.1..=0.999).contains(&level)).ok_or_else(refused)
}

/// The forecast of a customer; `None` where the run's models cannot be read.
pub(super) fn forecast(
    forecasts: &Forecasts,
    run: &ScoredRun,
    record: &ScoreRecord,
    confidence: Confidence,
) -> Option<ScoreForecast> {
    let found = forecasts.of(run, &customer(run, record), confidence)?;
    Some(message(&found, confidence, as_of_date(run, record), run.settings.currency))
}

/// What the models of a run know of a customer.
pub(super) fn customer(run: &ScoredRun, record: &ScoreRecord) -> Customer {
    let days = Days::of(run, record);
    Customer {
        frequency: record.frequency.unsigned_abs(),
        recency_days: days.recency.unsigned_abs(),
        age_days: days.age.unsigned_abs(),
        mean_spend: monetary_value_minor(record) / run.settings.currency.minor_per_unit() as f64,
    }
}

fn message(found: &Forecast, confidence: Confidence, as_of: Date, currency: Currency) -> ScoreForecast {
    let intervals = found.intervals.as_ref();
    let day_after = |days: i32| date(as_of.saturating_add(days.days()));
    ScoreForecast {
        interval_level: confidence.level(),
        p_alive_interval: intervals.map(|of| interval(&of.probability_alive)),
        expected_purchases_interval: intervals.map(|of| interval(&of.expected_purchases[0])),
        expected_spend_interval: intervals
            .and_then(|of| of.expected_spend.as_ref())
            .map(|spend| money_interval(spend, currency)),
        clv_interval: intervals.and_then(|of| of.clv.as_ref()).map(|clv| money_interval(clv, currency)),
        no_intervals_reason: if intervals.is_none() { NO_INTERVALS.to_owned() } else { String::new() },
        purchase_probability: found.purchase_probability,
        ever_purchase_probability: found.ever_purchase_probability,
        purchase_count_probabilities: PURCHASE_COUNTS
            .into_iter()
            .zip(found.count_probabilities)
            .map(|(count, probability)| PurchaseCountProbability { min_purchases: count as i32, probability })
            .collect(),
        next_purchases: next_purchases(&found.next_purchase_days, found.ever_purchase_probability, Some(as_of)),
        median_wait_days: found.median_wait_days,
        median_wait_date: found.median_wait_days.map(day_after),
    }
}

/// The days by which the next purchase has come; of a customer whose day is not known without dates.
pub(super) fn next_purchases(
    days: &[Option<i32>; NEXT_PURCHASE.len()],
    ever_purchase_probability: f64,
    as_of: Option<Date>,
) -> Vec<NextPurchase> {
    let next = |(probability, days): (f64, &Option<i32>)| NextPurchase {
        probability,
        days: *days,
        by_date: as_of.zip(*days).map(|(as_of, days)| date(as_of.saturating_add(days.days()))),
        absent_reason: absent_reason(probability, *days, ever_purchase_probability),
    };
    NEXT_PURCHASE.into_iter().zip(days).map(next).collect()
}

fn absent_reason(probability: f64, days: Option<i32>, ever: f64) -> String {
    match days {
        Some(_) => String::new(),
        None if ever <= probability => format!(
            "the customer ever buys again with {}, which is not more than {}",
            percent(ever),
            percent(probability)
        ),
        None => "only after more than a hundred years".to_owned(),
    }
}

pub(super) fn interval(estimate: &Estimate) -> ValueInterval {
    ValueInterval { low: estimate.low, high: Some(estimate.high).filter(|high| high.is_finite()) }
}

pub(super) fn money_interval(estimate: &Estimate, currency: Currency) -> MoneyInterval {
    let per_unit = currency.minor_per_unit() as f64;
    // What does not fit into minor units is no bound.
    let amount = |units: f64| -> Option<Money> {
        let minor = units * per_unit;
        (minor.abs() < i64::MAX as f64).then(|| money(currency, rounded(minor)))
    };
    MoneyInterval { low: amount(estimate.low), high: amount(estimate.high) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_share_and_by_default_95_per_cent() {
        assert_eq!(confidence(0.0).unwrap(), Confidence::USUAL);
        assert!((confidence(0.8).unwrap().deviations() - 1.281_551_565_544_600_6).abs() < 1e-12);
        for level in [0.05, 1.0, -0.95, 95.0, f64::NAN] {
            assert!(confidence(level).is_err(), "{level}");
        }
    }

    #[test]
    fn what_never_comes_says_so() {
        let ever = "the customer ever buys again with 41.2 %, which is not more than 50 %";
        assert_eq!(absent_reason(0.5, None, 0.412), ever);
        assert_eq!(absent_reason(0.5, None, 0.6), "only after more than a hundred years");
        assert_eq!(absent_reason(0.5, Some(3), 0.6), "");
    }

    #[test]
    fn an_interval_without_end_has_no_upper_one() {
        let open = Estimate { value: 2.0, low: 1.0, high: f64::INFINITY };
        assert_eq!(interval(&open), ValueInterval { low: 1.0, high: None });
        let euro = Currency::of_code("EUR").unwrap();
        let told = money_interval(&open, euro);
        assert_eq!((told.low.map(|money| money.units), told.high), (Some(1), None));
    }
}
