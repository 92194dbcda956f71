//! The next purchase: against averages over individual customers at high precision, its inverse, and what must hold of both.

use crate::cdnow::assert_near;
use crate::models::{model, models};
use proptest::prelude::*;

#[test]
fn chances_of_a_purchase_agree_with_the_textbook_at_high_precision() {
    let mut worst = [0.0_f64; 3];
    for line in include_str!("../fixtures/next_purchase.csv").lines().skip(1) {
        let (name, numbers) = line.split_once(',').unwrap();
        let row: Vec<f64> = numbers.split(',').map(|it| it.parse().unwrap()).collect();
        let model = model(name, [row[0], row[1], row[2], row[3]]);
        let [x, t_x, age, horizon, within, ever, within_new, ever_new] = row[4..] else { panic!("{row:?}") };
        let any = |horizon| model.probability_of_purchase(x as u32, t_x, age, horizon);
        let new = |horizon| model.probability_of_purchase_new(horizon);
        let found = [
            (0, any(horizon), within),
            (1, any(f64::INFINITY), ever),
            (2, new(horizon), within_new),
            (2, new(f64::INFINITY), ever_new),
        ];
        for (kind, got, expected) in found {
            // Below the smallest numbers of full precision digits are lost.
            let error = (got - expected).abs() / expected.max(1e-290);
            assert!(error <= 1e-11, "{got:e} is not {expected:e} ({error:e}): {line}");
            worst[kind] = worst[kind].max(error);
        }
    }
    eprintln!("largest errors: {worst:?}");
}

proptest! {
    #[test]
    fn a_purchase_grows_likelier_with_the_horizon_up_to_ever(
        model in models(), frequency in 0_u32..3_000, age in 1.0..3_000.0_f64, share in 0.0..1.0_f64,
        power in -6.0..6.0_f64
    ) {
        let recency = if frequency == 0 { 0.0 } else { share * age };
        let any = |horizon| model.probability_of_purchase(frequency, recency, age, horizon);
        let horizon = 10.0_f64.powf(power);
        let (soon, later, ever) = (any(horizon), any(1.1 * horizon), any(f64::INFINITY));
        prop_assert!(0.0 <= soon && soon <= later * (1.0 + 1e-11) && later <= ever * (1.0 + 1e-11), "{soon} {later} {ever}");
        prop_assert!(ever <= model.probability_alive(frequency, recency, age) * (1.0 + 1e-11));
        // Markov's inequality: a probability of one or more is at most the mean number.
        let expected = model.expected_purchases(frequency, recency, age, horizon);
        prop_assert!(soon <= expected * (1.0 + 1e-9), "{soon} {expected}");
        prop_assert!(any(0.0) == 0.0 && any(-1.0) == 0.0);
    }

    #[test]
    fn within_the_time_given_the_customer_buys_with_the_probability_asked_for(
        model in models(), frequency in 0_u32..3_000, age in 1.0..3_000.0_f64, share in 0.0..1.0_f64, wanted in 1e-6..0.999_f64
    ) {
        let recency = if frequency == 0 { 0.0 } else { share * age };
        let any = |horizon| model.probability_of_purchase(frequency, recency, age, horizon);
        let ever = any(f64::INFINITY);
        // Of customers as good as gone doubles keep too few digits.
        if ever < 1e-290 {
            return Ok(());
        }
        let probability = wanted * ever;
        if let Some(time) = model.next_purchase_within(frequency, recency, age, probability) {
            prop_assert!((any(time) - probability).abs() <= 1e-9 * probability, "{time} {} {probability}", any(time));
            let longer = model.next_purchase_within(frequency, recency, age, 1.001 * probability);
            prop_assert!(longer.is_none_or(|longer| longer >= time * (1.0 - 1e-9)));
        }
        prop_assert_eq!(model.next_purchase_within(frequency, recency, age, ever * (1.0 + 1e-9)), None);
        let alive = model.probability_alive(frequency, recency, age);
        if let Some(time) = model.next_purchase_within_if_alive(frequency, recency, age, wanted) {
            prop_assert!((any(time) - wanted * alive).abs() <= 1e-9 * wanted * alive);
        }
    }
}

#[test]
fn medians_of_the_dropout_models_are_those_of_a_lomax_distribution() {
    // The wait at a Gamma(n, A) rate: its median is A (2^(1/n) - 1).
    let parameters = [0.2426, 4.4136, 0.7929, 2.4259];
    for name in ["bg", "mbg"] {
        let median = model(name, parameters).next_purchase_within_if_alive(3, 30.0, 39.0, 0.5).unwrap();
        assert_near(median, 43.4136 * (2.0_f64.powf(1.0 / 3.2426) - 1.0), 1e-12);
    }
    let new = model("bg", parameters).next_purchase_within(0, 0.0, 0.0, 0.5).unwrap();
    assert_near(new, 4.4136 * (2.0_f64.powf(1.0 / 0.2426) - 1.0), 1e-10);
    // Under MBG/NBD b/(a+b) = 0.754 of new customers ever come back.
    let mbg = model("mbg", parameters);
    assert_near(mbg.probability_of_purchase_new(f64::INFINITY), 2.4259 / 3.2188, 1e-14);
    assert!(mbg.next_purchase_within(0, 0.0, 0.0, 0.753).is_some());
    assert_eq!(mbg.next_purchase_within(0, 0.0, 0.0, 0.754), None);
}

#[test]
fn where_hardly_anybody_drops_out_pareto_nbd_waits_like_the_others() {
    let pareto = model("pareto", [0.7, 5.0, 1e-3, 1e9]);
    let median = pareto.next_purchase_within_if_alive(3, 30.0, 39.0, 0.5).unwrap();
    assert_near(median, 44.0 * (2.0_f64.powf(1.0 / 3.7) - 1.0), 1e-6);
}

#[test]
fn what_is_no_probability_gives_no_time() {
    for name in ["bg", "mbg", "pareto", "cnbd3"] {
        let model = model(name, [0.5, 4.0, 0.8, 2.5]);
        let within = |probability| model.next_purchase_within(2, 30.0, 39.0, probability);
        let if_alive = |probability| model.next_purchase_within_if_alive(2, 30.0, 39.0, probability);
        assert_eq!((within(0.0), if_alive(0.0)), (Some(0.0), Some(0.0)));
        for wrong in [1.0, 1.5, f64::NAN] {
            assert_eq!((within(wrong), if_alive(wrong)), (None, None));
        }
    }
    // Within r = 1e-3 half of all wait for longer than doubles reach.
    assert_eq!(model("bg", [1e-4, 4.0, 0.8, 2.5]).next_purchase_within(0, 0.0, 0.0, 0.5), None);
}
