//! Discounted purchases to come: against the textbook expectation integrated at high precision, and what must hold whatever the model.

use crate::cdnow::assert_near;
use crate::models::{model, models};
use proptest::prelude::*;

#[test]
fn discounted_purchases_agree_with_the_textbook_expectation_integrated() {
    let mut worst = 0.0_f64;
    for line in include_str!("../fixtures/residual.csv").lines().skip(1) {
        let (name, numbers) = line.split_once(',').unwrap();
        let row: Vec<f64> = numbers.split(',').map(|it| it.parse().unwrap()).collect();
        let model = model(name, [row[0], row[1], row[2], row[3]]);
        let [x, t_x, age, rate, dert, det] = row[4..] else { panic!("{row:?}") };
        let found = model.discounted_expected_residual_transactions(x as u32, t_x, age, rate);
        for (got, expected) in [(found, dert), (model.discounted_expected_transactions_new(rate), det)] {
            // Below the smallest numbers of full precision digits are lost.
            let error = (got - expected).abs() / expected.max(1e-290);
            assert!(error <= 1e-11, "{got:e} is not {expected:e} ({error:e}): {line}");
            worst = worst.max(error);
        }
    }
    eprintln!("{worst:.1e}");
}

proptest! {
    #[test]
    fn discounting_lowers_what_is_to_come_and_leaves_less_than_within_its_time(
        model in models(), frequency in 0_u32..3_000, age in 1.0..3_000.0_f64, share in 0.0..1.0_f64, power in -6.0..1.0_f64
    ) {
        let recency = if frequency == 0 { 0.0 } else { share * age };
        let rate = 10.0_f64.powf(power);
        let dert = |rate| model.discounted_expected_residual_transactions(frequency, recency, age, rate);
        let (low, high) = (dert(0.5 * rate), dert(rate));
        prop_assert!(0.0 <= high && high <= low * (1.0 + 1e-10) && low.is_finite(), "{high} {low}");
        prop_assert!(low <= dert(0.0) * (1.0 + 1e-10));
        // Purchases up to t count e^(-rate t) at least: a bound from below at any t, here 1/rate.
        let until = model.expected_purchases(frequency, recency, age, 1.0 / rate);
        prop_assert!(high >= (-1.0_f64).exp() * until * (1.0 - 1e-9) - 1e-290, "{high} {until}");
    }
}

#[test]
fn without_discount_all_purchases_count() {
    for (name, excess) in [("bg", 3.0), ("mbg", 4.0), ("cnbd3", 4.0)] {
        let model = model(name, [0.5, 4.0, 2.5, 1.5]);
        let alive = model.probability_alive(2, 30.0, 39.0);
        // (a+b+x+m-1)/(a-1), the limit of the expectation.
        let all = alive * (2.0 + excess) / 1.5;
        assert_near(model.discounted_expected_residual_transactions(2, 30.0, 39.0, 0.0), all, 1e-12);
        assert_near(model.discounted_expected_residual_transactions(2, 30.0, 39.0, 1e-13), all, 1e-9);
    }
    for name in ["bg", "mbg", "pareto", "cnbd3"] {
        let model = model(name, [0.5, 4.0, 0.8, 1.5]);
        assert!(model.discounted_expected_transactions_new(0.0).is_infinite());
        assert!(model.discounted_expected_transactions_new(-0.1).is_nan());
        assert!(model.discounted_expected_transactions_new(f64::NAN).is_nan());
        assert_near(model.discounted_expected_transactions_new(1e300), 0.0, 1e-290);
    }
}

#[test]
fn a_customer_just_won_is_one_without_history() {
    // Pareto/NBD: the published value of a new CDNOW customer, DET at 15 % a year, follows from its parts: r/alpha times the discounted
    // lifetime, here by the midpoint rule.
    let model = model("pareto", [0.5533, 10.578, 0.6062, 11.669]);
    let rate = 1.15_f64.ln() / 52.0;
    let slices = 2_000_000;
    let step = 20_000.0 / f64::from(slices);
    let at = |i: i32| (f64::from(i) + 0.5) * step;
    let lifetime: f64 = (0..slices).map(|i| (-rate * at(i)).exp() * (11.669 / (11.669 + at(i))).powf(0.6062)).sum();
    assert_near(model.discounted_expected_transactions_new(rate), 0.5533 / 10.578 * lifetime * step, 1e-6);
}
