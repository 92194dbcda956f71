//! Expected purchases as an integral over the dropout probability, for horizons where the series is slow.
//!
//! With n, a, B as in [`super::expectation`] and z = t/(alpha+T), integrating the rate out of E[(1 - e^(-lambda p t))/p] leaves
//!
//! ```text
//! E = mean of g(p) over p ~ Beta(a, B),   g(p) = [1 - (1 + p z)^(-n)]/p
//! ```
//!
//! a mean of a positive function: nothing cancels and nothing is singular. With u = ln(p/(1-p)) = mode + width sinh(s) numerator and
//! normaliser decay double-exponentially in s, where the trapezoidal rule converges exponentially (Takahasi and Mori 1974).

use crate::special::softplus;

/// Relative change under halving the step at which the sum has long converged.
const SETTLED: f64 = 1e-12;
const HALVINGS: u32 = 8;

pub(super) fn expected_purchases(shape: f64, a: f64, kept: f64, odds: f64) -> f64 {
    // g varies by a factor of at most about n z over its range.
    beta_mean(a, kept, (shape * odds).ln_1p(), |u| value(shape, odds, u))
}

/// The mean of a positive function of u = ln(p/(1-p)) over p ~ Beta(`a`, `kept`); it may vary by a factor of e^`log_range`.
pub(crate) fn beta_mean(a: f64, kept: f64, log_range: f64, value: impl Fn(f64) -> f64) -> f64 {
    let integral = Integral::new(a, kept, log_range, value);
    let mut step = 0.25;
    let mut sums = integral.sums(0.0, step);
    let mut mean = sums.mean();
    for _ in 0..HALVINGS {
        let between = integral.sums(0.5 * step, step);
        sums = Sums { weighted: sums.weighted + between.weighted, weight: sums.weight + between.weight };
        step *= 0.5;
        let finer = sums.mean();
        let change = (finer - mean).abs();
        mean = finer;
        if change <= SETTLED * mean {
            break;
        }
    }
    mean
}

struct Integral<F> {
    value: F,
    a: f64,
    kept: f64,
    mode: f64,
    width: f64,
    log_peak: f64,
    /// Log weight, relative to the peak, below which a point adds nothing to either sum.
    negligible: f64,
}

struct Sums {
    weighted: f64,
    weight: f64,
}

impl Sums {
    fn mean(&self) -> f64 {
        self.weighted / self.weight
    }
}

impl<F: Fn(f64) -> f64> Integral<F> {
    fn new(a: f64, kept: f64, log_range: f64, value: F) -> Self {
        let mode = (a / kept).ln();
        Self {
            value,
            a,
            kept,
            mode,
            width: (1.0 / a + 1.0 / kept).sqrt().min(1.0),
            log_peak: log_beta_weight(a, kept, mode),
            negligible: -42.0 - log_range,
        }
    }

    /// Sums over the points `offset`, `offset` ± `step`, ... outwards until they add nothing.
    fn sums(&self, offset: f64, step: f64) -> Sums {
        let mut sums = Sums { weighted: 0.0, weight: 0.0 };
        for (start, direction) in [(offset, step), (offset - step, -step)] {
            let mut s = start;
            while self.add(&mut sums, s) {
                s += direction;
            }
        }
        sums
    }

    /// Adds the point `s`; false when it and everything beyond it is negligible.
    fn add(&self, sums: &mut Sums, s: f64) -> bool {
        let u = self.mode + self.width * s.sinh();
        let log_weight = log_beta_weight(self.a, self.kept, u) - self.log_peak + s.cosh().ln();
        if log_weight.is_nan() || log_weight < self.negligible {
            return false;
        }
        let weight = log_weight.exp();
        sums.weight += weight;
        sums.weighted += weight * (self.value)(u);
        true
    }
}

/// g at p = 1/(1 + e^(-u)).
fn value(shape: f64, odds: f64, u: f64) -> f64 {
    let p = 1.0 / (1.0 + (-u).exp());
    if p * odds * (shape + 1.0) < 1e-17 {
        return shape * odds;
    }
    -(-shape * (p * odds).ln_1p()).exp_m1() / p
}

/// ln of p^a (1-p)^B: the beta density in u = ln(p/(1-p)), without its constant.
fn log_beta_weight(a: f64, kept: f64, u: f64) -> f64 {
    -a * softplus(-u) - kept * softplus(u)
}
