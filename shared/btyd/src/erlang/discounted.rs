//! Discounted purchases to come of a customer alive: our own derivation from the assumptions of Reutterer, Platzer, Schröder 2021.
//!
//! From phase j on at a rate lambda the next purchase, discounted by e^(-delta t), is worth L^(k-j), L = lambda/(lambda+delta), and each
//! one after it, if the dropout of probability p does not come first, L^k times the one before:
//!
//! ```text
//! E[e^(-delta t_1) + e^(-delta t_2) + ...] = L^(k-j) / (1 - (1-p) L^k) = L^(k-j) / (1 - L^k + p L^k)
//! ```
//!
//! With n = r+kx, kappa = delta (alpha+T) and lambda = g/(alpha+T), g ~ Gamma(n+j), its mean over rates is, as L = g/(g+kappa),
//!
//! ```text
//! (n+j)_(k-j) E[(g+kappa)^-(k-j) / (1 - L^k + p L^k)],   g ~ Gamma(n+k)
//! ```
//!
//! which brings all phases under one density: their weighted mean is a single mean of a positive function over g and p ~ Beta(a, B), taken
//! as in [`crate::dropout::discounted`], whose formula this is at k = 1.

use super::{Erlang, PhaseWeights};
use crate::dropout::discounted::{beta_nodes, gamma_nodes, refined};
use crate::parameters::DropoutParameters;

impl Erlang {
    /// DERT: P(alive) times the purchases of all time to come of a customer alive, each discounted by exp(-`rate` t); the mean at the head of
    /// this module, our own.
    pub fn discounted(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        let while_alive = self.discounted_while_alive(frequency, recency, age, rate);
        // An infinite number stays so where the chance to be alive is too small for a double.
        if while_alive.is_infinite() {
            while_alive
        } else {
            self.probability_alive(frequency, recency, age) * while_alive
        }
    }

    fn discounted_while_alive(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        if rate == 0.0 {
            return self.rhythm(frequency).expected_purchases(0, age, f64::INFINITY);
        }
        let DropoutParameters { alpha, a, b, .. } = self.parameters;
        let kappa = rate * (alpha + age);
        if kappa.is_nan() || kappa < 0.0 {
            return f64::NAN;
        }
        let weights = self.phase_weights(frequency, recency, age);
        let next = Next::new(self.phases, self.shape(frequency), kappa, &weights);
        next.and_all_after(a, b + self.first.chances(frequency))
    }
}

/// The next purchase: c_j (n+j)_(k-j) with the power of g+kappa it is divided by, k-j, of each phase.
struct Next {
    phases: f64,
    shape: f64,
    kappa: f64,
    /// Logarithms of the former.
    terms: Vec<(f64, f64)>,
}

impl Next {
    fn new(phases: u32, shape: f64, kappa: f64, weights: &PhaseWeights) -> Self {
        let terms = weights.shares(phases).map(|(phase, weight)| {
            let rising = (phase..phases).map(|i| (shape + f64::from(i)).ln()).sum::<f64>();
            (weight.ln() + rising, f64::from(phases - phase))
        });
        Self { phases: f64::from(phases), shape, kappa, terms: terms.collect() }
    }

    /// Its mean over g ~ Gamma(n+k) times the purchases it begins, over p ~ Beta(`a`, `kept`).
    fn and_all_after(&self, a: f64, kept: f64) -> f64 {
        let shape = self.shape + self.phases;
        let log_range = (shape / self.kappa).ln_1p();
        let negligible = -42.0 - log_range;
        refined(|step| {
            let rates = gamma_nodes(shape, step, negligible - self.phases * log_range);
            let dropouts = beta_nodes(a, kept, step, negligible);
            let of_rate = |&(g, log_weight): &(f64, f64)| {
                let log_gap = -self.phases * (self.kappa / g).ln_1p();
                let (gap, lost) = (log_gap.exp(), -log_gap.exp_m1());
                let purchases = dropouts.iter().map(|(p, weight)| weight / (lost + gap * p)).sum::<f64>();
                self.discounted(g, log_weight) * purchases
            };
            rates.iter().map(of_rate).sum()
        })
    }

    /// e^`log_weight` times the next purchase, in logarithms as a power of a small g may overflow by itself.
    fn discounted(&self, g: f64, log_weight: f64) -> f64 {
        let log = (g + self.kappa).ln();
        self.terms.iter().map(|(term, power)| (log_weight + term - power * log).exp()).sum()
    }
}
