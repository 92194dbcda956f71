//! The MBG/CNBD-k model (Reutterer, Platzer, Schröder 2021, "Leveraging purchase regularity for predicting customer behavior the easy
//! way", International Journal of Research in Marketing 38).

use crate::dropout::FirstDropout;
use crate::erlang::{Erlang, MAX_PHASES, fitting};
use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::parameters::{DropoutParameters, ParameterError};

/// As [`crate::MbgNbd`], but for customers who keep a rhythm: the time between purchases is Erlang-k distributed, a sum of k exponential
/// times, instead of exponential. At k = 1 it is MBG/NBD.
///
/// alpha belongs to the rate of those k phases: a customer alive buys r/(k alpha) times in a time unit on average.
///
/// Expectations and P(alive) are exact: a customer alive is in one of k phases, whose probabilities follow from the silence (see
/// `probability_alive` and `expected_purchases`). The literature approximates the former by those of MBG/NBD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MbgCnbd(pub(crate) Erlang);

impl MbgCnbd {
    /// The largest k.
    pub const MAX_K: u32 = MAX_PHASES;

    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless `k` is in 1..=[`MbgCnbd::MAX_K`] and the others are positive and finite.
    pub fn new(k: u32, parameters: DropoutParameters) -> Result<Self, ParameterError> {
        Erlang::new(k, parameters, FirstDropout::AfterFirstPurchase).map(Self)
    }

    /// The maximum-likelihood model of `histories`, in their time unit, k included.
    ///
    /// k is found best from the gaps between purchases ([`Histories::with_gaps`]). Without them it is found from the histories alone, which
    /// takes more customers to tell it. The search goes up from k = 1 and ends when the likelihood has fallen twice in a row.
    ///
    /// It always ends with a finite answer or the reason why there is none; an answer the data do not determine carries
    /// [`crate::Warning`]s. The same histories give the same bits whatever the number of threads.
    ///
    /// # Errors
    ///
    /// [`FitError`] when there is no customer, no repeat purchase, or no time after the first purchases.
    pub fn fit(histories: &Histories) -> Result<Fit<Self>, FitError> {
        let fit = fitting::fit(histories, FirstDropout::AfterFirstPurchase)?;
        Ok(fit.map(Self))
    }

    /// The same for one `k`, taken to be in 1..=[`MbgCnbd::MAX_K`].
    ///
    /// # Errors
    ///
    /// As [`MbgCnbd::fit`].
    pub fn fit_with(k: u32, histories: &Histories) -> Result<Fit<Self>, FitError> {
        let k = k.clamp(1, MAX_PHASES);
        let fit = fitting::fit_phases(histories, k, FirstDropout::AfterFirstPurchase, None)?;
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
    /// Where the histories have no gaps, what is left of them when they are integrated out takes their place. Either way it is comparable
    /// with other k and with all other transaction models on the same histories; with gaps and without are not comparable with each other.
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        self.0.log_likelihood(histories)
    }

    /// The derivatives of the total log-likelihood (Reutterer, Platzer, Schröder 2021) by r, alpha, a and b; k is whole and has none.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        self.0.gradient(histories)
    }

    /// P(alive | x, t_x, T), in [0, 1] (Reutterer, Platzer, Schröder 2021).
    ///
    /// After a purchase it stays near its start for about as long as the customer's rhythm is, then falls faster than under MBG/NBD.
    ///
    /// `recency` and `age` in time units, 0 <= `recency` <= `age`.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        self.0.probability_alive(frequency, recency, age)
    }

    /// E[Y(t) | x, t_x, T]: purchases expected of the customer in the next `horizon` time units.
    ///
    /// Exact, and our own derivation from the likelihood of Reutterer, Platzer, Schröder 2021, who scale MBG/NBD's formula to the total of all
    /// customers instead: the mean over the phases the customer may be in, and over the negative binomial number of phases to come, of the
    /// purchases left after dropout.
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.0.expected_purchases(frequency, recency, age, horizon)
    }

    /// E[X(t)]: repeat purchases expected of a customer just won in the first `horizon` time units; exact too, and our own: E[Y(t)] at x = 0,
    /// t_x = T = 0.
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.0.expected_purchases_new(horizon)
    }
}
