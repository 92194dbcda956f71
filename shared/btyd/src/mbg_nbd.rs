//! The MBG/NBD model (Batislam, Denizel, Filiztekin 2007, Empirical validation and comparison of models for customer base analysis,
//! International Journal of Research in Marketing 24; the same model is Hoppe and Wagner 2007's CBG/NBD).

use crate::dropout::{Dropout, FirstDropout, fitting};
use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::parameters::{DropoutParameters, ParameterError};

/// As [`crate::BgNbd`], but the customer may drop out after the first purchase already.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MbgNbd(pub(crate) Dropout);

impl MbgNbd {
    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless all four are positive and finite.
    pub fn new(parameters: DropoutParameters) -> Result<Self, ParameterError> {
        Dropout::new(parameters, FirstDropout::AfterFirstPurchase).map(Self)
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
        let fit = fitting::fit(histories, FirstDropout::AfterFirstPurchase)?;
        Ok(fit.map(Self))
    }

    /// r, alpha, a and b.
    pub fn parameters(&self) -> DropoutParameters {
        self.0.parameters
    }

    /// The total log-likelihood of `histories` (Batislam, Denizel, Filiztekin 2007).
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        self.0.log_likelihood(histories)
    }

    /// The derivatives of the total log-likelihood (Batislam, Denizel, Filiztekin 2007) by r, alpha, a and b.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        self.0.gradient(histories)
    }

    /// P(alive | x, t_x, T), in [0, 1] (Batislam, Denizel, Filiztekin 2007).
    ///
    /// Below 1 for `frequency` 0 too: b/(a+b) at first, falling with the silence.
    ///
    /// `recency` and `age` in time units, 0 <= `recency` <= `age`.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        self.0.probability_alive(frequency, recency, age)
    }

    /// E[Y(t) | x, t_x, T]: purchases expected of the customer in the next `horizon` time units (Batislam, Denizel, Filiztekin 2007).
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.0.expected_purchases(frequency, recency, age, horizon)
    }

    /// E[X(t)]: repeat purchases expected of a customer just won in the first `horizon` time units (Batislam, Denizel, Filiztekin 2007).
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.0.expected_purchases_new(horizon)
    }
}
