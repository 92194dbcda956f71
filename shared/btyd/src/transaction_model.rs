//! Either transaction model behind one type, for callers who let their user choose.

use crate::bg_nbd::BgNbd;
use crate::dropout::Dropout;
use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::mbg_nbd::MbgNbd;
use crate::parameters::{DropoutParameters, ParameterError};

/// Which transaction model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionKind {
    /// [`BgNbd`].
    BgNbd,
    /// [`MbgNbd`].
    MbgNbd,
}

/// A transaction model with its parameters; every method is that of the model inside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TransactionModel {
    /// [`BgNbd`].
    BgNbd(BgNbd),
    /// [`MbgNbd`].
    MbgNbd(MbgNbd),
}

impl TransactionKind {
    /// The model of this kind with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless all four are positive and finite.
    pub fn with(self, parameters: DropoutParameters) -> Result<TransactionModel, ParameterError> {
        match self {
            Self::BgNbd => BgNbd::new(parameters).map(TransactionModel::BgNbd),
            Self::MbgNbd => MbgNbd::new(parameters).map(TransactionModel::MbgNbd),
        }
    }

    /// The maximum-likelihood model of this kind.
    ///
    /// # Errors
    ///
    /// As [`BgNbd::fit`].
    pub fn fit(self, histories: &Histories) -> Result<Fit<TransactionModel>, FitError> {
        match self {
            Self::BgNbd => Ok(BgNbd::fit(histories)?.map(TransactionModel::BgNbd)),
            Self::MbgNbd => Ok(MbgNbd::fit(histories)?.map(TransactionModel::MbgNbd)),
        }
    }
}

impl TransactionModel {
    /// Which model it is.
    pub fn kind(&self) -> TransactionKind {
        match self {
            Self::BgNbd(_) => TransactionKind::BgNbd,
            Self::MbgNbd(_) => TransactionKind::MbgNbd,
        }
    }

    /// r, alpha, a and b.
    pub fn parameters(&self) -> DropoutParameters {
        self.dropout().parameters
    }

    /// The total log-likelihood of `histories`.
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        self.dropout().log_likelihood(histories)
    }

    /// P(alive | x, t_x, T), in [0, 1]; always 1 at `frequency` 0 under BG/NBD.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        self.dropout().probability_alive(frequency, recency, age)
    }

    /// Purchases expected of the customer in the next `horizon` time units.
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        self.dropout().expected_purchases(frequency, recency, age, horizon)
    }

    /// Repeat purchases expected of a customer just won in the first `horizon` time units.
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.dropout().expected_purchases_new(horizon)
    }

    /// The derivatives of the total log-likelihood by r, alpha, a and b.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        self.dropout().gradient(histories)
    }

    pub(crate) fn dropout(&self) -> &Dropout {
        match self {
            Self::BgNbd(model) => &model.0,
            Self::MbgNbd(model) => &model.0,
        }
    }
}

impl From<BgNbd> for TransactionModel {
    fn from(model: BgNbd) -> Self {
        Self::BgNbd(model)
    }
}

impl From<MbgNbd> for TransactionModel {
    fn from(model: MbgNbd) -> Self {
        Self::MbgNbd(model)
    }
}
