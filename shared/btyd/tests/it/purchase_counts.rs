//! Numbers of purchases of one customer: against sums of averaged probabilities at high precision, and what must hold whatever the model.

use crate::discrete_data::Random;
use crate::models::{model, models};
use btyd::Confidence;
use proptest::prelude::*;

#[test]
fn chances_of_many_purchases_agree_with_the_models_at_high_precision() {
    let mut worst = 0.0_f64;
    for line in include_str!("../fixtures/purchase_counts.csv").lines().skip(1) {
        let (name, numbers) = line.split_once(',').unwrap();
        let row: Vec<f64> = numbers.split(',').map(|it| it.parse().unwrap()).collect();
        let model = model(name, [row[0], row[1], row[2], row[3]]);
        let [x, t_x, age, horizon, purchases, expected] = row[4..] else { panic!("{row:?}") };
        let got = model.probability_of_at_least(x as u32, t_x, age, horizon, purchases as u32);
        // Below the smallest numbers of full precision digits are lost.
        let error = (got - expected).abs() / expected.max(1e-290);
        assert!(error <= 1e-11, "{got:e} is not {expected:e} ({error:e}): {line}");
        worst = worst.max(error);
    }
    eprintln!("{worst:.1e}");
}

proptest! {
    #[test]
    fn more_purchases_are_less_likely_and_one_is_any(
        model in models(), frequency in 0_u32..3_000, age in 1.0..3_000.0_f64, share in 0.0..1.0_f64,
        power in -6.0..6.0_f64, purchases in 1_u32..2_000
    ) {
        let recency = if frequency == 0 { 0.0 } else { share * age };
        let horizon = 10.0_f64.powf(power);
        let at_least = |purchases| model.probability_of_at_least(frequency, recency, age, horizon, purchases);
        let (few, many) = (at_least(purchases), at_least(purchases + 1));
        prop_assert!(0.0 <= many && many <= few * (1.0 + 1e-9) && few <= 1.0, "{few} {many}");
        let any = model.probability_of_purchase(frequency, recency, age, horizon);
        prop_assert!((at_least(1) - any).abs() <= 1e-10 * any + 1e-290, "{} {any}", at_least(1));
        prop_assert!((at_least(0) - 1.0).abs() <= 0.0);
    }

    #[test]
    fn a_range_leaves_out_no_more_than_it_says(
        model in models(), frequency in 0_u32..3_000, age in 1.0..3_000.0_f64, share in 0.5..1.0_f64,
        power in -3.0..3.0_f64, level in 0.01..0.99_f64
    ) {
        let recency = if frequency == 0 { 0.0 } else { share * age };
        let horizon = 10.0_f64.powf(power);
        let at_least = |purchases| model.probability_of_at_least(frequency, recency, age, horizon, purchases);
        let confidence = Confidence::new(level).unwrap();
        let range = model.purchase_range(frequency, recency, age, horizon, confidence);
        let (first, last) = (*range.start(), *range.end());
        prop_assert!(first <= last);
        let outside = 0.5 * (1.0 - level) * (1.0 + 1e-9);
        prop_assert!(1.0 - at_least(first) <= outside, "{first}");
        prop_assert!(last == u32::MAX || at_least(last + 1) <= outside, "{last}");
    }
}

#[test]
fn the_mean_is_the_sum_of_the_chances() {
    for name in ["bg", "mbg", "pareto", "cnbd3"] {
        let model = model(name, [0.8, 4.0, 1.3, 2.5]);
        let sum: f64 = (1..400).map(|k| model.probability_of_at_least(2, 30.0, 39.0, 52.0, k)).sum();
        let expected = model.expected_purchases(2, 30.0, 39.0, 52.0);
        assert!((sum / expected - 1.0).abs() < 1e-10, "{name}: {sum} is not {expected}");
    }
}

#[test]
fn a_range_without_a_horizon_is_empty_and_one_without_an_end_is_open() {
    let model = model("bg", [0.5, 4.0, 0.01, 2.5]);
    assert_eq!(model.purchase_range(2, 30.0, 39.0, 0.0, Confidence::USUAL), 0..=0);
    let for_ever = model.purchase_range(2, 38.0, 39.0, f64::INFINITY, Confidence::USUAL);
    assert_eq!(*for_ever.end(), u32::MAX);
}

#[test]
fn simulated_customers_fall_into_the_range_as_often_as_it_says() {
    // New customers of MBG/NBD with r = 1, a = b = 1: rates exponential, dropout probabilities uniform.
    let model = model("mbg", [1.0, 4.0, 1.0, 1.0]);
    let range = model.purchase_range(0, 0.0, 0.0, 20.0, Confidence::new(0.8).unwrap());
    let mut random = Random(3);
    let mut beyond = [0.0, 0.0];
    for _ in 0..100_000 {
        let (rate, dropout) = (-random.unit().ln() / 4.0, random.unit());
        let (mut time, mut purchases) = (0.0, 0);
        while random.unit() >= dropout {
            time -= random.unit().ln() / rate;
            if time > 20.0 {
                break;
            }
            purchases += 1;
        }
        for (beyond, least) in beyond.iter_mut().zip([*range.end(), *range.end() + 1]) {
            *beyond += f64::from(u8::from(purchases >= least)) / 100_000.0;
        }
    }
    // The last of the range is the least number that no more than a tenth exceed.
    for (beyond, least) in beyond.into_iter().zip([*range.end(), *range.end() + 1]) {
        let expected = model.probability_of_at_least(0, 0.0, 0.0, 20.0, least);
        assert!((beyond - expected).abs() < 0.005, "{beyond} is not {expected}");
    }
    assert!(beyond[0] > 0.095 && beyond[1] < 0.105, "{beyond:?}");
}
