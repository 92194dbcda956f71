//! When a customer of Pareto/NBD buys next.
//!
//! Our own derivation: of a customer alive at T, whose rates are Gamma(r+x, alpha+T) and Gamma(s, beta+T) by the likelihood's term of the
//! living (Fader and Hardie 2005), the next purchase comes, before any dropout, at a time y from T with the density
//!
//! ```text
//! g(y) = n/(alpha+T+y) ((alpha+T)/(alpha+T+y))^n ((beta+T)/(beta+T+y))^s,   n = r+x
//! ```
//!
//! by the integral of [`super::race`] stopped at a horizon. Up to h it is the chance that a purchase comes first from T on, less the chance
//! that neither comes until T+h and a purchase comes first from there on. For short horizons the two are nearly equal; then the integral
//! itself is taken, over x = ln(h/y), in which the integrand decays exponentially.

use super::ParetoNbd;
use crate::parameters::ParetoParameters;
use crate::wait::{Wait, quantile};

/// Below this share of the chance ever to buy the difference of two chances would lose digits.
const SMALL_SHARE: f64 = 1e-2;
/// Relative change under halving the step from which the next change is rounding: halving squares the error.
const SETTLED: f64 = 1e-9;
const HALVINGS: u32 = 7;
/// The first point: 1e-30 of the horizon from its end.
const FIRST_POINT: f64 = -4.2;
const NEGLIGIBLE: f64 = 1e-18;

/// The next purchase of a customer alive at `age`, if it comes before the dropout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NextPurchase {
    model: ParetoNbd,
    n: f64,
    age: f64,
    /// alpha+T and beta+T.
    scales: (f64, f64),
    /// The chance that it ever comes.
    ever: f64,
}

impl ParetoNbd {
    /// What of the next purchase does not depend on the horizon.
    pub(crate) fn next_purchase(&self, frequency: u32, age: f64) -> NextPurchase {
        let ParetoParameters { alpha, beta, .. } = self.parameters;
        let n = self.shape(frequency);
        NextPurchase { model: *self, n, age, scales: (alpha + age, beta + age), ever: self.race(n, age).purchase }
    }
}

impl NextPurchase {
    /// The chance that it comes within `horizon`.
    pub fn within(&self, horizon: f64) -> f64 {
        if horizon <= 0.0 {
            return 0.0;
        }
        if horizon.is_infinite() {
            return self.ever;
        }
        let within = self.ever - self.later(horizon);
        if within > SMALL_SHARE * self.ever { within } else { self.by_quadrature(horizon) }
    }

    /// The chance that it comes, but after `horizon`.
    fn later(&self, horizon: f64) -> f64 {
        self.log_silence(horizon).exp() * self.model.race(self.n, self.age + horizon).purchase
    }

    /// The logarithm of the chance that neither a purchase nor the dropout comes within `time`.
    fn log_silence(&self, time: f64) -> f64 {
        let (alpha, beta) = self.scales;
        -self.n * (time / alpha).ln_1p() - self.model.parameters.s * (time / beta).ln_1p()
    }

    /// y g(y), the density by the logarithm of the time.
    fn density_of_log(&self, time: f64) -> f64 {
        self.n * time / (self.scales.0 + time) * self.log_silence(time).exp()
    }

    /// The integral of y g(y) over x = ln(h/y) from 0, with x = exp(t - e^(-t)) (Takahasi and Mori 1974).
    fn by_quadrature(&self, horizon: f64) -> f64 {
        let sum_from = |first: f64, step: f64| {
            let mut sum = 0.0;
            let mut t = first;
            loop {
                let falling = (-t).exp();
                let x = (t - falling).exp();
                let term = self.density_of_log(horizon * (-x).exp()) * x * (1.0 + falling);
                sum += term;
                if term <= NEGLIGIBLE * sum {
                    return sum;
                }
                t += step;
            }
        };
        let mut step = 0.25;
        let mut sum = sum_from(FIRST_POINT, step);
        for _ in 0..HALVINGS {
            let before = sum * step;
            sum += sum_from(FIRST_POINT + 0.5 * step, step);
            step *= 0.5;
            if (sum * step - before).abs() <= SETTLED * before {
                break;
            }
        }
        sum * step
    }

    /// The horizon within which it comes with `probability`, above 0; `None` where that is never reached.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        let later = self.ever - probability;
        if later.is_nan() || later <= 0.0 {
            return None;
        }
        let wanted = (probability / later).ln();
        // Where the density at 0 alone would give the probability.
        let start = (probability / self.n * self.scales.0).ln();
        quantile(wanted, start, |time| Wait {
            within: self.within(time),
            later: self.later(time),
            density_of_log: self.density_of_log(time),
        })
    }
}
