//! The race of dropout and purchase as an integral over time, for ratios so far from 1 that the recurrence is slow.
//!
//! With alpha+y = (alpha+t) (1 + e^l), and f the chance that neither has happened,
//!
//! ```text
//! f(l) = (1 + e^l)^(-n) (1 + e^l/rho)^(-s),   p(l) = n e^l/(1+e^l),   d(l) = s e^l/(rho+e^l)
//! H = Int f d dl,   1-H = Int f p dl
//! ```
//!
//! and the derivatives are integrals of f with ln(1+e^l) d, ln(1+e^l/rho) p and d p. All integrands are positive and log-concave, so nothing
//! cancels and each may be cut where it has become negligible. With l = middle + sinh(v) they decay double-exponentially, where the
//! trapezoidal rule converges exponentially (Takahasi and Mori 1974).

use super::race::Race;

/// Relative change under halving the step from which the next change is rounding: halving squares the error.
const SETTLED: f64 = 1e-9;
const HALVINGS: u32 = 8;
/// A point that adds less than this to each sum is the last.
const NEGLIGIBLE: f64 = 1e-18;

/// Sums of f d, f p, f d ln(1+e^l), f p ln(1+e^l/rho), f d p.
type Sums = [f64; 5];

pub(super) fn race(n: f64, s: f64, rho: f64) -> Race {
    let integral = Integral::new(n, s, rho);
    let mut step = 0.25;
    let mut sums = [0.0; 5];
    integral.add_all(&mut sums, 0.0, step);
    for _ in 0..HALVINGS {
        let before = scaled(&sums);
        integral.add_all(&mut sums, 0.5 * step, step);
        step *= 0.5;
        let now = scaled(&sums);
        if now.iter().zip(before).all(|(now, before)| (now - before).abs() <= SETTLED * now) {
            break;
        }
    }
    let [dropout, purchase, falling_by_n, by_s, falling_by_rho] = scaled(&sums);
    Race { dropout, purchase, by_n: -falling_by_n, by_s, falling_by_rho }
}

/// The integrals: the first two add up to 1, which the step and part of the error cancel by.
fn scaled(sums: &Sums) -> Sums {
    let total = sums[0] + sums[1];
    sums.map(|sum| sum / total)
}

struct Integral {
    n: f64,
    s: f64,
    log_rho: f64,
    middle: f64,
}

impl Integral {
    fn new(n: f64, s: f64, rho: f64) -> Self {
        let mut integral = Self { n, s, log_rho: rho.ln(), middle: -(n + s / rho).ln() };
        // -ln f is convex and at most 1 here, so Newton's method towards 1 comes down from above after its first step.
        for _ in 0..30 {
            let l = integral.middle;
            let (until_purchase, share_of_purchase) = softplus_and_slope(l);
            let (until_dropout, share_of_dropout) = softplus_and_slope(l - integral.log_rho);
            let fallen = n * until_purchase + s * until_dropout;
            let change = (1.0 - fallen) / (n * share_of_purchase + s * share_of_dropout);
            integral.middle += change;
            if change.abs() < 0.1 {
                break;
            }
        }
        integral
    }

    /// Adds the points `offset`, `offset` ± `step`, ... outwards until they are negligible.
    fn add_all(&self, sums: &mut Sums, offset: f64, step: f64) {
        for (start, direction) in [(offset, step), (offset - step, -step)] {
            let mut v = start;
            while self.add(sums, v) {
                v += direction;
            }
        }
    }

    /// Adds the point `v`; false when it was negligible.
    fn add(&self, sums: &mut Sums, v: f64) -> bool {
        let (rising, falling) = (v.exp(), (-v).exp());
        let l = self.middle + 0.5 * (rising - falling);
        let (until_purchase, share_of_purchase) = softplus_and_slope(l);
        let (until_dropout, share_of_dropout) = softplus_and_slope(l - self.log_rho);
        let weight = 0.5 * (rising + falling) * (-self.n * until_purchase - self.s * until_dropout).exp();
        let purchase = self.n * share_of_purchase;
        let dropout = self.s * share_of_dropout;
        let integrands = [dropout, purchase, dropout * until_purchase, purchase * until_dropout, dropout * purchase];
        let mut counted = false;
        for (sum, integrand) in sums.iter_mut().zip(integrands) {
            let term = weight * integrand;
            *sum += term;
            counted |= term > NEGLIGIBLE * *sum;
        }
        counted
    }
}

/// ln(1 + e^l) and its derivative, e^l/(1 + e^l).
fn softplus_and_slope(l: f64) -> (f64, f64) {
    if l > 40.0 {
        return (l, 1.0);
    }
    let power = l.exp();
    (power.ln_1p(), power / (1.0 + power))
}
