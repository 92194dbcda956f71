//! MBG/CNBD-k: against MBG/NBD, which it is at k = 1, against integrals with many digits, and on customers simulated from it.

use crate::cdnow::{assert_near, calibration, day, purchases};
use crate::simulate::{Base, Chance};
use btyd::{
    BgCnbd, BgNbd, ClvTerms, Customer, DropoutParameters, FitError, Gaps, Histories, History, Holdout, MbgCnbd, MbgNbd,
    PurchaseLog, Scorer, TransactionKind,
};
use proptest::prelude::*;

fn cdnow_log() -> PurchaseLog {
    let mut log = PurchaseLog::new();
    for (customer, day, cents) in purchases() {
        log.purchase(customer, day, cents);
    }
    log
}

#[test]
fn without_a_rhythm_it_is_mbg_nbd() {
    let histories = Histories::from_summaries(&calibration().summaries.customers, 7.0).unwrap();
    let parameters = DropoutParameters { r: 0.5248, alpha: 6.183, a: 0.8914, b: 1.614 };
    let (model, known) = (MbgCnbd::new(1, parameters).unwrap(), MbgNbd::new(parameters).unwrap());
    let same = |got: f64, expected: f64| assert_near(got / expected, 1.0, 1e-12);
    same(model.log_likelihood(&histories), known.log_likelihood(&histories));
    for (got, expected) in model.gradient(&histories).into_iter().zip(known.gradient(&histories)) {
        assert_near(got, expected, 1e-9);
    }
    for (x, t_x, age) in [(0, 0.0, 39.0), (2, 30.43, 38.86), (26, 30.86, 31.0), (900, 1_000.0, 1_001.0)] {
        same(model.probability_alive(x, t_x, age), known.probability_alive(x, t_x, age));
        for horizon in [0.1, 39.0, 5_200.0] {
            let expected = known.expected_purchases(x, t_x, age, horizon);
            same(model.expected_purchases(x, t_x, age, horizon), expected);
        }
    }
    same(model.expected_purchases_new(52.0), known.expected_purchases_new(52.0));
}

#[test]
fn without_a_rhythm_the_other_is_bg_nbd() {
    let histories = Histories::from_summaries(&calibration().summaries.customers, 7.0).unwrap();
    let parameters = DropoutParameters { r: 0.2426, alpha: 4.4136, a: 0.7929, b: 2.4259 };
    let (model, known) = (BgCnbd::new(1, parameters).unwrap(), BgNbd::new(parameters).unwrap());
    let same = |got: f64, expected: f64| assert_near(got / expected, 1.0, 1e-12);
    same(model.log_likelihood(&histories), known.log_likelihood(&histories));
    for (got, expected) in model.gradient(&histories).into_iter().zip(known.gradient(&histories)) {
        assert_near(got, expected, 1e-9);
    }
    for (x, t_x, age) in [(0, 0.0, 39.0), (2, 30.43, 38.86), (26, 30.86, 31.0), (900, 1_000.0, 1_001.0)] {
        same(model.probability_alive(x, t_x, age), known.probability_alive(x, t_x, age));
        for horizon in [0.1, 39.0, 5_200.0] {
            let expected = known.expected_purchases(x, t_x, age, horizon);
            same(model.expected_purchases(x, t_x, age, horizon), expected);
        }
    }
    same(model.expected_purchases_new(52.0), known.expected_purchases_new(52.0));
    let fit = BgCnbd::fit(&histories).unwrap();
    assert_eq!(fit.model.k(), 1);
    assert_near(fit.log_likelihood, -9582.43, 5e-3);
}

#[test]
fn of_two_phases_the_gradient_of_the_other_is_the_slope() {
    let histories = Histories::from_summaries(&calibration().summaries.customers, 7.0).unwrap();
    let at = [0.3, 2.5, 0.8, 2.4];
    let model = |[r, alpha, a, b]: [f64; 4]| BgCnbd::new(2, DropoutParameters { r, alpha, a, b }).unwrap();
    for (i, slope) in model(at).gradient(&histories).into_iter().enumerate() {
        let value = |by: f64| {
            let mut moved = at;
            moved[i] *= 1.0 + by;
            model(moved).log_likelihood(&histories)
        };
        assert_near(slope * at[i] * 2e-5 / (value(1e-5) - value(-1e-5)), 1.0, 1e-5);
    }
    // Nobody leaves before a repeat purchase.
    let model = model(at);
    assert_near(model.probability_alive(0, 0.0, 500.0), 1.0, 0.0);
    assert!(model.probability_alive(3, 30.0, 40.0) < model.probability_alive(3, 30.0, 31.0));
}

#[test]
fn cdnow_customers_keep_no_rhythm() {
    // The literature finds k = 1 for them (Reutterer, Platzer, Schröder 2021); the likelihood is that of MBG/NBD.
    let log = cdnow_log();
    let gaps = log.gaps(day("1997-09-30"));
    assert_eq!(gaps.count, 2457);
    let histories = Histories::from_summaries(&calibration().summaries.customers, 7.0).unwrap();
    for histories in [histories.clone(), histories.with_gaps(gaps).unwrap()] {
        let fit = MbgCnbd::fit(&histories).unwrap();
        assert_eq!(fit.model.k(), 1);
        assert!(fit.converged);
        assert_near(fit.log_likelihood, -9582.14, 5e-3);
        assert_near(fit.model.parameters().r, 0.5248, 5e-5);
    }
}

#[test]
fn it_agrees_with_integrals_at_high_precision() {
    const RELATIVE: f64 = 1e-11;
    let mut worst = [0.0_f64; 6];
    for line in include_str!("../fixtures/erlang.csv").lines().skip(1) {
        let row: Vec<f64> = line.split(',').skip(1).map(|it| it.parse().unwrap()).collect();
        let [k, r, alpha, a, b, x, t_x, age, horizon, litt] = row[..10] else { panic!("{row:?}") };
        let [with_gaps, without, alive, expected, expected_new] = row[10..15] else { panic!("{row:?}") };
        let model = MbgCnbd::new(k as u32, DropoutParameters { r, alpha, a, b }).unwrap();
        let frequency = x as u32;
        let history = History { frequency, recency_days: t_x as u32, age_days: age as u32, customers: 1 };
        let histories = Histories::new([history], 1.0).unwrap();
        let gaps = Gaps { count: u64::from(frequency), total_log_days: litt, ..Gaps::default() };
        // A log-likelihood passes through zero: measured against its largest parts.
        let parts = ((r + k * x) * (alpha + age).ln().abs()).max(with_gaps.abs()).max(k * litt).max(1.0);
        let gradient = model.gradient(&histories);
        let checks = [
            (model.log_likelihood(&histories), without, parts),
            (model.log_likelihood(&histories.with_gaps(gaps).unwrap()), with_gaps, parts),
            (model.probability_alive(frequency, t_x, age), alive, alive),
            (model.expected_purchases(frequency, t_x, age, horizon), expected, expected),
            (model.expected_purchases_new(horizon), expected_new, expected_new),
        ];
        for ((got, expected, scale), worst) in checks.into_iter().zip(&mut worst) {
            let error = (got - expected).abs() / scale.max(1e-300);
            assert!(error <= RELATIVE, "{got:e} is not {expected:e} ({error:e}) in {line}");
            *worst = worst.max(error);
        }
        let scales = [parts / r, (r + k * x) / alpha, parts / a, parts / b];
        for ((got, expected), scale) in gradient.into_iter().zip(&row[15..]).zip(scales) {
            let error = (got - expected).abs() / expected.abs().max(scale);
            assert!(error <= RELATIVE, "derivative {got:e} is not {expected:e} ({error:e}) in {line}");
            worst[5] = worst[5].max(error);
        }
    }
    eprintln!("largest errors: {worst:?}");
}

#[test]
fn the_rhythm_and_the_parameters_of_simulated_customers_are_found() {
    for (k, alpha) in [(1, 30.0), (3, 10.0), (6, 5.0)] {
        let base = Base { k, r: 0.85, alpha, a: 0.79, b: 2.42 };
        let last_day = 650;
        let log = base.purchases(&mut Chance::new(7), 8_000, last_day);
        let gaps = log.gaps(last_day);
        let histories = Histories::from_summaries(&log.summarise(last_day).customers, 1.0).unwrap();
        assert_near(gaps.regularity().unwrap() / f64::from(k), 1.0, 0.15);

        let fit = MbgCnbd::fit(&histories.clone().with_gaps(gaps).unwrap()).unwrap();
        assert_eq!(fit.model.k(), k);
        assert!(fit.converged && fit.warnings.is_empty(), "{fit:?}");
        let found = fit.model.parameters();
        eprintln!("{k} {found:?} {:?}", gaps.regularity());
        for (found, truth) in [(found.r, base.r), (found.alpha, base.alpha), (found.a, base.a), (found.b, base.b)] {
            assert_near(found / truth, 1.0, 0.12);
        }
        // The histories alone tell it as well, if there are enough.
        assert_near(f64::from(MbgCnbd::fit(&histories).unwrap().model.k()), f64::from(k), 1.0);
    }
}

#[test]
fn a_rhythm_lowers_the_error_of_predictions() {
    let base = Base { k: 4, r: 1.5, alpha: 10.0, a: 0.6, b: 3.0 };
    let log = base.purchases(&mut Chance::new(3), 6_000, 728);
    let gaps = log.gaps(500);
    let calibration = log.calibrate(500, 727);
    let histories = Histories::from_summaries(&calibration.summaries.customers, 7.0).unwrap().with_gaps(gaps).unwrap();
    let holdout = |kind: TransactionKind| {
        let fit = kind.fit(&histories).unwrap();
        Holdout::of(&fit.model, &calibration, fit.per_unit).unwrap()
    };
    let (rhythm, random) = (holdout(TransactionKind::MbgCnbd), holdout(TransactionKind::MbgNbd));
    eprintln!("{rhythm:?} {random:?}");
    assert!(rhythm.mae < 0.97 * random.mae);
    assert_near(rhythm.predicted / rhythm.actual as f64, 1.0, 0.03);
}

#[test]
fn scores_are_the_models_own_figures() {
    let model = MbgCnbd::new(3, DropoutParameters { r: 0.9, alpha: 2.0, a: 0.8, b: 2.4 }).unwrap();
    let terms = ClvTerms::twelve_months(0.1, 1.0);
    let scorer = Scorer::new(model.into(), 7.0, None, [90.0, 365.0], terms).unwrap();
    let customer = |frequency, recency_days, age_days| Customer { frequency, recency_days, age_days, mean_spend: 1.0 };
    let customers = [customer(3, 100, 130), customer(0, 0, 40), customer(3, 120, 130), customer(3, 130, 130)];
    for (score, it) in scorer.score(&customers).iter().zip(&customers) {
        assert_eq!(*score, scorer.score_one(it));
        let [recency, age] = [it.recency_days, it.age_days].map(|days| f64::from(days) / 7.0);
        let expected = model.expected_purchases(it.frequency, recency, age, 90.0 / 7.0);
        assert_near(score.expected_purchases[0] / expected, 1.0, 1e-14);
        assert_near(score.probability_alive, model.probability_alive(it.frequency, recency, age), 1e-15);
    }
}

#[test]
fn a_regular_customer_is_due_rather_than_gone() {
    // Who bought every 20 days is expected to buy soon 19 days after the last purchase, but not on the day after it.
    let model = MbgCnbd::new(12, DropoutParameters { r: 60.0, alpha: 100.0, a: 0.5, b: 20.0 }).unwrap();
    let soon = |silence: f64| model.expected_purchases(10, 200.0, 200.0 + silence, 2.0);
    assert!(soon(19.0) > 5.0 * soon(1.0));
    assert!(model.probability_alive(10, 200.0, 219.0) > 0.95);
    assert!(model.probability_alive(10, 200.0, 300.0) < 0.05);
}

#[test]
fn gaps_are_those_of_the_days_that_count() {
    let mut log = PurchaseLog::new();
    // Gaps of 10, 30 and, after the as-of day, 5; the second purchase of a day and a refunded one make none.
    for day in [100, 110, 110, 140, 145] {
        log.purchase(1, day, 5_00);
    }
    log.purchase(1, 120, 7_00);
    log.refund(1, 125, 7_00, Some(120));
    log.purchase(2, 100, 5_00);
    log.purchase(3, 141, 5_00);
    let gaps = log.gaps(140);
    assert_eq!((gaps.count, gaps.pairs), (2, 1));
    assert_near(gaps.total_log_days, 300.0_f64.ln(), 1e-14);
    assert_near(gaps.pair_spread, 0.0625, 1e-15);
    // The variance of a uniform share is 1/12, and 1/16 is that of Beta(3/2, 3/2).
    assert_near(gaps.regularity().unwrap(), 1.5, 1e-14);
    assert_eq!(Gaps::default().regularity(), None);

    let histories = Histories::from_summaries(&log.summarise(140).customers, 7.0).unwrap();
    assert_eq!(histories.clone().with_gaps(gaps).unwrap().gaps(), Some(gaps));
    let other = histories.with_gaps(Gaps { count: 3, ..gaps }).unwrap_err();
    assert_eq!(other, FitError::OtherGaps { gaps: 3, purchases: 2 });
}

#[test]
fn the_chance_of_a_purchase_is_the_expectation_of_who_leaves_with_it() {
    // Where whoever buys drops out for certain, nobody buys more than once; phases and their weights do not depend on dropout.
    for k in [1, 2, 5, 12] {
        let model = |a| MbgCnbd::new(k, DropoutParameters { r: 0.9, alpha: 2.0, a, b: 2.4 }).unwrap();
        let (model, leaving) = (model(0.8), model(1e15));
        for (x, t_x, age) in [(0, 0.0, 30.0), (3, 20.0, 30.0), (40, 29.0, 30.0), (40, 30.0, 30.0)] {
            for horizon in [0.5, 4.0, 60.0, 3_000.0] {
                let alive = leaving.probability_alive(x, t_x, age);
                let once = leaving.expected_purchases(x, t_x, age, horizon) / alive;
                let chance = model.probability_of_purchase(x, t_x, age, horizon);
                assert_near(chance, model.probability_alive(x, t_x, age) * once, 1e-13);
                assert!(chance <= model.expected_purchases(x, t_x, age, horizon) + 1e-15);
            }
            assert_near(model.probability_of_purchase(x, t_x, age, 0.0), 0.0, 0.0);
            let ever = model.probability_of_purchase(x, t_x, age, f64::INFINITY);
            assert_near(ever, model.probability_alive(x, t_x, age), 1e-15);
        }
    }
}

#[test]
fn a_k_out_of_range_is_named() {
    let parameters = DropoutParameters { r: 1.0, alpha: 1.0, a: 1.0, b: 1.0 };
    for k in [0, MbgCnbd::MAX_K + 1] {
        assert_eq!(MbgCnbd::new(k, parameters).unwrap_err().name, "k");
    }
    assert!(MbgCnbd::new(MbgCnbd::MAX_K, parameters).is_ok());
}

/// From 10^-3 to 10^3.
fn any_size() -> impl Strategy<Value = f64> {
    (-3.0..3.0_f64).prop_map(|power| 10.0_f64.powf(power))
}

proptest! {
    #[test]
    fn every_figure_is_one_for_any_parameters_and_history(
        k in 1..=MbgCnbd::MAX_K,
        (r, alpha, a, b) in (any_size(), any_size(), any_size(), any_size()),
        (x, t_x, silence) in (0..1_500_u32, 0.0..1.0_f64, 0..4_000_u32),
        horizon in any_size(),
    ) {
        let model = MbgCnbd::new(k, DropoutParameters { r, alpha, a, b }).unwrap();
        let recency_days = if x == 0 { 0 } else { x + (t_x * 3_000.0) as u32 };
        let history = History { frequency: x, recency_days, age_days: recency_days + silence, customers: 1 };
        let [recency, age] = [recency_days, history.age_days].map(f64::from);
        let histories = Histories::new([history], 1.0).unwrap();
        prop_assert!(model.log_likelihood(&histories).is_finite());
        prop_assert!(model.gradient(&histories).iter().all(|slope| slope.is_finite()));

        let alive = model.probability_alive(x, recency, age);
        prop_assert!((0.0..=1.0).contains(&alive), "{alive}");
        prop_assert!(model.probability_alive(x, recency, age + 10.0) <= alive * (1.0 + 1e-12));
        let expected = |horizon| model.expected_purchases(x, recency, age, horizon);
        let (short, long) = (expected(horizon), expected(2.0 * horizon));
        prop_assert!(short >= 0.0 && long.is_finite() && short <= long * (1.0 + 1e-10), "{short} {long}");
        // Nobody buys more than an immortal would: the phases to come, divided by k, and the one they are in.
        let phases = (r + f64::from(k * x) + f64::from(k)) * horizon / (alpha + age);
        prop_assert!(short <= alive * (phases / f64::from(k) + 1.0) * (1.0 + 1e-10), "{short} {phases}");
        if a > 1.0 {
            prop_assert!(long <= expected(f64::INFINITY) * (1.0 + 1e-10));
        }
    }
}
