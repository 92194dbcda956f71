//! The Pareto/NBD model (Schmittlein, Morrison, Colombo 1987, "Counting Your Customers: Who Are They and What Will They Do Next?",
//! Management Science 33), in the notation of Fader and Hardie 2005, "A Note on Deriving the Pareto/NBD Model and Related Expressions".
//!
//! Everything comes from one quantity, the chance that a dropout comes before the next purchase ([`race`]): the likelihood from it over
//! tabled days ([`likelihood`], [`cells`]), P(alive) from it at two moments.

mod cells;
mod covariates;
pub(crate) mod fitting;
mod likelihood;
mod next_purchase;
mod quadrature;
mod race;
mod residual;

use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::parameters::{ParameterError, ParetoParameters, check_positive};
pub use covariates::{CovariateCovariance, CovariateError, CovariateHistories, CovariateParetoNbd, MAX_COVARIATES};
use race::Race;
pub(crate) use residual::Remaining;

/// Purchases at a gamma-distributed rate until the customer drops out, after an exponential lifetime whose rate is gamma-distributed too.
///
/// The dropout may come at any time, bound to no purchase: the chance of it grows with the silence for one-time buyers as well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoNbd {
    parameters: ParetoParameters,
}

/// A point in a customer's time, with the race of dropout and purchase from there on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    n: f64,
    time: f64,
    log_dropout: f64,
    purchase: f64,
}

impl ParetoNbd {
    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless all four are positive and finite.
    pub fn new(parameters: ParetoParameters) -> Result<Self, ParameterError> {
        let ParetoParameters { r, alpha, s, beta } = parameters;
        check_positive(&[("r", r), ("alpha", alpha), ("s", s), ("beta", beta)])?;
        Ok(Self { parameters })
    }

    /// The maximum-likelihood model of `histories`, in their time unit.
    ///
    /// It always ends with a finite answer or the reason why there is none; an answer the data do not determine carries
    /// [`crate::Warning`]s. The same histories give the same bits whatever the number of threads.
    ///
    /// # Errors
    ///
    /// [`FitError`] when there is no customer, no repeat purchase, or no time after the first purchases.
    pub fn fit(histories: &Histories) -> Result<Fit<Self>, FitError> {
        fitting::fit(histories)
    }

    /// r, alpha, s and beta.
    pub fn parameters(&self) -> ParetoParameters {
        self.parameters
    }

    /// P(alive | x, t_x, T), in [0, 1] (Schmittlein, Morrison, Colombo 1987), as 1/(e^d + 1 - H(x, T)) with d and H of the likelihood: no
    /// difference of hypergeometric functions is formed.
    ///
    /// `recency` and `age` in time units, 0 <= `recency` <= `age`.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        self.probability_alive_between(&self.moment(frequency, recency), &self.moment(frequency, age))
    }

    /// E[Y(t) | x, t_x, T]: purchases expected of the customer in the next `horizon` time units (Fader and Hardie 2005).
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        let alive = self.probability_alive(frequency, recency, age);
        share(alive, self.remaining(frequency).expected_purchases(age, horizon))
    }

    /// E[X(t)]: repeat purchases expected of a customer just won in the first `horizon` time units (Schmittlein, Morrison, Colombo 1987).
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.remaining(0).expected_purchases(0.0, horizon)
    }

    /// DERT: all purchases still to come, each discounted by exp(-`rate` t) (Fader, Hardie, Lee 2005, "RFM and CLV: Using Iso-Value Curves
    /// for Customer Base Analysis", Journal of Marketing Research 42).
    ///
    /// `rate` is the continuous discount rate of a time unit: ln(1.15)/52 for 15 % a year on a model in weeks. At 0 nothing is discounted,
    /// which is infinite where s <= 1; below 0 the result is NaN.
    pub fn discounted_expected_residual_transactions(&self, frequency: u32, recency: f64, age: f64, rate: f64) -> f64 {
        let alive = self.probability_alive(frequency, recency, age);
        share(alive, self.remaining(frequency).discounted(age, rate))
    }

    /// What P(alive) needs of a customer's last purchase, or of now: a batch works it out once for each (x, t_x) and each (x, T).
    pub(crate) fn moment(&self, frequency: u32, time: f64) -> Moment {
        let n = self.shape(frequency);
        let race = self.race(n, time);
        Moment { n, time, log_dropout: race.dropout.ln(), purchase: race.purchase }
    }

    /// P(alive) now of a customer whose last purchase was at `last`; both of one frequency.
    pub(crate) fn probability_alive_between(&self, last: &Moment, now: &Moment) -> f64 {
        let ParetoParameters { alpha, s, beta, .. } = self.parameters;
        let silence = now.time - last.time;
        let log_silence = last.n * (silence / (alpha + last.time)).ln_1p() + s * (silence / (beta + last.time)).ln_1p();
        let d = log_silence + last.log_dropout;
        let alive =
            if d > 0.0 { (-d).exp() / (1.0 + now.purchase * (-d).exp()) } else { 1.0 / (d.exp() + now.purchase) };
        alive.min(1.0)
    }

    /// The same model with each parameter times the exponential of its part of `logs`.
    pub(crate) fn moved(self, logs: [f64; 4]) -> Self {
        let ParetoParameters { r, alpha, s, beta } = self.parameters;
        let [by_r, by_alpha, by_s, by_beta] = logs.map(f64::exp);
        Self {
            parameters: ParetoParameters { r: r * by_r, alpha: alpha * by_alpha, s: s * by_s, beta: beta * by_beta },
        }
    }

    /// What a batch keeps for all customers of one frequency.
    pub(crate) fn remaining(&self, frequency: u32) -> Remaining {
        let ParetoParameters { alpha, s, beta, .. } = self.parameters;
        Remaining { n: self.shape(frequency), alpha, s, beta }
    }

    /// n = r + x.
    fn shape(&self, frequency: u32) -> f64 {
        self.parameters.r + f64::from(frequency)
    }

    fn race(&self, n: f64, time: f64) -> Race {
        let ParetoParameters { alpha, s, beta, .. } = self.parameters;
        Race::of(n, s, (beta + time) / (alpha + time))
    }
}

/// `alive` times `expected`; an infinite number stays so where the chance to be alive is too small for a double.
fn share(alive: f64, expected: f64) -> f64 {
    if expected.is_infinite() { expected } else { alive * expected }
}
