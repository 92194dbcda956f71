//! Intervals of customers' scores: against the delta method worked out at high precision, and what must hold of them.

use crate::cdnow::{assert_near, calibration};
use crate::discrete_data::{Random, simulate_cohort};
use btyd::{
    BgNbd, ClvTerms, Confidence, Covariance, Customer, DropoutParameters, Estimate, GammaGamma, Histories,
    IntervalScorer, MbgCnbd, MbgNbd, ParetoNbd, ParetoParameters, Sbg, SbgParameters, Scorer, Spends, Survivors,
    TransactionKind, TransactionModel,
};
use proptest::prelude::*;

const KINDS: [TransactionKind; 4] =
    [TransactionKind::BgNbd, TransactionKind::MbgNbd, TransactionKind::ParetoNbd, TransactionKind::MbgCnbd];

/// The CDNOW sample scored 39 weeks ahead, CLV at 10 % a year and a margin of 0.3.
fn cdnow(kind: TransactionKind, margin: f64, confidence: Confidence) -> IntervalScorer<1> {
    let customers = calibration().summaries.customers;
    let weeks = Histories::from_summaries(&customers, 7.0).unwrap();
    let spends = Spends::from_summaries(&customers, 100.0).unwrap();
    let (fit, spend) = (kind.fit(&weeks).unwrap(), GammaGamma::fit(&spends).unwrap());
    let covariance = fit.covariance(&weeks).unwrap();
    let of_spend = spend.covariance(&spends).unwrap();
    let terms = ClvTerms::twelve_months(0.1, margin);
    let scorer = Scorer::new(fit.model, fit.per_unit, Some(spend.model), [273.0], terms).unwrap();
    scorer.with_intervals(&covariance, Some(of_spend), confidence)
}

fn customers() -> Vec<Customer> {
    calibration().summaries.customers.iter().map(|it| Customer::of(it, 100.0)).collect()
}

#[track_caller]
fn assert_same(worst: &mut f64, got: Estimate, [low, value, high]: [f64; 3]) {
    for (got, expected) in [(got.low, low), (got.value, value), (got.high, high)] {
        *worst = worst.max((got / expected - 1.0).abs());
    }
    assert!(*worst <= 1e-5, "{got:?} is not {value} between {low} and {high}");
}

#[test]
fn intervals_agree_with_the_delta_method_at_high_precision() {
    let mut worst = 0.0;
    for (name, kind) in ["bg", "mbg", "pareto"].into_iter().zip(KINDS) {
        let scorer = cdnow(kind, 0.3, Confidence::USUAL);
        let lines = include_str!("../fixtures/intervals.csv").lines();
        let rows = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(','));
        let mut seen = 0;
        for row in rows {
            let row: Vec<f64> = row.split(',').map(|it| it.parse().unwrap()).collect();
            let triple = |at: usize| [row[at], row[at + 1], row[at + 2]];
            let customer = Customer {
                frequency: row[0] as u32,
                recency_days: row[1] as u32,
                age_days: row[2] as u32,
                mean_spend: row[3],
            };
            let found = scorer.score_one(&customer);
            assert_same(&mut worst, found.probability_alive, triple(4));
            assert_same(&mut worst, found.expected_purchases[0], triple(7));
            assert_same(&mut worst, found.expected_spend.unwrap(), triple(10));
            assert_same(&mut worst, found.clv.unwrap(), triple(13));
            seen += 1;
        }
        assert_eq!(seen, 7);
    }
    eprintln!("{worst:.1e}");
}

#[test]
fn a_batch_and_a_single_customer_get_the_same_bits_about_the_same_scores() {
    let customers = customers();
    for kind in KINDS {
        let scorer = cdnow(kind, 0.3, Confidence::USUAL);
        let intervals = scorer.score(&customers);
        assert_eq!(intervals.len(), customers.len());
        for (customer, found) in customers.iter().zip(intervals).step_by(7) {
            assert_eq!(found, scorer.score_one(customer));
        }
    }
}

#[test]
fn a_negative_margin_turns_the_interval_of_value_round() {
    let [gain, loss] = [0.3, -0.3].map(|margin| cdnow(TransactionKind::MbgNbd, margin, Confidence::USUAL));
    let customer = Customer { frequency: 3, recency_days: 100, age_days: 150, mean_spend: 20.0 };
    let (gain, loss) = (gain.score_one(&customer).clv.unwrap(), loss.score_one(&customer).clv.unwrap());
    assert!(loss.low < loss.value && loss.value < loss.high && loss.high < 0.0);
    assert_near(loss.low, -gain.high, 1e-12);
    assert_near(loss.high, -gain.low, 1e-12);
}

#[test]
fn without_the_spend_models_covariance_money_has_no_interval() {
    let customers = calibration().summaries.customers;
    let weeks = Histories::from_summaries(&customers, 7.0).unwrap();
    let spend = GammaGamma::fit(&Spends::from_summaries(&customers, 100.0).unwrap()).unwrap();
    let fit = TransactionKind::BgNbd.fit(&weeks).unwrap();
    let covariance = fit.covariance(&weeks).unwrap();
    let terms = ClvTerms::twelve_months(0.1, 1.0);
    let scorer = Scorer::new(fit.model, 7.0, Some(spend.model), [], terms).unwrap();
    let scorer = scorer.with_intervals(&covariance, None, Confidence::USUAL);
    let found = scorer.score_one(&Customer { frequency: 3, recency_days: 100, age_days: 150, mean_spend: 20.0 });
    assert_eq!((found.expected_spend, found.clv), (None, None));
}

/// Covariances and models of the whole range of parameters, with standard errors of logarithms of 0.01 to 0.5.
fn scorers() -> impl Strategy<Value = IntervalScorer<2>> {
    let power = || (-3.0..3.0_f64).prop_map(|power| 10.0_f64.powf(power));
    let parameters = [power(), power(), power(), power()];
    let factors = prop::array::uniform10(-1.0..1.0_f64);
    (parameters, factors, 0.01..0.5_f64, 0..4_usize).prop_map(|(parameters, factors, size, kind)| {
        let [one, two, three, four] = parameters;
        let model: TransactionModel = match KINDS[kind] {
            TransactionKind::ParetoNbd => {
                let parameters = ParetoParameters { r: one, alpha: two, s: three, beta: four };
                ParetoNbd::new(parameters).unwrap().into()
            }
            TransactionKind::BgNbd => BgNbd::new(dropout(parameters)).unwrap().into(),
            TransactionKind::MbgNbd => MbgNbd::new(dropout(parameters)).unwrap().into(),
            TransactionKind::MbgCnbd => MbgCnbd::new(3, dropout(parameters)).unwrap().into(),
        };
        let mut lower = [[0.0; 4]; 4];
        let mut factors = factors.into_iter();
        for (i, row) in lower.iter_mut().enumerate() {
            for entry in &mut row[..i] {
                *entry = size * factors.next().unwrap();
            }
            row[i] = size * (0.1 + factors.next().unwrap().abs());
        }
        let dot = |i: usize, j: usize| (0..4).map(|k| lower[i][k] * lower[j][k]).sum::<f64>();
        let matrix = std::array::from_fn(|i| std::array::from_fn(|j| dot(i, j)));
        let covariance = Covariance::new(model.named_parameters(), matrix).unwrap();
        let terms = ClvTerms::twelve_months(0.1, 1.0);
        let scorer = Scorer::new(model, 7.0, None, [1.0, 3_650.0], terms).unwrap();
        scorer.with_intervals(&covariance, None, Confidence::USUAL)
    })
}

fn dropout([r, alpha, a, b]: [f64; 4]) -> DropoutParameters {
    DropoutParameters { r, alpha, a, b }
}

proptest! {
    #[test]
    fn intervals_hold_their_value_and_keep_its_range(
        scorer in scorers(), frequency in 0_u32..1_500, age_days in 1_500_u32..20_000, share in 0.0..1.0_f64
    ) {
        let recency_days = if frequency == 0 { 0 } else { 1_500.max((share * f64::from(age_days)) as u32) };
        let found = scorer.score_one(&Customer { frequency, recency_days, age_days, mean_spend: 0.0 });
        let alive = found.probability_alive;
        prop_assert!(0.0 <= alive.low && alive.low <= alive.value && alive.value <= alive.high && alive.high <= 1.0, "{found:?}");
        for it in found.expected_purchases {
            prop_assert!(0.0 <= it.low && it.low <= it.value && it.value <= it.high, "{found:?}");
        }
    }
}

#[test]
fn intervals_of_parameters_hold_the_truth_as_often_as_they_say() {
    // 400 cohorts of a known model. The number of intervals at 90 % that hold the truth has a standard deviation of 6.
    let truth = SbgParameters { alpha: 0.8, beta: 2.5 };
    let ninety = Confidence::new(0.9).unwrap();
    let mut random = Random(5);
    let (mut alphas, mut betas) = (0, 0);
    for _ in 0..400 {
        let cohort = simulate_cohort(truth, 1_000, 8, &mut random);
        let survivors = Survivors::new([cohort]).unwrap();
        let [alpha, beta] = Sbg::fit(&survivors).unwrap().covariance(&survivors).unwrap().intervals(ninety);
        alphas += u32::from(alpha.low <= truth.alpha && truth.alpha <= alpha.high);
        betas += u32::from(beta.low <= truth.beta && truth.beta <= beta.high);
    }
    eprintln!("{alphas} and {betas} of 400");
    assert!((340..=380).contains(&alphas) && (340..=380).contains(&betas), "{alphas} {betas}");
}

#[test]
fn the_spread_of_an_interval_is_that_of_resampled_customers() {
    // The bootstrap (Efron 1979): 60 samples drawn with replacement from the CDNOW customers, a different way to the same spread. The
    // standard deviation of 60 draws is itself known to a tenth.
    let customers = calibration().summaries.customers;
    let mut random = Random(9);
    let mut sample = || {
        let drawn = customers.iter().map(|_| customers[(random.unit() * customers.len() as f64) as usize]);
        Histories::from_summaries(&drawn.collect::<Vec<_>>(), 7.0).unwrap()
    };
    let samples: Vec<Histories> = (0..60).map(|_| sample()).collect();
    let customer = Customer { frequency: 2, recency_days: 120, age_days: 250, mean_spend: 0.0 };
    let weeks = |days: u32| f64::from(days) / 7.0;
    for kind in [TransactionKind::BgNbd, TransactionKind::MbgNbd] {
        let [mut sum, mut squares] = [0.0; 2];
        for sample in &samples {
            let model = kind.fit(sample).unwrap().model;
            let log = model.expected_purchases(2, weeks(120), weeks(250), 39.0).ln();
            sum += log;
            squares += log * log;
        }
        let count = samples.len() as f64;
        let spread = ((squares - sum * sum / count) / (count - 1.0)).sqrt();
        let [expected] = cdnow(kind, 1.0, Confidence::USUAL).score_one(&customer).expected_purchases;
        let error = (expected.high / expected.value).ln() / Confidence::USUAL.deviations();
        eprintln!("{kind:?}: {error:.4} by the delta method, {spread:.4} by resampling");
        assert!((0.65..1.5).contains(&(error / spread)), "{error} {spread}");
    }
}
