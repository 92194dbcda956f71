//! What MBG/NBD and BG/NBD become when purchases keep a rhythm: a purchase comes with every k-th event of a Poisson process, so that the
//! times between purchases are Erlang-k distributed instead of exponential (Reutterer, Platzer, Schröder 2021).
//!
//! Between two purchases a customer passes through k phases at one rate. Rates are Gamma(r, alpha), dropout is as in [`crate::dropout`].
//!
//! Of a customer alive after a silence it is not known which phase they are in. With n = r + kx, after j phases of the silence the rate is
//! Gamma(n+j, alpha+T), and the weights of j = 0, ..., k-1 are
//!
//! ```text
//! c_j = (n)_j/j! w^j,   w = (T-t_x)/(alpha+T)
//! ```
//!
//! Everything follows from that: their sum is in the likelihood and in P(alive), and what is expected of the customer is the mean over j of
//! what is expected from phase j on ([`expectation`]).

mod discounted;
pub(crate) mod expectation;
pub(crate) mod fitting;
mod likelihood;
mod next_purchase;
mod quadrature;

use crate::dropout::FirstDropout;
use crate::parameters::{DropoutParameters, ParameterError, check_positive};
use expectation::Rhythm;

/// The largest k: from some ten phases on gaps are so even that more of them hardly differ.
pub(crate) const MAX_PHASES: u32 = 12;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Erlang {
    /// k.
    pub phases: u32,
    pub parameters: DropoutParameters,
    pub first: FirstDropout,
}

/// c_0, c_1, ... of a customer's silence; those from k on are 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PhaseWeights([f64; MAX_PHASES as usize]);

impl Erlang {
    pub fn new(phases: u32, parameters: DropoutParameters, first: FirstDropout) -> Result<Self, ParameterError> {
        let DropoutParameters { r, alpha, a, b } = parameters;
        check_positive(&[("r", r), ("alpha", alpha), ("a", a), ("b", b)])?;
        if phases == 0 || phases > MAX_PHASES {
            return Err(ParameterError { name: "k", value: f64::from(phases) });
        }
        Ok(Self { phases, parameters, first })
    }

    /// n = r + kx.
    fn shape(&self, frequency: u32) -> f64 {
        self.parameters.r + f64::from(self.phases) * f64::from(frequency)
    }

    /// The weights of the phases a customer may be in: the terms of the sum in the likelihood of Reutterer, Platzer, Schröder 2021.
    pub fn phase_weights(&self, frequency: u32, recency: f64, age: f64) -> PhaseWeights {
        let n = self.shape(frequency);
        let w = (age - recency) / (self.parameters.alpha + age);
        let mut weights = [0.0; MAX_PHASES as usize];
        let mut weight = 1.0;
        for (j, slot) in weights.iter_mut().enumerate().take(self.phases as usize) {
            *slot = weight;
            weight *= (n + j as f64) / (j + 1) as f64 * w;
        }
        PhaseWeights(weights)
    }

    /// P(alive | x, t_x, T) (Reutterer, Platzer, Schröder 2021): the odds of being gone are those without a rhythm, divided by the sum of the
    /// weights.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        let chances = self.first.chances(frequency);
        if chances == 0.0 {
            return 1.0;
        }
        let DropoutParameters { alpha, a, b, .. } = self.parameters;
        let silence = ((age - recency) / (alpha + recency)).ln_1p();
        let log_odds_gone = (a / (b + chances - 1.0)).ln() + self.shape(frequency) * silence;
        let phases = self.phase_weights(frequency, recency, age).sum();
        1.0 / (1.0 + (log_odds_gone - phases.ln()).exp())
    }

    /// E[Y(t) | x, t_x, T], exact: our own, the mean over phases of [`expectation`].
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        let alive = self.probability_alive(frequency, recency, age);
        let mut rhythm = self.rhythm(frequency);
        let from = |phase| rhythm.expected_purchases(phase, age, horizon);
        alive * self.phase_weights(frequency, recency, age).mean(self.phases, from)
    }

    /// P(Y(t) > 0 | x, t_x, T), exact: our own, see [`Erlang::purchase_while_alive`].
    pub fn probability_of_purchase(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.probability_alive(frequency, recency, age) * self.purchase_while_alive(frequency, recency, age, horizon)
    }

    /// E[X(t)] of a customer just won: the conditional expectation at x = 0, t_x = T = 0.
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.expected_purchases(0, 0.0, 0.0, horizon)
    }

    /// The same model with each parameter but k times the exponential of its part of `logs`.
    pub fn moved(self, logs: [f64; 4]) -> Self {
        let DropoutParameters { r, alpha, a, b } = self.parameters;
        let [r, alpha, a, b] =
            [(r, logs[0]), (alpha, logs[1]), (a, logs[2]), (b, logs[3])].map(|(it, log)| it * log.exp());
        Self { parameters: DropoutParameters { r, alpha, a, b }, ..self }
    }

    /// What a batch keeps for all customers of one frequency.
    pub fn rhythm(&self, frequency: u32) -> Rhythm {
        let DropoutParameters { alpha, a, b, .. } = self.parameters;
        Rhythm::new(self.phases, self.shape(frequency), alpha, a, b + self.first.chances(frequency))
    }
}

impl PhaseWeights {
    fn sum(&self) -> f64 {
        self.0.iter().sum()
    }

    /// The probabilities of the phases that are possible.
    fn shares(&self, phases: u32) -> impl Iterator<Item = (u32, f64)> {
        let total = self.sum();
        (0..phases).zip(self.0).map(move |(phase, weight)| (phase, weight / total)).filter(|(_, share)| *share > 0.0)
    }

    /// The mean of a value over the phases.
    pub fn mean(&self, phases: u32, mut value: impl FnMut(u32) -> f64) -> f64 {
        self.shares(phases).map(|(phase, share)| share * value(phase)).sum()
    }
}
