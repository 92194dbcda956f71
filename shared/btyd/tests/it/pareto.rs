//! What must hold of Pareto/NBD whatever the parameters, and what data made by it must give back.

use crate::cdnow::assert_near;
use btyd::{Histories, History, ParetoNbd, ParetoParameters};
use proptest::prelude::*;

/// Log-uniform in 1e-3 to 1e3.
fn parameters() -> impl Strategy<Value = ParetoParameters> {
    let one = || (-3.0..3.0_f64).prop_map(|power| 10.0_f64.powf(power));
    (one(), one(), one(), one()).prop_map(|(r, alpha, s, beta)| ParetoParameters { r, alpha, s, beta })
}

/// Rounding of a figure that is not exact, relative.
const ROUNDING: f64 = 1e-11;

proptest! {
    #[test]
    fn probabilities_are_between_0_and_1_and_grow_with_recency_and_horizon(
        parameters in parameters(), frequency in 1_u32..3_000, age in 1.0..3_000.0_f64, share in 0.0..1.0_f64, horizon in 0.1..1_000.0_f64
    ) {
        let model = ParetoNbd::new(parameters).unwrap();
        let early = model.probability_alive(frequency, share * age, age);
        let late = model.probability_alive(frequency, 0.5 * (1.0 + share) * age, age);
        prop_assert!((0.0..=1.0).contains(&early), "{early}");
        prop_assert!(early <= late * (1.0 + ROUNDING), "{early} {late}");
        let just_now = model.probability_alive(frequency, age, age);
        prop_assert!((just_now - 1.0).abs() < ROUNDING, "{just_now}");

        let buys = |horizon| model.probability_of_purchase(frequency, share * age, age, horizon);
        let (soon, later, ever) = (buys(horizon), buys(2.0 * horizon), buys(f64::INFINITY));
        prop_assert!(0.0 <= soon && soon <= later + ROUNDING && later <= ever + ROUNDING, "{soon} {later} {ever}");
        prop_assert!(ever <= early * (1.0 + ROUNDING));
        // Markov's inequality: a probability of one or more is at most the mean number.
        let expected = model.expected_purchases(frequency, share * age, age, horizon);
        prop_assert!(soon <= expected * (1.0 + ROUNDING) + 1e-14, "{soon} {expected}");
    }

    #[test]
    fn discounting_lowers_the_residual_and_nothing_is_below_0_or_not_a_number(
        parameters in parameters(), frequency in 0_u32..3_000, age in 1.0..3_000.0_f64, share in 0.0..1.0_f64, rate in 1e-6..10.0_f64
    ) {
        let model = ParetoNbd::new(parameters).unwrap();
        let recency = if frequency == 0 { 0.0 } else { share * age };
        let dert = |rate| model.discounted_expected_residual_transactions(frequency, recency, age, rate);
        let (low, high) = (dert(0.5 * rate), dert(rate));
        prop_assert!(0.0 <= high && high <= low && low.is_finite(), "{high} {low}");
        prop_assert!(low <= dert(0.0) * (1.0 + ROUNDING));
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_likelihood(parameters in parameters(), frequency in 0_u32..300, age in 2_u32..1_000) {
        let recency_days = if frequency == 0 { 0 } else { age / 2 };
        let row = |frequency, recency_days| History { frequency, recency_days, age_days: age, customers: 3 };
        let rows = [row(frequency, recency_days), row(0, 0), row(frequency + 90, age - 1)];
        let histories = Histories::new(rows, 7.0).unwrap();
        let ParetoParameters { r, alpha, s, beta } = parameters;
        let at = [r, alpha, s, beta];
        let likelihood = |[r, alpha, s, beta]: [f64; 4]| {
            ParetoNbd::new(ParetoParameters { r, alpha, s, beta }).unwrap().log_likelihood(&histories)
        };
        let gradient = ParetoNbd::new(parameters).unwrap().gradient(&histories);
        let size = likelihood(at).abs().max(1_000.0);
        for i in 0..4 {
            let moved = |by: f64| likelihood(std::array::from_fn(|j| if i == j { at[j] * (1.0 + by) } else { at[j] }));
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            prop_assert!((gradient[i] * at[i] - slope).abs() <= 1e-7 * size, "{i}: {} {slope}", gradient[i] * at[i]);
        }
    }
}

#[test]
fn a_model_without_a_positive_parameter_is_refused_by_name() {
    let refused = ParetoNbd::new(ParetoParameters { r: 1.0, alpha: 1.0, s: 0.0, beta: 1.0 }).unwrap_err();
    assert_eq!((refused.name, refused.value), ("s", 0.0));
    assert!(ParetoNbd::new(ParetoParameters { r: 1.0, alpha: 1.0, s: 1.0, beta: f64::NAN }).is_err());
}

#[test]
fn a_residual_without_discount_is_the_expectation_without_end() {
    let model = |s| ParetoNbd::new(ParetoParameters { r: 0.5, alpha: 10.0, s, beta: 12.0 }).unwrap();
    let for_ever = |s| model(s).discounted_expected_residual_transactions(3, 20.0, 30.0, 0.0);
    // (r+x)/(alpha+T) times the mean of a Pareto lifetime, (beta+T)/(s-1).
    let alive = model(2.5).probability_alive(3, 20.0, 30.0);
    assert_near(for_ever(2.5), alive * 3.5 / 40.0 * 42.0 / 1.5, 1e-12);
    assert_near(model(2.5).discounted_expected_residual_transactions(3, 20.0, 30.0, 1e-12), for_ever(2.5), 1e-9);
    assert!(for_ever(1.0).is_infinite() && for_ever(0.7).is_infinite());
    assert!(model(0.7).discounted_expected_residual_transactions(3, 20.0, 30.0, -0.1).is_nan());
}

/// The SplitMix64 generator (Steele, Lea, Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    /// Uniform in (0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON / 4.0
    }

    fn exponential(&mut self) -> f64 {
        -self.unit().ln()
    }
}

/// A customer of the model with r = 2 and s = 1 (sums of exponentials are gamma-distributed), in days.
fn simulated(random: &mut SplitMix, alpha: f64, beta: f64) -> History {
    let rate = (random.exponential() + random.exponential()) / alpha;
    let lifetime = random.exponential() / (random.exponential() / beta);
    let age = 100.0 + 900.0 * random.unit();
    let (mut last_day, mut frequency) = (0, 0);
    let mut time = random.exponential() / rate;
    while time < age.min(lifetime) {
        // Purchases of a day count once, those of the first day not at all.
        if time as u32 > last_day {
            last_day = time as u32;
            frequency += 1;
        }
        time += random.exponential() / rate;
    }
    History { frequency, recency_days: last_day, age_days: age as u32, customers: 1 }
}

#[test]
fn simulated_customers_give_back_their_parameters() {
    let mut random = SplitMix(7);
    let rows: Vec<History> = (0..60_000).map(|_| simulated(&mut random, 100.0, 400.0)).collect();
    let fit = ParetoNbd::fit(&Histories::new(rows, 1.0).unwrap()).unwrap();
    let ParetoParameters { r, alpha, s, beta } = fit.model.parameters();
    assert!(fit.converged && fit.warnings.is_empty(), "{fit:?}");
    // The whole days of the histories shift times by half a day; standard errors at this size are 1 to 5 %.
    for (found, truth) in [(r, 2.0), (alpha, 100.0), (s, 1.0), (beta, 400.0)] {
        assert!((found / truth - 1.0).abs() < 0.15, "{fit:?}");
    }
}
