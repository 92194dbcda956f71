//! Which comes first after a moment: the dropout or the next purchase.
//!
//! A customer buys at rate lambda ~ Gamma(n, alpha+t) and drops out at rate mu ~ Gamma(s, beta+t), n = r+x. The chance that the dropout
//! comes first is
//!
//! ```text
//! H_n = E[mu / (lambda+mu)] = s Int_t^inf ((alpha+t)/(alpha+y))^n ((beta+t)/(beta+y))^s dy/(beta+y)
//!     = s/(n+s) 2F1(1, n; n+s+1; 1-rho),   rho = (beta+t)/(alpha+t)
//! ```
//!
//! so that everything depends on n, s and rho. Integration by parts gives first-order recurrences in n, in which for rho <= 1 every term
//! has the same sign, so that nothing cancels and going down forgets the start:
//!
//! ```text
//! (n+s) H_n = s + n (1-rho) H_(n+1)        (n+s) (1-H_n) = n [rho + (1-rho) (1-H_(n+1))]
//! ```
//!
//! The derivatives by n, s and rho obey the same recurrences with other first terms. Exchanging the roles of purchases and dropout, (n, rho)
//! with (s, 1/rho), exchanges H and 1-H: that covers rho > 1.

use super::quadrature;

/// Steps down a recurrence before the quadrature is the cheaper way.
const MAX_STEPS: f64 = 3_000.0;
/// -ln of the share of the start's error that may be left.
const FORGOTTEN: f64 = 45.0;

/// The chances of both, and the derivatives of the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Race {
    /// H, P(the dropout comes first).
    pub dropout: f64,
    /// 1 - H, P(a purchase comes first), with all its digits where H is near 1.
    pub purchase: f64,
    /// dH/dn; never positive.
    pub by_n: f64,
    /// dH/ds; never negative.
    pub by_s: f64,
    /// -rho dH/drho = n (H_n - H_(n+1)); never negative.
    pub falling_by_rho: f64,
}

impl Race {
    /// The race for any positive n, s and rho, alone.
    pub fn of(n: f64, s: f64, rho: f64) -> Self {
        if rho <= 1.0 {
            Self::of_ratio_below_one(n, s, rho)
        } else {
            Self::of_ratio_below_one(s, n, 1.0 / rho).mirrored()
        }
    }

    fn of_ratio_below_one(n: f64, s: f64, rho: f64) -> Self {
        let Some(steps) = steps(n, s, rho) else {
            return quadrature::race(n, s, rho);
        };
        let mut race = Self::guess(n + f64::from(steps), s, rho);
        for step in (0..steps).rev() {
            race = race.lowered(n + f64::from(step), s, rho);
        }
        race
    }

    /// The race with both rates at their means: a start for a recurrence that will forget it.
    fn guess(n: f64, s: f64, rho: f64) -> Self {
        let purchases = n * rho;
        let total = s + purchases;
        let of_square = 1.0 / (total * total);
        Self {
            dropout: s / total,
            purchase: purchases / total,
            by_n: -s * rho * of_square,
            by_s: purchases * of_square,
            falling_by_rho: s * purchases * of_square,
        }
    }

    /// From n + 1 to `n`.
    pub fn lowered(self, n: f64, s: f64, rho: f64) -> Self {
        let per = 1.0 / (n + s);
        let carried = n * (1.0 - rho) * per;
        let purchase = n * rho * per + carried * self.purchase;
        Self {
            dropout: s * per + carried * self.dropout,
            purchase,
            by_n: carried * self.by_n - s * per * purchase / n,
            by_s: carried * self.by_s + per * purchase,
            falling_by_rho: carried * self.falling_by_rho + n * rho * per * self.dropout,
        }
    }

    /// From `n` to n + 1: the inverse of [`Race::lowered`].
    pub fn raised(self, n: f64, s: f64, rho: f64) -> Self {
        let per = 1.0 / (n * (1.0 - rho));
        let total = n + s;
        let dropout = (total * self.dropout - s) * per;
        Self {
            dropout,
            purchase: (total * self.purchase - n * rho) * per,
            by_n: (total * self.by_n + s * self.purchase / n) * per,
            by_s: (total * self.by_s - self.purchase) * per,
            falling_by_rho: (total * self.falling_by_rho - n * rho * dropout) * per,
        }
    }

    /// The same race with the roles of purchases and dropout exchanged.
    fn mirrored(self) -> Self {
        Self {
            dropout: self.purchase,
            purchase: self.dropout,
            by_n: -self.by_s,
            by_s: -self.by_n,
            falling_by_rho: self.falling_by_rho,
        }
    }
}

/// About how many steps a race for `rho` takes by itself.
pub(super) fn cost(rho: f64) -> f64 {
    let by_ratio = -(-rho.min(1.0 / rho)).ln_1p();
    (FORGOTTEN / by_ratio).clamp(4.0, MAX_STEPS)
}

/// From how far above n the recurrence down has forgotten its start; `None` when that is too far.
///
/// k steps multiply an error by no more than (1-rho)^k (1 + k/(n+s))^(-s). The logarithm is concave in k, so Newton's method from 0 never
/// goes too far.
fn steps(n: f64, s: f64, rho: f64) -> Option<u32> {
    let by_ratio = -(-rho).ln_1p();
    let mut k = 0.0;
    loop {
        let forgotten = k * by_ratio + s * (k / (n + s)).ln_1p();
        if forgotten >= FORGOTTEN - 1.0 || by_ratio.is_infinite() {
            return Some(k.ceil() as u32 + 1);
        }
        k += (FORGOTTEN - forgotten) / (by_ratio + s / (n + s + k));
        if k > MAX_STEPS {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_same(got: f64, expected: f64, within: f64) {
        assert!((got - expected).abs() <= within * expected.abs(), "{got:e} is not {expected:e}");
    }

    #[track_caller]
    fn assert_same_race(got: &Race, expected: &Race, within: f64) {
        assert_same(got.dropout, expected.dropout, within);
        assert_same(got.purchase, expected.purchase, within);
        assert_same(got.by_n, expected.by_n, within);
        assert_same(got.by_s, expected.by_s, within);
        assert_same(got.falling_by_rho, expected.falling_by_rho, within);
    }

    #[test]
    fn two_exponential_rates_race_as_integrals_by_hand_say() {
        // n = s = 1: Int_0^inf dg rho/((rho+g)^2 (1+g)) in partial fractions.
        for rho in [1e-7_f64, 1e-3, 0.02, 0.3, 3.0, 50.0, 1e4] {
            let by_hand = (rho * rho.ln() + 1.0 - rho) / ((1.0 - rho) * (1.0 - rho));
            let race = Race::of(1.0, 1.0, rho);
            assert_same(race.dropout, by_hand, 1e-13);
            assert_same(race.purchase, 1.0 - by_hand, 1e-13 / (1.0 - by_hand));
        }
    }

    #[test]
    fn at_equal_scales_the_shapes_decide() {
        // The means of beta distributions: lambda/(lambda+mu) is Beta(n, s).
        for (n, s) in [(0.5, 0.6), (3_000.5, 1e-3), (1e-3, 1e3)] {
            let race = Race::of(n, s, 1.0);
            assert_same(race.dropout, s / (n + s), 1e-15);
            assert_same(race.by_n, -s / ((n + s) * (n + s)), 1e-15);
            assert_same(race.by_s, n / ((n + s) * (n + s)), 1e-15);
            assert_same(race.falling_by_rho, n * s / ((n + s) * (n + s + 1.0)), 1e-14);
        }
    }

    #[test]
    fn the_quadrature_and_the_recurrence_agree() {
        for rho in [0.015, 0.2, 0.9] {
            for (n, s) in [(0.3, 0.6), (40.0, 0.01), (0.001, 5.0), (2_000.0, 3.0)] {
                assert_same_race(&quadrature::race(n, s, rho), &Race::of(n, s, rho), 1e-12);
            }
        }
    }

    #[test]
    fn a_step_up_undoes_a_step_down() {
        let race = Race::of(31.4, 0.7, 6.0);
        assert_same_race(&race.raised(31.4, 0.7, 6.0).lowered(31.4, 0.7, 6.0), &race, 1e-13);
        assert_same_race(&race.raised(31.4, 0.7, 6.0), &Race::of(32.4, 0.7, 6.0), 1e-13);
    }
}
