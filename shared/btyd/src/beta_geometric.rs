//! The beta-geometric distribution of lifetimes, which sBG and BG/BB share.
//!
//! In every period a customer leaves with a probability θ of their own; θ varies over customers as Beta(a, b). Then
//!
//! ```text
//! S(t) = P(lifetime > t) = B(a, b+t)/B(a, b),   and of those still there after n periods θ varies as Beta(a, b+n)
//! ```
//!
//! so that whatever is asked of a survivor is asked of the same distribution with b + n in place of b (Fader and Hardie 2007, "How to Project
//! Customer Retention", Journal of Interactive Marketing 21; 2010, "Customer-Base Valuation in a Contractual Setting", Marketing Science 29).

use crate::special::{digamma, ln_gamma_ratio, stirling};

/// Up to so many periods products and sums are formed term by term: cheap, and without cancellation.
const TERM_BY_TERM: u32 = 1024;

/// |a - 1| below which the sum of survivals takes the limit's form: the closed form is 0/0 at a = 1.
const NEAR_ONE: f64 = 1e-6;

/// Terms of the continued fraction after which to stop: enough for rates down to 1e-8.
const MAX_TERMS: u32 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BetaGeometric {
    pub a: f64,
    pub b: f64,
}

impl BetaGeometric {
    /// The lifetimes left to those still there after so many periods.
    pub fn after(self, periods: u32) -> Self {
        Self { b: self.b + f64::from(periods), ..self }
    }

    /// The share that survives the next period: 1 - E(θ).
    pub fn retention(self) -> f64 {
        self.b / (self.a + self.b)
    }

    /// S(t), in [0, 1] (Fader and Hardie 2007): as a product of retentions.
    pub fn survival(self, periods: u32) -> f64 {
        let first: f64 = (0..periods.min(TERM_BY_TERM)).map(|period| self.after(period).retention()).product();
        match periods.checked_sub(TERM_BY_TERM) {
            Some(rest) if rest > 0 => first * self.after(TERM_BY_TERM).survival_late(f64::from(rest)),
            _ => first,
        }
    }

    /// The same for a b so large that Stirling's series is exact: with the large terms of its four logarithms of Γ taken together
    /// beforehand, because their difference would keep only the digits that they leave.
    fn survival_late(self, t: f64) -> f64 {
        let Self { a, b } = self;
        let leading = |b: f64| (b - 0.5) * (a / b).ln_1p() + stirling(a + b) - stirling(b);
        (leading(b) - leading(b + t) - a * (t / (a + b)).ln_1p()).exp()
    }

    /// S(1) + ... + S(m): the periods to expect of the next m. In closed form it is what E[X(n)] of BG/BB holds beside the purchase probability
    /// (Fader, Hardie, Shang 2010).
    pub fn expected_periods(self, of_next: u32) -> f64 {
        if of_next > TERM_BY_TERM {
            return self.expected_periods_closed(f64::from(of_next));
        }
        let mut survival = 1.0;
        let mut sum = 0.0;
        for period in 0..of_next {
            survival *= self.after(period).retention();
            sum += survival;
        }
        sum
    }

    /// The same as b/(a-1) (1 - e^g), with g = ln [Γ(a+b) Γ(1+b+m) / (Γ(1+b) Γ(a+b+m))] = -(a-1) (ψ(1+b+m) - ψ(1+b)) near a = 1.
    fn expected_periods_closed(self, m: f64) -> f64 {
        let Self { a, b } = self;
        let h = a - 1.0;
        if h.abs() <= NEAR_ONE {
            let middle = 1.0 + b + 0.5 * h;
            let slope = digamma(middle + m) - digamma(middle);
            let g = -h * slope;
            let shrink = if g == 0.0 { 1.0 } else { g.exp_m1() / g };
            return b * slope * shrink;
        }
        let g = if h > 0.0 {
            ln_gamma_ratio(1.0 + b, h) - ln_gamma_ratio(1.0 + b + m, h)
        } else {
            ln_gamma_ratio(a + b + m, -h) - ln_gamma_ratio(a + b, -h)
        };
        -b * g.exp_m1() / h
    }

    /// S(1) + S(2) + ... without end: b/(a-1), our own, the limit of the same; `None` where that is infinite, for a <= 1.
    pub fn expected_lifetime(self) -> Option<f64> {
        (self.a > 1.0).then(|| self.b / (self.a - 1.0))
    }

    /// The sum of S(t)/(1+d)^t over t = 0, 1, ...: 2F1(1, b; a+b; 1/(1+d)).
    ///
    /// Infinite at d = 0 with a <= 1; NaN for a negative d.
    ///
    /// That is (1+d) E[1/(d+θ)], for which, with w = 1/d, Gauss's continued fraction (Wall 1948, "Analytic Theory of Continued
    /// Fractions")
    ///
    /// ```text
    /// E[d/(d+θ)] = 1/(1 + k_1 w/(1 + k_2 w/(1 + ...)))
    /// k_(2m+1) = (a+m)(a+b+m-1)/((a+b+2m-1)(a+b+2m)),   k_(2m) = m (b+m-1)/((a+b+2m-2)(a+b+2m-1))
    /// ```
    ///
    /// has positive terms only, so that evaluated from its end nothing cancels, and consecutive convergents enclose the value, so that
    /// their difference says where it may end: after some 60 terms at d = 0.1, 600 at d = 0.001.
    pub fn discounted_periods(self, rate: f64) -> f64 {
        if rate == 0.0 {
            return self.expected_lifetime().map_or(f64::INFINITY, |periods| 1.0 + periods);
        }
        if rate.is_nan() || rate < 0.0 {
            return f64::NAN;
        }
        let from_the_end = (1..=self.terms(rate)).rev();
        let denominator = from_the_end.fold(1.0, |tail, term| 1.0 + self.coefficient(term) / rate / tail);
        (1.0 + rate) / (rate * denominator)
    }

    /// After how many terms the convergents of the denominator, which is above 1, agree to double precision.
    ///
    /// They differ by k_1 w ... k_n w/(B_n B_(n-1)), B being their own denominators (Wallis): the ratios of consecutive B suffice.
    fn terms(self, rate: f64) -> u32 {
        let mut difference = self.coefficient(1) / rate;
        let mut ratio = 1.0;
        for term in 2..MAX_TERMS {
            let k = self.coefficient(term) / rate;
            let next = 1.0 + k / ratio;
            difference *= k / (ratio * next);
            ratio = next;
            if difference <= 0.5 * f64::EPSILON {
                return term;
            }
        }
        MAX_TERMS
    }

    fn coefficient(self, term: u32) -> f64 {
        let Self { a, b } = self;
        let m = f64::from(term / 2);
        let sum = a + b + 2.0 * m;
        match (term, term % 2) {
            // The general form is 0/0 where a + b is 1.
            (1, _) => a / (a + b),
            (_, 1) => (a + m) * (a + b + m - 1.0) / ((sum - 1.0) * sum),
            _ => m * (b + m - 1.0) / ((sum - 2.0) * (sum - 1.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_close(got: f64, expected: f64) {
        assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{got} is not {expected}");
    }

    #[test]
    fn closed_forms_continue_the_sums_they_replace() {
        for (a, b) in [(0.3, 0.7), (1.0, 2.0), (1.0 + 1e-8, 2.0), (1.0 - 2e-6, 2.0), (4.0, 900.0), (1e-3, 1e-3)] {
            let lifetimes = BetaGeometric { a, b };
            let edge = lifetimes.expected_periods(TERM_BY_TERM);
            let next = lifetimes.survival(TERM_BY_TERM) * lifetimes.after(TERM_BY_TERM).retention();
            assert_close(lifetimes.survival(TERM_BY_TERM + 1), next);
            let closed = lifetimes.expected_periods(TERM_BY_TERM + 1);
            assert!((closed - edge - next).abs() <= 1e-11 * closed, "{a} {b}: {closed} after {edge}");
        }
    }

    #[test]
    fn discounting_is_known_in_closed_form_for_uniform_churn() {
        // θ uniform: (1+d) E[1/(d+θ)] = (1+d) ln((1+d)/d).
        for rate in [1e-6, 1e-3, 0.1, 1.0, 40.0_f64] {
            let uniform = BetaGeometric { a: 1.0, b: 1.0 };
            assert_close(uniform.discounted_periods(rate), (1.0 + rate) * (1.0 / rate).ln_1p());
        }
    }

    #[test]
    fn discounting_agrees_with_the_sum_written_out() {
        for (a, b) in [(0.3, 0.7), (0.668, 3.806), (5.0, 1e-3), (1e-3, 50.0)] {
            let lifetimes = BetaGeometric { a, b };
            let sum: f64 = (0..1_000).map(|t| lifetimes.survival(t) / 1.1_f64.powi(t as i32)).sum();
            assert_close(lifetimes.discounted_periods(0.1), sum);
        }
    }

    #[test]
    fn without_discount_the_sum_is_finite_only_above_one() {
        assert_close(BetaGeometric { a: 3.0, b: 4.0 }.discounted_periods(0.0), 3.0);
        assert!(BetaGeometric { a: 1.0, b: 4.0 }.discounted_periods(0.0).is_infinite());
        assert!(BetaGeometric { a: 3.0, b: 4.0 }.discounted_periods(-0.1).is_nan());
    }
}
