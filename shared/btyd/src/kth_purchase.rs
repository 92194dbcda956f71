//! When the k-th of the purchases to come would come, of a customer alive.
//!
//! At a rate lambda ~ Gamma(n, A), with the dropout time of a Pareto distribution (s, B) (s = 0 for none), the k-th purchase comes within h
//! and before the dropout with probability
//!
//! ```text
//! Int_0^h Gamma(n+k)/(Gamma(n) Gamma(k)) (y/A)^k (1 + y/A)^(-n-k) (1 + y/B)^(-s) dy/y
//! ```
//!
//! Our own derivation from the assumptions of Schmittlein, Morrison, Colombo 1987: at a rate lambda the k-th purchase comes at an Erlang-k
//! time, of which the mean over the rate is taken, and a dropout at a rate mu ~ Gamma(s, B) has not come by y with probability (B/(B+y))^s.
//! In l = ln y the integrand is positive and log-concave, so that it may be cut where it has become negligible; between the cuts
//! l = middle + half tanh(pi/2 sinh(t)), where the trapezoidal rule converges exponentially (Takahasi and Mori 1974).
//!
//! Without a dropout the number of purchases within h is negative binomial (the NBD of Ehrenberg 1959, "The Pattern of Consumer
//! Purchases", Applied Statistics 8), with
//!
//! ```text
//! P(N = 0) = (1 + h/A)^-n,   P(N = j+1) = P(N = j) (n+j)/(j+1) h/(A+h)
//! ```
//!
//! and where fewer than a few purchases are not all but certain, what these terms leave of 1 is the answer, a hundred times sooner.

use crate::special::{ln_gamma_ratio, softplus};
use std::f64::consts::FRAC_PI_2;

/// How far the logarithm of the integrand may fall below its highest before it is negligible.
const NEGLIGIBLE: f64 = 42.0;
/// Beyond this tanh is 1 to double precision.
const LAST_POINT: f64 = 3.2;
/// Relative change under halving the step after which the sum has converged: the error after it is about the square of the one before.
const SETTLED: f64 = 1e-7;
const HALVINGS: u32 = 6;
/// So many terms of the negative binomial distribution at most.
const FEW: f64 = 64.0;
/// Below this what the terms leave of 1 has lost digits to rounding.
const LEFT: f64 = 1e-3;

/// Purchases of a customer alive, until the dropout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purchases {
    /// n = r + x.
    pub n: f64,
    /// A = alpha+T.
    pub scale: f64,
    /// s of the dropout, 0 where none ends the purchases.
    pub s: f64,
    /// B = beta+T.
    pub dropout_scale: f64,
}

impl Purchases {
    /// The probability that the `k`-th, from 1, comes within `horizon`, above 0: the integral at the head of this module, our own.
    pub fn come_within(&self, k: f64, horizon: f64) -> f64 {
        if self.s == 0.0 && k <= FEW {
            let left = 1.0 - self.fewer_within(k, horizon);
            if left >= LEFT {
                return left;
            }
        }
        let end = horizon.ln();
        let top = self.likeliest(k).ln().min(end);
        let highest = self.log_density(k, top);
        // The curvature at the top is at most k: half a width of the peak, doubled until all but nothing is inside.
        let reach = |direction: f64| {
            let mut distance = 1.0 / k.sqrt();
            while highest - self.log_density(k, top + direction * distance) < NEGLIGIBLE {
                distance *= 2.0;
            }
            top + direction * distance
        };
        let from = reach(-1.0);
        let to = if top < end { reach(1.0).min(end) } else { end };
        let integral = integral(from, to, |log| (self.log_density(k, log) - highest).exp());
        ((self.log_constant(k) + highest).exp() * integral).min(1.0)
    }

    /// The probability of fewer than `k` purchases within `horizon`, without a dropout.
    fn fewer_within(&self, k: f64, horizon: f64) -> f64 {
        let share = horizon / (self.scale + horizon);
        let mut term = (-self.n * (horizon / self.scale).ln_1p()).exp();
        let mut sum = term;
        let mut purchases = 1.0;
        while purchases < k {
            term *= (self.n + purchases - 1.0) / purchases * share;
            sum += term;
            purchases += 1.0;
        }
        sum
    }

    /// The density of the time of the `k`-th at e^`log`, by the logarithm of the time: its integrand.
    pub fn density_of_log(&self, k: f64, log: f64) -> f64 {
        (self.log_constant(k) + self.log_density(k, log)).exp()
    }

    /// ln [Gamma(n+k)/(Gamma(n) Gamma(k))].
    fn log_constant(&self, k: f64) -> f64 {
        ln_gamma_ratio(self.n, k) - ln_gamma_ratio(1.0, k) + k.ln()
    }

    /// The logarithm of the integrand by ln y, but for the gamma functions.
    fn log_density(&self, k: f64, log: f64) -> f64 {
        let relative = log - self.scale.ln();
        let until_dropout = if self.s > 0.0 { self.s * softplus(log - self.dropout_scale.ln()) } else { 0.0 };
        // k (relative - ln(1 + e^relative)) without the difference of large numbers.
        -k * softplus(-relative) - self.n * softplus(relative) - until_dropout
    }

    /// Where the integrand is highest: (n+s) y^2 + (n B + s A - k A) y - k A B = 0.
    fn likeliest(&self, k: f64) -> f64 {
        let Self { n, scale, s, dropout_scale } = *self;
        let linear = n * dropout_scale + s * scale - k * scale;
        let product = k * scale * dropout_scale;
        let root = (linear * linear + 4.0 * (n + s) * product).sqrt();
        if linear > 0.0 { 2.0 * product / (linear + root) } else { (root - linear) / (2.0 * (n + s)) }
    }
}

/// The integral between two ends.
fn integral(from: f64, to: f64, integrand: impl Fn(f64) -> f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    let point = |t: f64| {
        let inner = FRAC_PI_2 * t.sinh();
        let weight = t.cosh() / inner.cosh().powi(2);
        weight * integrand(middle + half * inner.tanh())
    };
    let sum = |first: f64, step: f64| {
        let points = ((LAST_POINT - first) / step) as u32;
        (0..=points).map(|i| first + f64::from(i) * step).map(|t| point(t) + point(-t)).sum::<f64>()
    };
    let mut step = 0.25;
    let mut total = point(0.0) + sum(step, step);
    for _ in 0..HALVINGS {
        let before = total * step;
        total += sum(0.5 * step, step);
        step *= 0.5;
        if (total * step - before).abs() <= SETTLED * before {
            break;
        }
    }
    half * FRAC_PI_2 * total * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_dropout_the_wait_for_the_first_purchase_is_known() {
        for (n, horizon) in [(1e-3, 5.0), (0.7, 1e-6), (2.0, 40.0), (3_000.0, 0.01), (3.0, 1e8)] {
            let purchases = Purchases { n, scale: 7.0, s: 0.0, dropout_scale: 1.0 };
            let expected = -(-n * (horizon / 7.0_f64).ln_1p()).exp_m1();
            let found = purchases.come_within(1.0, horizon);
            assert!((found / expected - 1.0).abs() < 1e-12, "{n} {horizon}: {found} is not {expected}");
        }
    }

    #[test]
    fn two_purchases_at_a_known_rate_come_as_an_erlang_time() {
        // n and A so large that the rate is 2 for certain: 1 - e^(-2h) (1 + 2h).
        let purchases = Purchases { n: 2e10, scale: 1e10, s: 0.0, dropout_scale: 1.0 };
        let expected = 1.0 - (-1.0_f64).exp() * 2.0;
        assert!((purchases.come_within(2.0, 0.5) - expected).abs() < 1e-7);
    }
}
