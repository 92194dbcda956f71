//! Predictions for any horizon, for customers and for who is won now.
//!
//! Expected values are those of the papers' closed forms, written here anew or integrated numerically, with the parameters that the run tells.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        GetPredictionRequest, GetScoreRequest, ListScoresRequest, ModelFit, Prediction, Score, ScoreRun,
        ScoreRunSettings, ScoreView, TransactionModel, get_prediction_request::Customer, get_score_request,
        score_run::State,
    },
};
use tonic::{Code, Status};

use crate::{
    harness::Value,
    scoring::{Row, cdnow, date, settings},
};

async fn shop_of_cdnow(settings: ScoreRunSettings) -> (Value, ScoreRun) {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    let run = value.run(settings).await;
    assert_eq!((run.state(), run.failure.as_str()), (State::Succeeded, ""));
    (value, run)
}

fn of(customer: &str) -> GetPredictionRequest {
    GetPredictionRequest {
        customer: Some(Customer::CustomerExternalId(customer.into())),
        ..GetPredictionRequest::default()
    }
}

fn of_new() -> GetPredictionRequest {
    GetPredictionRequest { customer: Some(Customer::NewCustomer(true)), ..GetPredictionRequest::default() }
}

impl Value {
    async fn foretell(&self, request: GetPredictionRequest) -> Result<Prediction, Status> {
        Ok(self.scores().get_prediction(request).await?.into_inner())
    }
}

/// The customer of the worked example of Fader, Hardie, Lee 2005: x = 2, t_x = 213 days, T = 272 days.
async fn example(value: &Value) -> Score {
    let filter = "frequency = 2 AND recency_days = 213 AND age_days = 272".to_owned();
    let request = ListScoresRequest { filter, page_size: 1, ..Default::default() };
    value.scores().list_scores(request).await.unwrap().into_inner().scores.remove(0)
}

fn dollars(money: Option<&Money>) -> f64 {
    let money = money.expect("an amount");
    money.units as f64 + f64::from(money.nanos) / 1e9
}

fn near(left: f64, right: f64, within: f64) -> bool {
    (left - right).abs() <= within * right.abs()
}

fn parameters<const N: usize>(fit: &ModelFit, names: [&str; N]) -> [f64; N] {
    names.map(|name| fit.parameters[name])
}

/// The mean of a function over a Gamma(shape, rate) and a Beta(a, b), by tanh-sinh quadrature of both densities, neither normalised before.
fn mean(shape: f64, rate: f64, (a, b): (f64, f64), of: impl Fn(f64, f64) -> f64) -> f64 {
    let nodes: Vec<(f64, f64, f64)> = (-320..=320)
        .map(|step| {
            let t = f64::from(step) * 0.0125;
            let inner = std::f64::consts::FRAC_PI_2 * t.sinh();
            // How near to each end of (0, 1), and the weight; the ends by themselves, where the other digits are gone.
            let low = 1.0 / (1.0 + (-2.0 * inner).exp());
            let high = 1.0 / (1.0 + (2.0 * inner).exp());
            (low, high, std::f64::consts::PI * t.cosh() * low * high)
        })
        .collect();
    let (mut sum, mut weights) = (0.0, 0.0);
    for (low, high, weight) in &nodes {
        // lambda = odds, over the whole half-line.
        let lambda = low / high * shape / rate;
        let of_lambda = weight / (high * high) * (shape - 1.0).mul_add(lambda.ln(), -rate * lambda).exp();
        if !of_lambda.is_finite() || of_lambda == 0.0 {
            continue;
        }
        for (p, q, weight) in &nodes {
            let density = of_lambda * weight * (a - 1.0).mul_add(p.ln(), (b - 1.0) * q.ln()).exp();
            if density.is_finite() {
                weights += density;
                sum += density * of(lambda, *p);
            }
        }
    }
    sum / weights
}

#[test]
fn the_quadrature_of_this_test_knows_means_that_have_a_closed_form() {
    let found = mean(2.2426, 43.3, (0.7929, 3.4259), |lambda, p| lambda * p);
    assert!(near(found, 2.2426 / 43.3 * 0.7929 / (0.7929 + 3.4259), 1e-9), "{found}");
}

#[tokio::test]
async fn bg_nbd_and_gamma_gamma_foretell_what_the_papers_do() {
    let (value, run) = shop_of_cdnow(settings("1997-09-30")).await;
    let score = example(&value).await;
    let request = GetPredictionRequest { horizon_days: vec![7, 273, 3_660], ..of(&score.customer_external_id) };
    let found = value.foretell(request.clone()).await.unwrap();
    assert_eq!((found.transaction_model.as_str(), found.as_of_date), ("bg-nbd", Some(date("1997-09-30"))));
    assert_eq!(
        (found.customer_external_id, found.score_run_id),
        (score.customer_external_id.clone(), run.score_run_id)
    );
    assert_eq!((found.annual_discount_rate, found.margin, found.interval_level), (0.1, 1.0, 0.95));
    assert_eq!(found.p_alive, score.p_alive);
    assert_eq!(found.expected_spend, score.expected_spend);
    assert_eq!((found.no_intervals_reason.as_str(), found.no_value_reason.as_str()), ("", ""));

    // The paper: 1.226 purchases in the next 39 weeks.
    let within = &found.horizons[1];
    assert!((within.expected_purchases - 1.226).abs() < 0.001, "{within:?}");
    assert_eq!((within.horizon_days, within.end_date), (273, Some(date("1998-06-30"))));
    let fits = run.summary.unwrap().model_fits;
    let [r, alpha, a, b] = parameters(&fits[0], ["r", "alpha", "a", "b"]);
    let (x, t_x, age) = (2.0, 213.0 / 7.0, 272.0 / 7.0);
    let alive = 1.0 / (1.0 + a / (b + x - 1.0) * ((alpha + age) / (alpha + t_x)).powf(r + x));
    assert!(near(found.p_alive, alive, 1e-9));
    for within in &found.horizons {
        let weeks = f64::from(within.horizon_days) / 7.0;
        let buying = alive * (1.0 - ((alpha + age) / (alpha + age + weeks)).powf(r + x));
        assert!(near(within.purchase_probability, buying, 1e-9), "{within:?}");
        let interval = within.expected_purchases_interval.as_ref().unwrap();
        assert!(interval.low < within.expected_purchases && within.expected_purchases < interval.high.unwrap());
        let value = within.clv_interval.as_ref().unwrap();
        assert!(dollars(value.low.as_ref()) <= dollars(within.clv.as_ref()));
        assert!(dollars(within.clv.as_ref()) <= dollars(value.high.as_ref()));
    }
    assert!(near(found.ever_purchase_probability, alive, 1e-9));

    // A week is one period, discounted from its end.
    let week = &found.horizons[0];
    let spend = dollars(found.expected_spend.as_ref());
    let expected = week.expected_purchases * spend * 1.1_f64.powf(-7.0 / 365.25);
    assert!((dollars(week.clv.as_ref()) - expected).abs() < 0.006, "{week:?}, {expected}");

    // DERT: the living buy at a rate of Gamma(r + x, alpha + T) and leave after a purchase with Beta(a, b + x).
    let rate = 1.1_f64.ln() * 7.0 / 365.25;
    let dert = alive * mean(r + x, alpha + age, (a, b + x), |lambda, p| lambda / (rate + lambda * p));
    let residual = found.residual.unwrap();
    let told = residual.discounted_expected_transactions.unwrap();
    assert!(near(told, dert, 1e-6), "{told}, {dert}");
    assert!((dollars(residual.clv.as_ref()) - dert * spend).abs() < 0.01 + 0.01 * dert, "{residual:?}");
    assert_eq!(residual.absent_reason, "");

    // Twice the rate of interest, a tenth of a narrower interval.
    let dearer = GetPredictionRequest { annual_discount_rate: Some(0.2), interval_level: 0.5, ..request };
    let dearer = value.foretell(dearer).await.unwrap();
    assert!(dearer.residual.unwrap().discounted_expected_transactions.unwrap() < told);
    assert_eq!(dearer.horizons[1].expected_purchases, within.expected_purchases);
    assert!(dollars(dearer.horizons[2].clv.as_ref()) < dollars(found.horizons[2].clv.as_ref()));
    let [wide, narrow] =
        [&found.horizons[1], &dearer.horizons[1]].map(|of| of.expected_purchases_interval.as_ref().unwrap().low);
    assert!(wide < narrow);
}

#[tokio::test]
async fn the_next_purchase_is_that_of_the_forecast() {
    let (value, _) = shop_of_cdnow(settings("1997-09-30")).await;
    let customer = example(&value).await.customer_external_id;
    let found = value.foretell(of(&customer)).await.unwrap();
    assert_eq!(found.horizons.iter().map(|within| within.horizon_days).collect::<Vec<_>>(), [30, 90, 365]);
    let whom = Some(get_score_request::Customer::CustomerExternalId(customer));
    let request = GetScoreRequest { customer: whom, view: ScoreView::Full.into(), ..GetScoreRequest::default() };
    let forecast = value.scores().get_score(request).await.unwrap().into_inner().forecast.unwrap();
    assert_eq!(found.next_purchases, forecast.next_purchases);
    assert!(found.next_purchases[0].by_date.is_some());
    assert_eq!(found.ever_purchase_probability, forecast.ever_purchase_probability);
}

/// BG/NBD: E[X(t)] of Fader, Hardie, Lee 2005 (equation 9) as the sum of its hypergeometric series; P(X(t) > 0) = 1 - (alpha / (alpha + t))^r.
#[tokio::test]
async fn of_who_is_won_now_the_population_is_told() {
    let (value, run) = shop_of_cdnow(settings("1997-09-30")).await;
    let found = value.foretell(GetPredictionRequest { horizon_days: vec![7, 70, 364], ..of_new() }).await.unwrap();
    let fits = run.summary.unwrap().model_fits;
    let [r, alpha, a, b] = parameters(&fits[0], ["r", "alpha", "a", "b"]);
    for within in &found.horizons {
        let weeks = f64::from(within.horizon_days) / 7.0;
        let z = weeks / (alpha + weeks);
        let (mut term, mut series) = (1.0_f64, 1.0);
        for n in (0..20_000).map(f64::from) {
            term *= (r + n) * (b + n) / ((a + b - 1.0 + n) * (n + 1.0)) * z;
            series += term;
        }
        let expected = (a + b - 1.0) / (a - 1.0) * (1.0 - (alpha / (alpha + weeks)).powf(r) * series);
        assert!(near(within.expected_purchases, expected, 1e-9), "{within:?}, {expected}");
        assert!(near(within.purchase_probability, 1.0 - (alpha / (alpha + weeks)).powf(r), 1e-12));
        assert_eq!(within.end_date, None);
        assert!(within.expected_purchases_interval.is_some() && within.clv_interval.is_some());
    }
    assert_eq!((found.customer_id, found.customer_external_id, found.as_of_date), (String::new(), String::new(), None));
    assert_eq!((found.p_alive, found.ever_purchase_probability), (1.0, 1.0));
    // Fader and Hardie 2013, note 025: the mean of all customers is v p / (q - 1), 35.17 dollars by their parameters.
    let [p, q, v] = parameters(&fits[1], ["p", "q", "v"]);
    let spend = dollars(found.expected_spend.as_ref());
    assert!((spend - p * v / (q - 1.0)).abs() < 0.006 && (spend - 35.17).abs() < 0.02, "{spend}");
    // When half of all customers have bought again; dates belong to days that nobody knows.
    let days = (alpha * (0.5_f64.powf(-1.0 / r) - 1.0) * 7.0).ceil() as i32;
    assert_eq!((found.next_purchases[0].days, found.next_purchases[0].by_date), (Some(days), None));
    let rate = 1.1_f64.ln() * 7.0 / 365.25;
    let det = mean(r, alpha, (a, b), |lambda, p| lambda / (rate + lambda * p));
    let told = found.residual.unwrap().discounted_expected_transactions.unwrap();
    assert!(near(told, det, 1e-5), "{told}, {det}");
}

/// Pareto/NBD: Fader, Hardie, Lee 2005, E[X(t)] = r beta / (alpha (s - 1)) (1 - (beta / (beta + t))^(s - 1)).
#[tokio::test]
async fn pareto_nbd_foretells_who_is_won_now_as_the_paper_does() {
    let settings = ScoreRunSettings { transaction_model: TransactionModel::ParetoNbd.into(), ..settings("1997-09-30") };
    let (value, run) = shop_of_cdnow(settings).await;
    let found = value.foretell(GetPredictionRequest { horizon_days: vec![70, 364], ..of_new() }).await.unwrap();
    assert_eq!(found.transaction_model, "pareto-nbd");
    let [r, alpha, s, beta] = parameters(&run.summary.unwrap().model_fits[0], ["r", "alpha", "s", "beta"]);
    for within in &found.horizons {
        let weeks = f64::from(within.horizon_days) / 7.0;
        let expected = r * beta / (alpha * (s - 1.0)) * (1.0 - (beta / (beta + weeks)).powf(s - 1.0));
        assert!(near(within.expected_purchases, expected, 1e-9), "{within:?}, {expected}");
    }
    // 52 weeks with the published parameters: 1.41.
    assert!(found.ever_purchase_probability < 1.0);
    let without_discount = GetPredictionRequest { annual_discount_rate: Some(0.0), ..of_new() };
    let residual = value.foretell(without_discount).await.unwrap().residual.unwrap();
    // s <= 1: some never leave.
    assert_eq!((residual.discounted_expected_transactions, residual.clv), (None, None));
    assert!(residual.absent_reason.contains("annual_discount_rate"), "{}", residual.absent_reason);
}

/// Nobody came back for money: there is no model of spend.
#[tokio::test]
async fn without_a_model_of_spend_there_is_no_value_and_a_reason() {
    let value = Value::start().await;
    value.bought(&[("ann", "1997-01-01", 10_00), ("ann", "1997-02-01", 0), ("bob", "1997-01-10", 5_00)]).await;
    let run = value.run(settings("1997-06-30")).await;
    assert_eq!((run.state(), run.failure.as_str()), (State::Succeeded, ""));
    let found = value.foretell(of("ann")).await.unwrap();
    assert_eq!((found.expected_spend, found.horizons[0].clv.clone()), (None, None));
    assert!(found.no_value_reason.contains("could not be fitted"), "{}", found.no_value_reason);
    assert_eq!(found.residual.unwrap().clv, None);
    assert!(found.horizons[0].expected_purchases > 0.0);
}

#[tokio::test]
async fn what_cannot_be_foretold_is_refused() {
    let value = Value::start().await;
    assert_eq!(reason_of(&value.foretell(of_new()).await.unwrap_err()), Some(Reason::NotScoredYet));
    value.bought(&crate::scoring::SHOP).await;
    let run = value.scored().await;
    assert_eq!(value.foretell(of("nobody")).await.unwrap_err().code(), Code::NotFound);
    let bad = GetPredictionRequest {
        horizon_days: vec![30, 0],
        annual_discount_rate: Some(1.5),
        interval_level: 2.0,
        ..of("ann")
    };
    let fields: Vec<_> =
        violations_of(&value.foretell(bad).await.unwrap_err()).into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(fields, ["horizon_days[1]", "annual_discount_rate", "interval_level"]);
    for customer in [Some(Customer::NewCustomer(false)), None] {
        let request = GetPredictionRequest { customer, ..GetPredictionRequest::default() };
        assert_eq!(value.foretell(request).await.unwrap_err().code(), Code::InvalidArgument);
    }
    let many = GetPredictionRequest { horizon_days: vec![30; 21], ..of("ann") };
    assert_eq!(violations_of(&value.foretell(many).await.unwrap_err())[0].field, "horizon_days");
    let unknown = GetPredictionRequest { score_run_id: "0198c1f2-7d3a-7cc3-8a51-0000000000ff".into(), ..of("ann") };
    assert_eq!(value.foretell(unknown).await.unwrap_err().code(), Code::NotFound);
    let named = GetPredictionRequest { score_run_id: run.score_run_id, horizon_days: vec![1; 20], ..of("ann") };
    assert_eq!(value.foretell(named).await.unwrap().horizons.len(), 20);
}
