//! What a score leaves open, and when the next purchase comes: `GetScore` with view FULL.
//!
//! Expected values are the closed forms of BG/NBD (Fader, Hardie, Lee 2005, equation 10 and the appendix), written here anew, with the
//! parameters and covariances that the run tells.

use std::collections::BTreeMap;

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    GetScoreRequest, ListScoresRequest, ModelFit, Score, ScoreForecast, ScoreRun, ScoreRunSummary, ScoreView,
    get_score_request::Customer,
};
use prost::Message as _;

use crate::{
    harness::{Value, on, purchase},
    scoring::{Row, SHOP, cdnow, date, settings},
};

async fn shop_of_cdnow() -> (Value, ScoreRun) {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    let run = value.run(settings("1997-09-30")).await;
    (value, run)
}

fn of(customer: &str) -> GetScoreRequest {
    let customer = Some(Customer::CustomerExternalId(customer.into()));
    GetScoreRequest { customer, view: ScoreView::Full.into(), ..GetScoreRequest::default() }
}

async fn full(value: &Value, request: GetScoreRequest) -> (Score, ScoreForecast) {
    let score = value.scores().get_score(request).await.unwrap().into_inner();
    let forecast = score.forecast.clone().expect("view FULL has a forecast");
    (score, forecast)
}

/// The first score that a filter finds.
async fn some(value: &Value, filter: &str) -> Score {
    let request = ListScoresRequest { filter: filter.to_owned(), page_size: 1, ..Default::default() };
    value.scores().list_scores(request).await.unwrap().into_inner().scores.remove(0)
}

/// The parameters of BG/NBD.
#[derive(Debug, Clone, Copy)]
struct Bg {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

impl Bg {
    fn of(parameters: &BTreeMap<String, f64>) -> Self {
        Self { r: parameters["r"], alpha: parameters["alpha"], a: parameters["a"], b: parameters["b"] }
    }

    /// P(alive | x, t_x, T), in weeks.
    fn alive(self, x: f64, recency: f64, age: f64) -> f64 {
        if x == 0.0 {
            return 1.0;
        }
        let ratio = (self.alpha + age) / (self.alpha + recency);
        1.0 / (1.0 + self.a / (self.b + x - 1.0) * ratio.powf(self.r + x))
    }

    /// The share of the living who buy within so many weeks.
    fn buying(self, x: f64, age: f64, weeks: f64) -> f64 {
        1.0 - ((self.alpha + age) / (self.alpha + age + weeks)).powf(self.r + x)
    }

    /// The weeks within which a share of the living buys.
    fn wait(self, x: f64, age: f64, share: f64) -> f64 {
        (self.alpha + age) * ((1.0 - share).powf(-1.0 / (self.r + x)) - 1.0)
    }
}

/// Frequency, recency and age in weeks.
fn history(score: &Score) -> (f64, f64, f64) {
    let bought = score.purchases.as_ref().unwrap();
    (bought.frequency as f64, f64::from(bought.recency_days) / 7.0, f64::from(bought.age_days) / 7.0)
}

fn transaction_fit(run: &ScoreRun) -> &ModelFit {
    &run.summary.as_ref().unwrap().model_fits[0]
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * right.abs()
}

#[tokio::test]
async fn the_next_purchase_is_where_the_closed_forms_put_it() {
    let (value, run) = shop_of_cdnow().await;
    let bg = Bg::of(&transaction_fit(&run).parameters);
    let weeks = 365.25 / 7.0;
    for filter in ["frequency = 2 AND p_alive > 0.6", "frequency = 6 AND p_alive < 0.3", "frequency = 0"] {
        let customer = some(&value, filter).await.customer_external_id;
        let (score, forecast) = full(&value, of(&customer)).await;
        let (x, recency, age) = history(&score);
        let alive = bg.alive(x, recency, age);
        assert!(near(score.p_alive, alive), "{filter}");
        assert!(near(forecast.ever_purchase_probability, alive), "{filter}");
        let buying = alive * bg.buying(x, age, weeks);
        assert!(near(forecast.purchase_probability, buying), "{filter}: {forecast:?}");
        let counts = &forecast.purchase_count_probabilities;
        assert!(near(counts[0].probability, buying), "{filter}");
        assert!(counts.windows(2).all(|pair| pair[0].probability > pair[1].probability), "{counts:?}");
        assert_eq!(counts.iter().map(|count| count.min_purchases).collect::<Vec<_>>(), [1, 2, 3]);

        let in_days = |weeks: f64| Some((weeks * 7.0).ceil() as i32).filter(|days| *days <= 36_525);
        assert_eq!(forecast.median_wait_days, in_days(bg.wait(x, age, 0.5)), "{filter}");
        for next in &forecast.next_purchases {
            let expected =
                if next.probability < alive { in_days(bg.wait(x, age, next.probability / alive)) } else { None };
            assert_eq!(next.days, expected, "{filter}: {next:?}");
            assert_eq!(
                (next.by_date.is_none(), next.absent_reason.is_empty()),
                (expected.is_none(), expected.is_some())
            );
        }
        let asked: Vec<_> = forecast.next_purchases.iter().map(|next| next.probability).collect();
        assert_eq!(asked, [0.5, 0.8, 0.95]);
    }
}

/// The delta method by hand: the slopes of the log-odds by the logarithms of the parameters, with the covariances that the run tells.
#[tokio::test]
async fn the_interval_of_p_alive_follows_from_the_covariances_that_the_run_tells() {
    let (value, run) = shop_of_cdnow().await;
    let fit = transaction_fit(&run);
    assert_eq!(fit.log_covariances.len(), 10);
    let names = ["r", "alpha", "a", "b"];
    let customer = some(&value, "frequency = 3 AND p_alive < 0.7").await.customer_external_id;
    let (score, forecast) = full(&value, of(&customer)).await;
    let (x, recency, age) = history(&score);
    let log_odds = |parameters: &BTreeMap<String, f64>| {
        let alive = Bg::of(parameters).alive(x, recency, age);
        (alive / (1.0 - alive)).ln()
    };
    let slopes: Vec<f64> = names
        .iter()
        .map(|name| {
            let moved = |by: f64| {
                let mut parameters = fit.parameters.clone();
                parameters.entry((*name).to_owned()).and_modify(|value| *value *= f64::exp(by));
                log_odds(&parameters)
            };
            (moved(1e-5) - moved(-1e-5)) / 2e-5
        })
        .collect();
    let covariance = |left: &str, right: &str| {
        let pair = |it: &&clientele_proto::value::v1::ParameterCovariance| {
            (it.parameter.as_str(), it.other_parameter.as_str()) == (left, right)
                || (it.other_parameter.as_str(), it.parameter.as_str()) == (left, right)
        };
        fit.log_covariances.iter().find(pair).unwrap().covariance
    };
    let mut variance = 0.0;
    for (i, left) in names.iter().enumerate() {
        for (j, right) in names.iter().enumerate() {
            variance += slopes[i] * slopes[j] * covariance(left, right);
        }
        // The standard error of a parameter is that of its logarithm times itself.
        let error = fit.parameters[*left] * covariance(left, left).sqrt();
        assert!(near(fit.standard_errors[*left], error), "{left}");
    }
    let centre = log_odds(&fit.parameters);
    let at = |deviations: f64| 1.0 / (1.0 + (-(centre + deviations * variance.sqrt())).exp());
    // 97.5 % and 90 % of a standard normal distribution lie below these.
    let z = 1.959_963_984_540_054;
    let interval = forecast.p_alive_interval.unwrap();
    assert!((interval.low - at(-z)).abs() < 1e-6 && (interval.high.unwrap() - at(z)).abs() < 1e-6, "{interval:?}");
    assert!(interval.low < score.p_alive && score.p_alive < interval.high.unwrap());
    assert_eq!(forecast.interval_level, 0.95);

    let (_, narrower) = full(&value, GetScoreRequest { interval_level: 0.8, ..of(&customer) }).await;
    let z = 1.281_551_565_544_600_6;
    let interval = narrower.p_alive_interval.unwrap();
    assert!((interval.low - at(-z)).abs() < 1e-6 && (interval.high.unwrap() - at(z)).abs() < 1e-6, "{interval:?}");
    assert_eq!(narrower.interval_level, 0.8);
}

#[tokio::test]
async fn every_interval_holds_its_score_and_that_of_clv_is_the_widest() {
    let (value, _) = shop_of_cdnow().await;
    let customer = some(&value, "frequency = 3 AND p_alive < 0.7").await.customer_external_id;
    let (score, forecast) = full(&value, of(&customer)).await;
    let purchases = forecast.expected_purchases_interval.unwrap();
    assert!(purchases.low < score.expected_purchases && score.expected_purchases < purchases.high.unwrap());
    let minor = |money: &Option<clientele_proto::Money>| {
        let money = money.as_ref().unwrap();
        money.units * 100 + i64::from(money.nanos) / 10_000_000
    };
    let (spend, clv) = (forecast.expected_spend_interval.unwrap(), forecast.clv_interval.unwrap());
    for (interval, told) in [(&spend, &score.expected_spend), (&clv, &score.clv)] {
        assert!(minor(&interval.low) < minor(told) && minor(told) < minor(&interval.high), "{interval:?}");
    }
    // The variances of the logarithms of purchases and spend add up, about.
    let width = |low: f64, high: f64| (high / low).ln();
    let of_clv = width(minor(&clv.low) as f64, minor(&clv.high) as f64);
    let of_spend = width(minor(&spend.low) as f64, minor(&spend.high) as f64);
    assert!(of_clv > of_spend && of_clv > 0.9 * width(purchases.low, purchases.high.unwrap()));
}

#[tokio::test]
async fn one_time_buyers_of_bg_nbd_are_alive_for_certain_and_that_has_no_width() {
    let (value, _) = shop_of_cdnow().await;
    let customer = some(&value, "frequency = 0").await.customer_external_id;
    let (score, forecast) = full(&value, of(&customer)).await;
    assert_eq!(score.p_alive, 1.0);
    let interval = forecast.p_alive_interval.unwrap();
    assert_eq!((interval.low, interval.high), (1.0, Some(1.0)));
}

#[tokio::test]
async fn a_run_of_before_covariances_were_kept_foretells_without_intervals() {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    value.run(settings("1997-09-30")).await;
    let mut owner = value.database.owner().await;
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT summary FROM value.score_run").fetch_one(&mut owner).await.unwrap();
    let mut summary = ScoreRunSummary::decode(stored.as_slice()).unwrap();
    summary.model_fits.iter_mut().for_each(|fit| fit.log_covariances.clear());
    let stored = summary.encode_to_vec();
    sqlx::query("UPDATE value.score_run SET summary = $1").bind(stored).execute(&mut owner).await.unwrap();

    let customer = some(&value, "frequency = 3").await.customer_external_id;
    let (_, forecast) = full(&value, of(&customer)).await;
    assert_eq!((&forecast.p_alive_interval, &forecast.clv_interval), (&None, &None));
    assert!(forecast.no_intervals_reason.contains("do not determine"), "{}", forecast.no_intervals_reason);
    assert!(forecast.purchase_probability > 0.0 && forecast.median_wait_days.is_some());
}

#[tokio::test]
async fn only_the_full_view_foretells_and_only_with_a_level_that_is_a_share() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    let basic = GetScoreRequest { view: ScoreView::Basic.into(), ..of("ann") };
    assert_eq!(value.scores().get_score(basic).await.unwrap().into_inner().forecast, None);
    for interval_level in [0.05, 1.0, -1.0, 95.0] {
        let status = value.scores().get_score(GetScoreRequest { interval_level, ..of("ann") }).await.unwrap_err();
        assert_eq!(reason_of(&status), Some(Reason::InvalidFields));
        assert_eq!(violations_of(&status)[0].field, "interval_level");
    }
}

/// The forecast of a score that follows a recorded purchase is as of its own day.
#[tokio::test]
async fn a_rescored_customer_is_foretold_from_its_own_day() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    value.scored().await;
    value.record(on(purchase("late", "bob", 20), 7, 15)).await;
    let (score, forecast) = loop {
        let (score, forecast) = full(&value, of("bob")).await;
        if score.update_time.is_some() {
            break (score, forecast);
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(score.as_of_date, Some(date("1997-07-15")));
    let (days, day) = (forecast.median_wait_days.unwrap(), forecast.median_wait_date.unwrap());
    let day = jiff::civil::date(day.year as i16, day.month as i8, day.day as i8);
    assert_eq!(day, jiff::civil::date(1997, 7, 15).saturating_add(jiff::Span::new().days(days)));
}

#[tokio::test]
async fn a_named_run_is_not_read_as_of_before_it_had_succeeded() {
    let value = Value::start().await;
    value.bought(&SHOP).await;
    let before = value.clock.now();
    value.clock.advance(jiff::SignedDuration::from_secs(60));
    let run = value.scored().await;
    let at =
        |time: jiff::Timestamp| prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() };
    let named =
        |time| GetScoreRequest { score_run_id: run.score_run_id.clone(), read_time: Some(at(time)), ..of("ann") };
    let status = value.scores().get_score(named(before)).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::NotScoredYet));
    let (now, forecast) = full(&value, named(value.clock.now())).await;
    assert_eq!(now.score_run_id, run.score_run_id);
    assert_eq!(forecast, full(&value, of("ann")).await.1);
    let unknown =
        GetScoreRequest { score_run_id: "0195b2f0-0000-7000-8000-00000000000a".into(), ..named(value.clock.now()) };
    assert_eq!(value.scores().get_score(unknown).await.unwrap_err().code(), tonic::Code::NotFound);
}
