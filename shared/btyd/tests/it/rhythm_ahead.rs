//! What MBG/CNBD-k says of purchases to come: against averages over individual customers at high precision, MBG/NBD at k = 1, a simulation.

use crate::discrete_data::Random;
use crate::models::{model, parameters};
use btyd::{BgCnbd, BgNbd, DropoutParameters, TransactionModel};
use proptest::prelude::*;

#[test]
fn purchases_to_come_agree_with_customers_averaged_at_high_precision() {
    let mut worst = [0.0_f64; 4];
    for line in include_str!("../fixtures/rhythm_ahead.csv").lines().skip(1) {
        let (k, numbers) = line.split_once(',').unwrap();
        let row: Vec<f64> = numbers.split(',').map(|it| it.parse().unwrap()).collect();
        let model = model(&format!("cnbd{k}"), [row[0], row[1], row[2], row[3]]);
        let [x, t_x, age, horizon, purchases, rate, within, ever, at_least, dert] = row[4..] else { panic!("{row:?}") };
        let x = x as u32;
        let found = [
            (model.probability_of_purchase(x, t_x, age, horizon), within),
            (model.probability_of_purchase(x, t_x, age, f64::INFINITY), ever),
            (model.probability_of_at_least(x, t_x, age, horizon, purchases as u32), at_least),
            (model.discounted_expected_residual_transactions(x, t_x, age, rate), dert),
        ];
        for ((got, expected), worst) in found.into_iter().zip(&mut worst) {
            // Below the smallest numbers of full precision digits are lost.
            let error = (got - expected).abs() / expected.max(1e-290);
            assert!(error <= 1e-11, "{got:e} is not {expected:e} ({error:e}): {line}");
            *worst = worst.max(error);
        }
    }
    eprintln!("largest errors: {worst:?}");
}

fn ahead(model: &TransactionModel, x: u32, t_x: f64, age: f64, horizon: f64) -> [f64; 4] {
    [
        model.probability_of_purchase(x, t_x, age, horizon),
        model.probability_of_at_least(x, t_x, age, horizon, 3),
        model.discounted_expected_residual_transactions(x, t_x, age, 1.0 / horizon),
        model.next_purchase_within(x, t_x, age, 0.3 * model.probability_alive(x, t_x, age)).unwrap_or(0.0),
    ]
}

proptest! {
    #[test]
    fn without_a_rhythm_it_is_mbg_nbd(
        parameters in parameters(), frequency in 0_u32..3_000, age in 1.0..3_000.0_f64, share in 0.0..1.0_f64,
        power in -6.0..6.0_f64
    ) {
        let recency = if frequency == 0 { 0.0 } else { share * age };
        let of = |name| ahead(&model(name, parameters), frequency, recency, age, 10.0_f64.powf(power));
        for (got, expected) in of("cnbd1").into_iter().zip(of("mbg")) {
            prop_assert!((got - expected).abs() <= 1e-9 * expected + 1e-290, "{got} is not {expected}");
        }
    }
}

#[test]
fn bg_cnbd_without_a_rhythm_is_bg_nbd() {
    let parameters = DropoutParameters { r: 0.5, alpha: 4.0, a: 0.8, b: 2.5 };
    let (with, without) = (BgCnbd::new(1, parameters).unwrap(), BgNbd::new(parameters).unwrap());
    for (x, t_x, age) in [(0, 0.0, 39.0), (3, 30.0, 39.0)] {
        let pairs = [
            (with.probability_of_purchase(x, t_x, age, 7.0), without.probability_of_purchase(x, t_x, age, 7.0)),
            (
                with.discounted_expected_residual_transactions(x, t_x, age, 0.01),
                without.discounted_expected_residual_transactions(x, t_x, age, 0.01),
            ),
        ];
        for (got, expected) in pairs {
            assert!((got / expected - 1.0).abs() < 1e-11, "{got} is not {expected}");
        }
    }
}

#[test]
fn who_keeps_a_rhythm_is_due_and_waits_less_the_longer_the_silence() {
    let model = model("cnbd4", [40.0, 10.0, 0.1, 9.0]);
    let wait = |silence: f64| model.next_purchase_within_if_alive(10, 10.0, 10.0 + silence, 0.5).unwrap();
    assert!(wait(0.0) > wait(0.3) && wait(0.3) > wait(0.9));
}

#[test]
fn simulated_customers_buy_as_often_as_it_says() {
    // New customers with r = 1, a = b = 1 and k = 3: rates of phases exponential, dropout probabilities uniform.
    let model = model("cnbd3", [1.0, 4.0, 1.0, 1.0]);
    let mut random = Random(5);
    let (customers, horizon, rate_of_discount) = (200_000, 30.0, 0.05);
    let (mut any, mut three, mut discounted) = (0.0, 0.0, 0.0);
    for _ in 0..customers {
        let (rate, dropout) = (-random.unit().ln() / 4.0, random.unit());
        let (mut time, mut within) = (0.0, 0);
        while time < 400.0 && random.unit() >= dropout {
            time -= (random.unit() * random.unit() * random.unit()).ln() / rate;
            within += i32::from(time <= horizon);
            discounted += (-rate_of_discount * time).exp() / f64::from(customers);
        }
        any += f64::from(u8::from(within >= 1)) / f64::from(customers);
        three += f64::from(u8::from(within >= 3)) / f64::from(customers);
    }
    let expected = [
        model.probability_of_purchase_new(horizon),
        model.probability_of_at_least(0, 0.0, 0.0, horizon, 3),
        model.discounted_expected_transactions_new(rate_of_discount),
    ];
    for (got, expected) in [any, three, discounted].into_iter().zip(expected) {
        // Some four standard errors.
        assert!((got - expected).abs() < 0.005 * (1.0 + 2.0 * expected), "{got} is not {expected}");
    }
}
