//! Scores in a batch, one by one, and against sums written out.

use crate::cdnow::{assert_near, calibration};
use btyd::{
    BgNbd, ClvTerms, Customer, DropoutParameters, GammaGamma, ParetoNbd, ParetoParameters, Scorer, SpendParameters,
    TransactionModel,
};

/// The published CDNOW parameters, in weeks and dollars.
fn models() -> (TransactionModel, GammaGamma) {
    let parameters = DropoutParameters { r: 0.2426, alpha: 4.4136, a: 0.7929, b: 2.4259 };
    let spend = SpendParameters { p: 6.25, q: 3.744, v: 15.44 };
    (BgNbd::new(parameters).unwrap().into(), GammaGamma::new(spend).unwrap())
}

/// Pareto/NBD with the published CDNOW parameters, in weeks.
fn pareto() -> TransactionModel {
    let parameters = ParetoParameters { r: 0.5533, alpha: 10.578, s: 0.6062, beta: 11.669 };
    ParetoNbd::new(parameters).unwrap().into()
}

#[test]
fn a_batch_and_a_single_customer_score_the_same_bits() {
    let (bg, spend) = models();
    let terms = ClvTerms::twelve_months(0.1, 0.3);
    let customers: Vec<Customer> = calibration().summaries.customers.iter().map(|it| Customer::of(it, 100.0)).collect();
    for model in [bg, pareto()] {
        let scorer = Scorer::new(model, 7.0, Some(spend), [90.0, 365.0], terms).unwrap();
        let scores = scorer.score(&customers);
        assert_eq!(scores.len(), customers.len());
        for (customer, score) in customers.iter().zip(scores) {
            assert_eq!(score, scorer.score_one(customer));
        }
    }
}

#[test]
fn short_periods_of_clv_come_near_the_discounted_purchases_of_all_time() {
    // Days of a century against the integral without end, a rate so high that nothing of worth lies beyond: the ends of days discount by
    // half a day too much.
    let (_, spend) = models();
    let TransactionModel::ParetoNbd(model) = pareto() else { panic!() };
    let terms = ClvTerms { periods: 36_525, days_per_period: 1.0, annual_discount_rate: 0.5, margin: 1.0 };
    let scorer = Scorer::new(pareto(), 7.0, Some(spend), [], terms).unwrap();
    let score = scorer.score_one(&Customer { frequency: 2, recency_days: 210, age_days: 273, mean_spend: 30.0 });
    let rate = 1.5_f64.ln() / 365.25;
    let dert = model.discounted_expected_residual_transactions(2, 30.0, 39.0, 7.0 * rate);
    let purchases = score.clv.unwrap() / score.expected_spend.unwrap();
    assert_near(purchases / (dert * (-0.5 * rate).exp()), 1.0, 1e-6);
}

#[test]
fn clv_is_the_discounted_sum_written_out() {
    let (model, spend) = models();
    let terms = ClvTerms { periods: 3, days_per_period: 70.0, annual_discount_rate: 0.2, margin: 0.25 };
    let scorer = Scorer::new(model, 7.0, Some(spend), [70.0], terms).unwrap();
    let customer = Customer { frequency: 2, recency_days: 210, age_days: 273, mean_spend: 40.0 };
    let score = scorer.score_one(&customer);
    let purchases = |weeks| model.expected_purchases(2, 30.0, 39.0, weeks);
    let value = 0.25 * spend.expected_spend(2, 40.0).unwrap();
    let year = |days: f64| 1.2_f64.powf(-days / 365.25);
    let sum = purchases(10.0) * year(70.0)
        + (purchases(20.0) - purchases(10.0)) * year(140.0)
        + (purchases(30.0) - purchases(20.0)) * year(210.0);
    assert_near(score.clv.unwrap(), value * sum, 1e-12);
    assert_near(score.expected_purchases[0], purchases(10.0), 1e-14);
    assert_near(score.probability_alive, model.probability_alive(2, 30.0, 39.0), 0.0);
}

#[test]
fn without_discount_and_margin_clv_is_spend_times_purchases() {
    let (model, spend) = models();
    let scorer = Scorer::new(model, 7.0, Some(spend), [365.25], ClvTerms::twelve_months(0.0, 1.0)).unwrap();
    let customer = Customer { frequency: 7, recency_days: 200, age_days: 273, mean_spend: 30.0 };
    let score = scorer.score_one(&customer);
    let product = score.expected_spend.unwrap() * score.expected_purchases[0];
    assert_near(score.clv.unwrap(), product, 1e-10);
}

#[test]
fn without_a_spend_model_there_is_no_clv() {
    let (model, _) = models();
    let scorer = Scorer::new(model, 7.0, None, [], ClvTerms::twelve_months(0.1, 1.0)).unwrap();
    let customer = Customer { frequency: 1, recency_days: 20, age_days: 27, mean_spend: 30.0 };
    let score = scorer.score_one(&customer);
    assert_eq!((score.expected_spend, score.clv), (None, None));
}

#[test]
fn terms_that_give_no_value_are_refused_by_name() {
    let (model, _) = models();
    let terms = |rate| ClvTerms::twelve_months(rate, 1.0);
    let refused = |days, horizon, rate| Scorer::new(model, days, None, [horizon], terms(rate)).unwrap_err().name;
    assert_eq!(refused(0.0, 90.0, 0.1), "days per unit");
    assert_eq!(refused(7.0, f64::NAN, 0.1), "horizon in days");
    assert_eq!(refused(7.0, 90.0, -1.0), "discount rate");
}
