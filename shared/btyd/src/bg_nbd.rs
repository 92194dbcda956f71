//! The BG/NBD model (Fader, Hardie, Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24).

use crate::dropout::{Dropout, FirstDropout, fitting};
use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::parameters::{DropoutParameters, ParameterError};

/// Purchases at a gamma-distributed rate until the customer drops out, which may happen after each repeat purchase.
///
/// Who never came back cannot have dropped out: `probability_alive` is 1 for `frequency` 0. Do not tell churn from it; rank by
/// `expected_purchases`, or use [`crate::MbgNbd`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd(pub(crate) Dropout);

impl BgNbd {
    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless all four are positive and finite.
    pub fn new(parameters: DropoutParameters) -> Result<Self, ParameterError> {
        Dropout::new(parameters, FirstDropout::AfterFirstRepeat).map(Self)
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
        let fit = fitting::fit(histories, FirstDropout::AfterFirstRepeat)?;
        Ok(fit.map(Self))
    }

    /// r, alpha, a and b.
    pub fn parameters(&self) -> DropoutParameters {
        self.0.parameters
    }

    /// The total log-likelihood of `histories` (equation 6).
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        self.0.log_likelihood(histories)
    }

    /// The derivatives of the total log-likelihood (equation 6) by r, alpha, a and b.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        self.0.gradient(histories)
    }

    /// P(alive | x, t_x, T), in [0, 1] (Fader, Hardie, Lee 2008, Computing P(alive) Using the BG/NBD Model).
    ///
    /// 1 whenever `frequency` is 0, however long ago that was: the model lets nobody drop out before a repeat purchase.
    ///
    /// `recency` and `age` in time units, 0 <= `recency` <= `age`.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        self.0.probability_alive(frequency, recency, age)
    }

    /// E[Y(t) | x, t_x, T]: purchases expected of the customer in the next `horizon` time units (equation 10).
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.0.expected_purchases(frequency, recency, age, horizon)
    }

    /// E[X(t)]: repeat purchases expected of a customer just won in the first `horizon` time units (equation 9).
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.0.expected_purchases_new(horizon)
    }
}
