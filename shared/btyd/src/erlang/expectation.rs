//! Expected purchases of a customer alive in a phase: an exact sum of positive terms, and a quadrature where the sum is long. Our own
//! derivation from the assumptions of Reutterer, Platzer, Schröder 2021, who approximate it.
//!
//! In the next t a customer in phase j, whose rate is Gamma(n+j, alpha+T), passes through M more phases, M negative binomial with
//!
//! ```text
//! P(M = m) = (n+j)_m/m! w^m (1-w)^(n+j),   w = t/(alpha+T+t)
//! ```
//!
//! which bring floor((j+M)/k) occasions to buy. As the customer may drop out at each of them with a probability that is Beta(a, B),
//! B = b+x+m, e occasions are worth
//!
//! ```text
//! Q(e) = sum_(i<e) (B)_i/(a+B)_i
//! ```
//!
//! purchases, and the expectation is the mean of Q over M. The sum starts at the likeliest M and is divided by the sum of the
//! probabilities, so that no power is formed that may underflow.

use super::MAX_PHASES;
use super::quadrature;

/// Terms of the sum before the quadrature is the better way.
const MAX_TERMS: f64 = 4_000.0;
/// A term that adds less than this, with all that may follow it, is the last.
const NEGLIGIBLE: f64 = 1e-18;

/// Customers of one frequency, alive: expected purchases from any phase, for any age and horizon.
#[derive(Debug, Clone)]
pub(crate) struct Rhythm {
    phases: u32,
    /// n = r + kx.
    shape: f64,
    alpha: f64,
    a: f64,
    /// B = b + x + m.
    kept: f64,
    /// Q(0), Q(1), ..., as far as any call needed them, and the next chance (B)_i/(a+B)_i.
    worth: Vec<f64>,
    next_chance: f64,
}

impl Rhythm {
    pub fn new(phases: u32, shape: f64, alpha: f64, a: f64, kept: f64) -> Self {
        Self { phases: phases.clamp(1, MAX_PHASES), shape, alpha, a, kept, worth: vec![0.0], next_chance: 1.0 }
    }

    /// E[Y(horizon)] from `phase` on at `age`, both times in time units; 0 for a horizon that is not positive. The mean of Q over M at the head
    /// of this module, our own.
    pub fn expected_purchases(&mut self, phase: u32, age: f64, horizon: f64) -> f64 {
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
        let n = self.shape + f64::from(phase);
        let spread = (n * odds * (1.0 + odds)).sqrt();
        if 20.0 * spread + 45.0 * (1.0 + odds) > MAX_TERMS {
            return quadrature::expected_purchases(self.phases, phase, n, self.a, self.kept, odds);
        }
        self.sum(phase, n, odds)
    }

    /// The limit for an endless horizon, the mean of 1/p: finite only where a > 1.
    fn expected_for_ever(&self) -> f64 {
        if self.a > 1.0 { (self.a + self.kept - 1.0) / (self.a - 1.0) } else { f64::INFINITY }
    }

    fn sum(&mut self, phase: u32, n: f64, odds: f64) -> f64 {
        let w = odds / (1.0 + odds);
        let mode = ((n - 1.0) * odds).floor().max(0.0);
        let occasions = |m: f64| ((f64::from(phase) + m) / f64::from(self.phases)).floor() as usize;
        let (at_mode, beyond) = (occasions(mode), self.phases);
        let mut total = 1.0;
        let mut weighted = self.worth(at_mode);

        // Upwards; the phase is counted along, as a division for each term would cost more than all else.
        let mut term = 1.0;
        let mut m = mode;
        let mut occasion = at_mode;
        let mut within = (f64::from(phase) + mode) as usize % beyond as usize;
        loop {
            term *= w * (n + m) / (m + 1.0);
            m += 1.0;
            within += 1;
            if within == beyond as usize {
                within = 0;
                occasion += 1;
            }
            let worth = self.worth(occasion);
            total += term;
            weighted += term * worth;
            // Worth grows no faster than the number of phases.
            let following = (1.0 + odds) * (1.0 + (1.0 + odds) / m);
            if term == 0.0 || (occasion > 0 && term * worth * following <= NEGLIGIBLE * weighted) {
                break;
            }
        }

        let mut term = 1.0;
        let mut m = mode;
        let mut occasion = at_mode;
        let mut within = (f64::from(phase) + mode) as usize % beyond as usize;
        while m > 0.0 && term > NEGLIGIBLE * 1e-3 * total {
            term *= m / (w * (n + m - 1.0));
            m -= 1.0;
            if within == 0 {
                within = beyond as usize;
                occasion = occasion.saturating_sub(1);
            }
            within -= 1;
            total += term;
            weighted += term * self.worth(occasion);
        }
        weighted / total
    }

    /// Q(occasions).
    fn worth(&mut self, occasions: usize) -> f64 {
        while self.worth.len() <= occasions {
            let i = self.worth.len() - 1;
            self.worth.push(self.worth[i] + self.next_chance);
            self.next_chance *= (self.kept + i as f64) / (self.a + self.kept + i as f64);
        }
        self.worth[occasions]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_and_the_quadrature_agree() {
        for phases in [1, 2, 3, 5, 12] {
            for (n, a, kept) in [(0.3, 0.8, 2.6), (4.5, 1.0, 1.2), (60.0, 0.02, 30.0), (0.01, 9.0, 1.01)] {
                for odds in [0.001, 0.3, 4.0, 40.0] {
                    let mut rhythm = Rhythm::new(phases, n, 1.0, a, kept);
                    for phase in [0, phases / 2, phases - 1] {
                        let from = n + f64::from(phase);
                        let sum = rhythm.sum(phase, from, odds);
                        let integral = quadrature::expected_purchases(phases, phase, from, a, kept, odds);
                        // Where a purchase is all but impossible the integral's terms cancel; it is not taken there.
                        let within = 1e-12 * sum + 1e-14;
                        assert!(
                            (sum - integral).abs() <= within,
                            "{phases} {phase} {n} {a} {odds}: {sum:e} {integral:e}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn purchases_grow_with_the_horizon_up_to_their_limit() {
        for a in [0.7, 2.5] {
            let mut rhythm = Rhythm::new(4, 6.3, 2.0, a, 3.0);
            let mut last = 0.0;
            for horizon in [0.0, 1e-9, 0.1, 3.0, 50.0, 400.0, 1e4, 1e7, 1e12, f64::INFINITY] {
                let expected = rhythm.expected_purchases(1, 10.0, horizon);
                assert!(expected >= last * (1.0 - 1e-14), "{horizon}: {expected} after {last}");
                last = expected;
            }
            assert!(if a > 1.0 { (last * (a - 1.0) - (a + 2.0)).abs() < 1e-13 } else { last.is_infinite() });
        }
    }
}
