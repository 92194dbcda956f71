//! When a customer alive buys next, and the purchases after that: our own derivation from the assumptions of Reutterer, Platzer, Schröder
//! 2021.
//!
//! Nobody drops out but after a purchase. From phase j on, whose rate is Gamma(n+j, alpha+T), the e-th purchase would come when ek - j more
//! phases have passed, were there no dropout; the number of phases to come is negative binomial as in [`super::expectation`], and the time
//! of one of them is what [`crate::kth_purchase`] integrates. The mean over the phases the customer may be in is exact too.

use super::{Erlang, PhaseWeights};
use crate::beta_geometric::BetaGeometric;
use crate::kth_purchase::Purchases;
use crate::wait::{Wait, quantile};

/// Below this a chance is integrated: one minus that of too few phases would lose digits.
const SMALL: f64 = 0.1;

impl Erlang {
    /// P(Y(h) > 0 | x, t_x, T, alive at T): the mean over phases j of the chance that k-j more pass within h, our own.
    pub fn purchase_while_alive(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.next_purchase(frequency, recency, age).at(horizon).within
    }

    /// The horizon at which that is `probability`, in (0, 1); `None` where it is beyond all doubles.
    pub fn next_purchase_while_alive(&self, frequency: u32, recency: f64, age: f64, probability: f64) -> Option<f64> {
        let next = self.next_purchase(frequency, recency, age);
        // About where so many phases pass that a purchase is near: the odds' logarithm is all but a straight line on either side.
        let start = (f64::from(self.phases) * next.scale / next.shape).ln();
        quantile((probability / (1.0 - probability)).ln(), start, |time| next.at(time))
    }

    /// P(Y(h) >= e | x, t_x, T, alive at T), for e and h above 0: e-1 dropouts must be survived, and ek-j phases pass within h; our own.
    pub fn at_least_while_alive(&self, frequency: u32, recency: f64, age: f64, horizon: f64, purchases: u32) -> f64 {
        let next = self.next_purchase(frequency, recency, age);
        let phases = f64::from(self.phases) * f64::from(purchases);
        let in_time = |phase| next.phases_to_come(phase).come_within(phases - f64::from(phase), horizon);
        let survives = BetaGeometric { a: self.parameters.a, b: self.parameters.b + self.first.chances(frequency) };
        survives.survival(purchases - 1) * next.weights.mean(self.phases, in_time)
    }

    fn next_purchase(&self, frequency: u32, recency: f64, age: f64) -> NextPurchase {
        NextPurchase {
            phases: self.phases,
            shape: self.shape(frequency),
            scale: self.parameters.alpha + age,
            weights: self.phase_weights(frequency, recency, age),
        }
    }
}

/// The next purchase of a customer alive.
#[derive(Debug, Clone, Copy)]
struct NextPurchase {
    phases: u32,
    /// n = r + kx.
    shape: f64,
    /// alpha+T.
    scale: f64,
    weights: PhaseWeights,
}

impl NextPurchase {
    /// The chances at a time, each the mean over phases.
    fn at(&self, time: f64) -> Wait {
        if time.is_nan() {
            return Wait { within: f64::NAN, later: f64::NAN, density_of_log: f64::NAN };
        }
        if time <= 0.0 {
            return Wait { within: 0.0, later: 1.0, density_of_log: 0.0 };
        }
        let mut mean = Wait { within: 0.0, later: 0.0, density_of_log: 0.0 };
        for (phase, weight) in self.weights.shares(self.phases) {
            let of_phase = self.in_phase(phase, time);
            mean.within += weight * of_phase.within;
            mean.later += weight * of_phase.later;
            mean.density_of_log += weight * of_phase.density_of_log;
        }
        mean
    }

    fn in_phase(&self, phase: u32, time: f64) -> Wait {
        let missing = self.phases - phase;
        let to_come = self.phases_to_come(phase);
        let later = self.fewer(phase, missing, time).min(1.0);
        let within = if later < 1.0 - SMALL { 1.0 - later } else { to_come.come_within(f64::from(missing), time) };
        Wait { within, later, density_of_log: to_come.density_of_log(f64::from(missing), time.ln()) }
    }

    /// The chance that fewer than `missing` phases pass within a time.
    fn fewer(&self, phase: u32, missing: u32, time: f64) -> f64 {
        let n = self.shape + f64::from(phase);
        let odds = time / self.scale;
        if odds.is_infinite() {
            return 0.0;
        }
        let w = odds / (1.0 + odds);
        let mut probability = (-n * odds.ln_1p()).exp();
        let mut sum = probability;
        for m in 1..missing {
            probability *= w * (n + f64::from(m - 1)) / f64::from(m);
            sum += probability;
        }
        sum
    }

    /// The phases from `phase` on, which no dropout ends.
    fn phases_to_come(&self, phase: u32) -> Purchases {
        Purchases { n: self.shape + f64::from(phase), scale: self.scale, s: 0.0, dropout_scale: self.scale }
    }
}
