//! The BG/CNBD-k model (Reutterer, Platzer, Schröder 2021, "Leveraging purchase regularity for predicting customer behavior the easy
//! way", International Journal of Research in Marketing 38).

use crate::dropout::FirstDropout;
use crate::erlang::{Erlang, MAX_PHASES, fitting};
use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::parameters::{DropoutParameters, ParameterError};

/// As [`crate::MbgCnbd`], but like [`crate::BgNbd`] nobody drops out before a repeat purchase. At k = 1 it is BG/NBD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgCnbd(pub(crate) Erlang);

impl BgCnbd {
    /// The largest k.
    pub const MAX_K: u32 = MAX_PHASES;

    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless `k` is in 1..=[`BgCnbd::MAX_K`] and the others are positive and finite.
    pub fn new(k: u32, parameters: DropoutParameters) -> Result<Self, ParameterError> {
        Erlang::new(k, parameters, FirstDropout::AfterFirstRepeat).map(Self)
    }

    /// The maximum-likelihood model of `histories`, in their time unit, k included.
    ///
    /// k is found as by [`crate::MbgCnbd::fit`].
    ///
    /// It always ends with a finite answer or the reason why there is none; an answer the data do not determine carries
    /// [`crate::Warning`]s. The same histories give the same bits whatever the number of threads.
    ///
    /// # Errors
    ///
    /// [`FitError`] when there is no customer, no repeat purchase, or no time after the first purchases.
    pub fn fit(histories: &Histories) -> Result<Fit<Self>, FitError> {
        let fit = fitting::fit(histories, FirstDropout::AfterFirstRepeat)?;
        Ok(fit.map(Self))
    }

    /// The same for one `k`, taken to be in 1..=[`BgCnbd::MAX_K`].
    ///
    /// # Errors
    ///
    /// As [`BgCnbd::fit`].
    pub fn fit_with(k: u32, histories: &Histories) -> Result<Fit<Self>, FitError> {
        let k = k.clamp(1, MAX_PHASES);
        let fit = fitting::fit_phases(histories, k, FirstDropout::AfterFirstRepeat, None)?;
        Ok(fit.map(Self))
    }

    /// The regularity: 1 for purchases at random times, more the evener they come.
    pub fn k(&self) -> u32 {
        self.0.phases
    }

    /// r, alpha, a and b.
    pub fn parameters(&self) -> DropoutParameters {
        self.0.parameters
    }

    /// The total log-likelihood of `histories` (Reutterer, Platzer, Schröder 2021).
    ///
    /// With and without gaps as that of [`crate::MbgCnbd`].
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        self.0.log_likelihood(histories)
    }

    /// The derivatives of the total log-likelihood (Reutterer, Platzer, Schröder 2021) by r, alpha, a and b; k is whole and has none.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        self.0.gradient(histories)
    }

    /// P(alive | x, t_x, T), in [0, 1] (Reutterer, Platzer, Schröder 2021).
    ///
    /// 1 whenever `frequency` is 0, however long ago that was: the model lets nobody drop out before a repeat purchase.
    ///
    /// `recency` and `age` in time units, 0 <= `recency` <= `age`.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        self.0.probability_alive(frequency, recency, age)
    }

    /// E[Y(t) | x, t_x, T]: purchases expected of the customer in the next `horizon` time units.
    ///
    /// Exact and our own derivation, as that of [`crate::MbgCnbd::expected_purchases`].
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.0.expected_purchases(frequency, recency, age, horizon)
    }

    /// P(Y(h) > 0 | x, t_x, T), in [0, 1]: the chance of at least one purchase in the next `horizon` time units, that the phases left until
    /// it pass in time; for an infinite horizon that of ever buying again, P(alive).
    ///
    /// Our own derivation, as [`crate::MbgCnbd::probability_of_purchase`].
    pub fn probability_of_purchase(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.0.probability_of_purchase(frequency, recency, age, horizon)
    }

    /// E[X(t)]: repeat purchases expected of a customer just won in the first `horizon` time units: our own, E[Y(t)] at x = 0, t_x = T = 0.
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.0.expected_purchases_new(horizon)
    }
}
