//! Expected purchases as an integral over the dropout probability, for so many phases ahead that their sum is long.
//!
//! With N = floor((j+M)/k) occasions to buy and z = 1-p, a customer who drops out with probability p at each makes
//!
//! ```text
//! g(p) = (1 - E z^N)/p
//! ```
//!
//! purchases. u^(-(l mod k)) with u = z^(1/k) is a sum over the k-th roots of unity ζ^h, so that with the generating function of the negative
//! binomial distribution, odds = t/(alpha+T) and n short for n+j,
//!
//! ```text
//! E z^N = sum_h d_h (u ζ^h)^j (1 + odds (1 - u ζ^h))^(-n),   d_h = (1 - 1/z) / (k (1 - ζ^(-h)/u))
//! ```
//!
//! The term of h = 0 is 1 but for a multiple of p, which is formed directly; the others are multiples of p. Near p = 1 the terms cancel,
//! but there g is a short series in z. The mean of g over p is taken as in [`crate::dropout::quadrature`].

use super::MAX_PHASES;
use crate::dropout::quadrature::beta_mean;
use crate::special::softplus;
use std::f64::consts::TAU;

/// Below this z the series is taken: its first term left out is this to the power of the number of its terms.
const SMALL: f64 = 0.01;
const SERIES_TERMS: usize = 9;
/// A smaller p changes no digit of g, but underflows.
const SMALLEST_P: f64 = 1e-200;

pub(super) fn expected_purchases(phases: u32, phase: u32, n: f64, a: f64, kept: f64, odds: f64) -> f64 {
    let ahead = Ahead::new(phases, phase, n, odds);
    beta_mean(a, kept, (n * odds).ln_1p(), |u| ahead.purchases(u))
}

/// What is ahead of a customer: n, odds and j of the formula, and P(N >= 1), P(N >= 2), ...
struct Ahead {
    phases: f64,
    phase: f64,
    n: f64,
    odds: f64,
    at_least: [f64; SERIES_TERMS],
    /// cos and sin of the angles of ζ, ζ², ..., up to half a turn: the others are their conjugates.
    roots: Vec<(f64, f64)>,
}

impl Ahead {
    fn new(phases: u32, phase: u32, n: f64, odds: f64) -> Self {
        let phases = phases.clamp(1, MAX_PHASES);
        let k = f64::from(phases);
        let mut at_least = [0.0; SERIES_TERMS];
        let mut slots = at_least.iter_mut();
        let w = odds / (1.0 + odds);
        let log_none = -n * odds.ln_1p();
        let (mut probability, mut left) = (log_none.exp(), -log_none.exp_m1());
        for m in 0..phases * (SERIES_TERMS as u32 + 1) {
            if (phase + m + 1).is_multiple_of(phases)
                && let Some(slot) = slots.next()
            {
                *slot = left.max(0.0);
            }
            probability *= w * (n + f64::from(m)) / f64::from(m + 1);
            left -= probability;
        }
        let root = |h: u32| (TAU * f64::from(h) / k).sin_cos();
        let roots = (1..=phases / 2).map(|h| (root(h).1, root(h).0)).collect();
        Self { phases: k, phase: f64::from(phase), n, odds, at_least, roots }
    }

    /// g at p = 1/(1 + e^(-u)).
    fn purchases(&self, u: f64) -> f64 {
        let log_z = -softplus(u);
        let z = log_z.exp();
        if z < SMALL {
            return self.at_least.iter().rev().fold(0.0, |sum, it| sum * z + it);
        }
        let p = (-softplus(-u)).exp().max(SMALLEST_P);
        let log_root = if p > SMALLEST_P { log_z } else { -p } / self.phases;
        self.main_root(p, log_root) + self.other_roots(z, log_root.exp())
    }

    /// (1 - its term)/p for h = 0.
    fn main_root(&self, p: f64, log_root: f64) -> f64 {
        let steps = (1..self.phases as u32).map(|step| (-f64::from(step) * log_root).exp_m1());
        let log_weight = (steps.sum::<f64>() / self.phases).ln_1p();
        let until_next = (-self.odds * log_root.exp_m1()).ln_1p();
        -(log_weight + self.phase * log_root - self.n * until_next).exp_m1() / p
    }

    /// The other terms, divided by -p.
    fn other_roots(&self, z: f64, root: f64) -> f64 {
        let mut sum = 0.0;
        for &(cos, sin) in &self.roots {
            let (re, im) = (1.0 + self.odds * (1.0 - root * cos), -self.odds * root * sin);
            let size = (-0.5 * self.n * (re * re + im * im).ln()).exp();
            let angle = self.phase * sin.atan2(cos) - self.n * im.atan2(re);
            let (turned_sin, turned_cos) = angle.sin_cos();
            // 1/(u - ζ^(-h)), whose conjugate's real part the product with e^(i angle) needs.
            let (below_re, below_im) = (root - cos, sin);
            let below = below_re * below_re + below_im * below_im;
            let real = size * (turned_cos * below_re + turned_sin * below_im) / below;
            // Half a turn is its own conjugate.
            let conjugates = if sin.abs() < 1e-9 { 1.0 } else { 2.0 };
            sum += conjugates * real;
        }
        sum * root.powf(self.phase + 1.0) / (self.phases * z)
    }
}
