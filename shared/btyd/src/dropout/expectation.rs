//! Expected purchases of a customer alive now: a series without singularities, and a quadrature where the series is slow.
//!
//! Given x purchases until T a living customer's rate is Gamma(n, alpha+T), n = r+x, and dropout probability Beta(a, B), B = b+x+m.
//! The textbook form (Fader, Hardie, Lee 2005, equation 10; for MBG/NBD Batislam, Denizel, Filiztekin 2007) is, with
//! w = t/(alpha+T+t) and C = a+B-1,
//!
//! ```text
//! E = C/(a-1) [1 - (1-w)^n 2F1(n, B; C; w)]
//! ```
//!
//! It overflows for large x and has removable singularities at a = 1 and C = 0. Euler's transformation (Abramowitz and Stegun 15.3.3) gives
//! (1-w)^n 2F1(n, B; C; w) = (1-w)^(a-1) 2F1(h, a-1; C; w) with h = C-n, free of x; taking the series' first term out leaves
//!
//! ```text
//! E = C phi - h (1-w)^(a-1) Q,   phi = [1 - (1-w)^(a-1)]/(a-1),   Q = w sum_j (h+1)_j (a)_j / ((a+B)_j (2)_j) w^j
//! ```
//!
//! where nothing is singular and the terms depend on x only, so that a batch computes them once for each x.

use super::quadrature;

/// Series terms before the quadrature is the better way.
const MAX_TERMS: usize = 2_000;
/// How many times the rounding of a double may grow on the way to the result: twelve digits are left.
const MAX_ROUNDING_GROWTH: f64 = 1e4;
/// Below this a power has lost digits to underflow.
const SMALLEST_POWER: f64 = 1e-280;

/// Customers of one frequency, alive: expected purchases for any age and horizon.
#[derive(Debug, Clone)]
pub(crate) struct Survival {
    /// n = r + x.
    shape: f64,
    alpha: f64,
    a: f64,
    /// B = b + x + m.
    kept: f64,
    /// h = a + b + m - 1 - r.
    excess: f64,
    /// (h+1)_j (a)_j / ((a+B)_j (2)_j), as far as any call needed them.
    terms: Vec<f64>,
}

impl Survival {
    pub fn new(shape: f64, alpha: f64, a: f64, kept: f64, excess: f64) -> Self {
        Self { shape, alpha, a, kept, excess, terms: vec![1.0] }
    }

    /// E[Y(horizon)] at `age`, both in time units; 0 for a horizon that is not positive. Fader, Hardie, Lee 2005, equation 10, without P(alive),
    /// in the form at the head of this module, which is our own.
    pub fn expected_purchases(&mut self, age: f64, horizon: f64) -> f64 {
        let odds = horizon / (self.alpha + age);
        if odds.is_nan() {
            return odds;
        }
        if odds <= 0.0 {
            return 0.0;
        }
        if odds.is_infinite() {
            return self.expected_for_ever();
        }
        self.by_series(odds).unwrap_or_else(|| quadrature::expected_purchases(self.shape, self.a, self.kept, odds))
    }

    /// The limit for an endless horizon: finite only where a > 1.
    fn expected_for_ever(&self) -> f64 {
        if self.a > 1.0 { (self.excess + self.shape) / (self.a - 1.0) } else { f64::INFINITY }
    }

    /// The series above, with `odds` = t/(alpha+T); `None` where it is slow or would lose digits.
    fn by_series(&mut self, odds: f64) -> Option<f64> {
        let w = odds / (1.0 + odds);
        let log_rest = -odds.ln_1p();
        let log_power = (self.a - 1.0) * log_rest;
        let power_less_one = log_power.exp_m1();
        let power = log_power.exp();
        if power < SMALLEST_POWER {
            return None;
        }
        let phi = if (self.a - 1.0).abs() < f64::EPSILON { -log_rest } else { -power_less_one / (self.a - 1.0) };
        let (sum, sum_of_sizes) = self.sum(w, odds)?;
        let lower = self.excess + self.shape;
        let expected = lower * phi - self.excess * power * w * sum;
        let parts = lower.abs() * phi + self.excess.abs() * power * w * sum_of_sizes;
        // The parts cancel, and an exponential's rounding grows with its argument.
        let growth = parts * (1.0 + log_power.abs());
        (growth <= MAX_ROUNDING_GROWTH * expected).then_some(expected)
    }

    /// The sum of Q's terms and of their absolute values.
    fn sum(&mut self, w: f64, odds: f64) -> Option<(f64, f64)> {
        let mut sum = 0.0;
        let mut sum_of_sizes = 0.0;
        let mut power = 1.0;
        for j in 0..MAX_TERMS {
            let term = self.term(j) * power;
            sum += term;
            sum_of_sizes += term.abs();
            // The terms' ratio tends to w, so what follows is about term * w / (1 - w) = term * odds.
            let settled = self.excess + j as f64 >= 0.0;
            if settled && term.abs() * (1.0 + odds) <= 1e-17 * sum_of_sizes {
                return sum.is_finite().then_some((sum, sum_of_sizes));
            }
            power *= w;
        }
        None
    }

    fn term(&mut self, j: usize) -> f64 {
        while self.terms.len() <= j {
            let last = self.terms.len() - 1;
            let i = last as f64;
            let ratio = (self.excess + 1.0 + i) * (self.a + i) / ((self.a + self.kept + i) * (2.0 + i));
            self.terms.push(self.terms[last] * ratio);
        }
        self.terms[j]
    }
}
