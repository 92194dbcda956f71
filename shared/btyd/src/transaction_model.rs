//! Any transaction model behind one type, for callers who let their user choose.

use crate::bg_nbd::BgNbd;
use crate::dropout::Dropout;
use crate::dropout::expectation::Survival;
use crate::erlang::expectation::Rhythm;
use crate::erlang::{Erlang, PhaseWeights};
use crate::error::FitError;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::mbg_cnbd::MbgCnbd;
use crate::mbg_nbd::MbgNbd;
use crate::pareto::{ParetoNbd, Remaining};
use std::fmt;

/// Which transaction model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionKind {
    /// [`BgNbd`].
    BgNbd,
    /// [`MbgNbd`].
    MbgNbd,
    /// [`ParetoNbd`].
    ParetoNbd,
    /// [`MbgCnbd`] with the likeliest k.
    MbgCnbd,
}

/// A transaction model with its parameters; every method is that of the model inside, where the source of its formula stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TransactionModel {
    /// [`BgNbd`].
    BgNbd(BgNbd),
    /// [`MbgNbd`].
    MbgNbd(MbgNbd),
    /// [`ParetoNbd`].
    ParetoNbd(ParetoNbd),
    /// [`MbgCnbd`].
    MbgCnbd(MbgCnbd),
}

/// The usual name.
impl fmt::Display for TransactionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
            Self::MbgCnbd => "MBG/CNBD-k",
        })
    }
}

impl TransactionKind {
    /// The maximum-likelihood model of this kind.
    ///
    /// # Errors
    ///
    /// As [`BgNbd::fit`].
    pub fn fit(self, histories: &Histories) -> Result<Fit<TransactionModel>, FitError> {
        match self {
            Self::BgNbd => Ok(BgNbd::fit(histories)?.map(TransactionModel::BgNbd)),
            Self::MbgNbd => Ok(MbgNbd::fit(histories)?.map(TransactionModel::MbgNbd)),
            Self::ParetoNbd => Ok(ParetoNbd::fit(histories)?.map(TransactionModel::ParetoNbd)),
            Self::MbgCnbd => Ok(MbgCnbd::fit(histories)?.map(TransactionModel::MbgCnbd)),
        }
    }
}

impl TransactionModel {
    /// Which model it is.
    pub fn kind(&self) -> TransactionKind {
        match self {
            Self::BgNbd(_) => TransactionKind::BgNbd,
            Self::MbgNbd(_) => TransactionKind::MbgNbd,
            Self::ParetoNbd(_) => TransactionKind::ParetoNbd,
            Self::MbgCnbd(_) => TransactionKind::MbgCnbd,
        }
    }

    /// The parameters with their usual names, in the order of [`TransactionModel::gradient`]; [`MbgCnbd::k`], which has no derivative, is
    /// not among them.
    pub fn named_parameters(&self) -> [(&'static str, f64); 4] {
        match self {
            Self::BgNbd(model) => model.0.named_parameters(),
            Self::MbgNbd(model) => model.0.named_parameters(),
            Self::MbgCnbd(model) => model.0.named_parameters(),
            Self::ParetoNbd(model) => {
                let found = model.parameters();
                [("r", found.r), ("alpha", found.alpha), ("s", found.s), ("beta", found.beta)]
            }
        }
    }

    /// The total log-likelihood of `histories`.
    pub fn log_likelihood(&self, histories: &Histories) -> f64 {
        match self {
            Self::BgNbd(model) => model.log_likelihood(histories),
            Self::MbgNbd(model) => model.log_likelihood(histories),
            Self::ParetoNbd(model) => model.log_likelihood(histories),
            Self::MbgCnbd(model) => model.log_likelihood(histories),
        }
    }

    /// The derivatives of the total log-likelihood by the parameters.
    pub fn gradient(&self, histories: &Histories) -> [f64; 4] {
        match self {
            Self::BgNbd(model) => model.gradient(histories),
            Self::MbgNbd(model) => model.gradient(histories),
            Self::ParetoNbd(model) => model.gradient(histories),
            Self::MbgCnbd(model) => model.gradient(histories),
        }
    }

    /// P(alive | x, t_x, T), in [0, 1]; always 1 at `frequency` 0 under BG/NBD.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.probability_alive(frequency, recency, age),
            Self::MbgNbd(model) => model.probability_alive(frequency, recency, age),
            Self::ParetoNbd(model) => model.probability_alive(frequency, recency, age),
            Self::MbgCnbd(model) => model.probability_alive(frequency, recency, age),
        }
    }

    /// Purchases expected of the customer in the next `horizon` time units.
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.expected_purchases(frequency, recency, age, horizon),
            Self::MbgNbd(model) => model.expected_purchases(frequency, recency, age, horizon),
            Self::ParetoNbd(model) => model.expected_purchases(frequency, recency, age, horizon),
            Self::MbgCnbd(model) => model.expected_purchases(frequency, recency, age, horizon),
        }
    }

    /// Repeat purchases expected of a customer just won in the first `horizon` time units.
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.expected_purchases_new(horizon),
            Self::MbgNbd(model) => model.expected_purchases_new(horizon),
            Self::ParetoNbd(model) => model.expected_purchases_new(horizon),
            Self::MbgCnbd(model) => model.expected_purchases_new(horizon),
        }
    }

    /// The same model, k included, with each parameter times the exponential of its part of `logs`.
    pub(crate) fn moved(&self, logs: [f64; 4]) -> Self {
        match self {
            Self::BgNbd(model) => Self::BgNbd(BgNbd(model.0.moved(logs))),
            Self::MbgNbd(model) => Self::MbgNbd(MbgNbd(model.0.moved(logs))),
            Self::ParetoNbd(model) => Self::ParetoNbd(model.moved(logs)),
            Self::MbgCnbd(model) => Self::MbgCnbd(MbgCnbd(model.0.moved(logs))),
        }
    }

    /// What customers of one frequency have in common, were they alive.
    pub(crate) fn while_alive(&self, frequency: u32) -> WhileAlive {
        match self {
            Self::BgNbd(model) => WhileAlive::Dropout(model.0.survival(frequency)),
            Self::MbgNbd(model) => WhileAlive::Dropout(model.0.survival(frequency)),
            Self::ParetoNbd(model) => WhileAlive::Pareto(model.remaining(frequency)),
            Self::MbgCnbd(model) => WhileAlive::Erlang(model.0.rhythm(frequency)),
        }
    }

    /// In how many phases a customer alive may be: 1 but under MBG/CNBD-k.
    pub(crate) fn phases(&self) -> u32 {
        match self {
            Self::BgNbd(_) | Self::MbgNbd(_) | Self::ParetoNbd(_) => 1,
            Self::MbgCnbd(model) => model.k(),
        }
    }

    /// How likely a customer alive is in which phase; `None` where there is one only.
    pub(crate) fn phase_weights(&self, frequency: u32, recency: f64, age: f64) -> Option<PhaseWeights> {
        match self {
            Self::BgNbd(_) | Self::MbgNbd(_) | Self::ParetoNbd(_) => None,
            Self::MbgCnbd(model) => Some(model.0.phase_weights(frequency, recency, age)),
        }
    }
}

/// Expected purchases of customers of one frequency, were they alive: E[Y(t) | x, t_x, T] = P(alive) times this (its mean over the phases
/// they may be in), and it does not depend on t_x, so that a batch computes it once for each (x, T).
#[derive(Debug, Clone)]
pub(crate) enum WhileAlive {
    Dropout(Survival),
    Pareto(Remaining),
    Erlang(Rhythm),
}

impl WhileAlive {
    /// Within `horizon` from `age` on, both in time units, from a phase on.
    pub fn expected_purchases(&mut self, phase: u32, age: f64, horizon: f64) -> f64 {
        match self {
            Self::Dropout(survival) => survival.expected_purchases(age, horizon),
            Self::Pareto(remaining) => remaining.expected_purchases(age, horizon),
            Self::Erlang(rhythm) => rhythm.expected_purchases(phase, age, horizon),
        }
    }
}

impl Dropout {
    fn named_parameters(&self) -> [(&'static str, f64); 4] {
        let found = self.parameters;
        [("r", found.r), ("alpha", found.alpha), ("a", found.a), ("b", found.b)]
    }
}

impl Erlang {
    fn named_parameters(&self) -> [(&'static str, f64); 4] {
        let found = self.parameters;
        [("r", found.r), ("alpha", found.alpha), ("a", found.a), ("b", found.b)]
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

impl From<ParetoNbd> for TransactionModel {
    fn from(model: ParetoNbd) -> Self {
        Self::ParetoNbd(model)
    }
}

impl From<MbgCnbd> for TransactionModel {
    fn from(model: MbgCnbd) -> Self {
        Self::MbgCnbd(model)
    }
}
