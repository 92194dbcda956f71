//! The transaction model that suits a customer base, chosen by what it foretells.

use crate::error::FitError;
use crate::fit::{FEW_REPEATERS, Fit, Warning};
use crate::histories::Histories;
use crate::holdout::{Holdout, predictions};
use crate::purchase_log::{Calibration, Gaps};
use crate::transaction_model::{TransactionKind, TransactionModel};
use std::fmt;

/// The candidates, the one to be preferred among equals first: fewer parameters before more, and of as many the model whose P(alive) tells
/// more (BG/NBD's is 1 for everyone who never came back).
const PREFERENCE: [TransactionKind; 4] =
    [TransactionKind::MbgNbd, TransactionKind::ParetoNbd, TransactionKind::BgNbd, TransactionKind::MbgCnbd];

/// Share by which a holdout error may exceed the lowest to be its equal.
const EQUAL_ERRORS: f64 = 0.01;
/// Difference of AIC up to which models are equals (Burnham and Anderson 2002).
const EQUAL_AIC: f64 = 2.0;
/// Fewer purchases in a holdout tell no model from another.
const FEW_PURCHASES: u64 = 100;
/// A smaller prediction is taken for this much: one customer's return must not decide alone.
const SMALLEST_PREDICTION: f64 = 1e-4;

/// Which of the transaction models was chosen, and why; as text it is a sentence with the figures.
///
/// Every candidate is fitted to the calibration and foretells the holdout. That with the lowest error is chosen, of those within a hundredth
/// of it the simplest; and fitted to all histories. The error is the mean Poisson deviance 2 (y ln(y/m) - y + m) of m expected and y
/// actual purchases: the expectation makes it least, as it does the squared error, which hangs on the few most frequent buyers; the
/// absolute error is least where too little is foretold.
///
/// A candidate whose search did not converge, or with a parameter the data do not determine, is passed over while another is left.
/// Where the holdout is too short, or the calibration, AIC on all histories decides instead: lowest, of those within 2 the simplest.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The model chosen, fitted to all histories.
    pub fit: Fit<TransactionModel>,
    /// What decided.
    pub basis: Basis,
    /// All candidates, simplest first.
    pub candidates: Vec<Candidate>,
}

/// What a choice is made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The error of a holdout with so many purchases.
    Holdout {
        /// Length in days.
        days: u32,
        /// Purchase days in it.
        purchases: u64,
    },
    /// AIC, as there is no holdout.
    NoHoldout,
    /// AIC, as the holdout has few purchases.
    ShortHoldout {
        /// Purchase days in it.
        purchases: u64,
    },
    /// AIC, as few customers of the calibration bought again.
    ShortCalibration {
        /// Who did.
        repeaters: u64,
    },
}

/// A model that might have been chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Which model.
    pub kind: TransactionKind,
    /// Its fit: to the calibration where a holdout decides, to all histories otherwise.
    pub fit: Result<Fit<TransactionModel>, FitError>,
    /// What it foretold of the holdout, where that decides.
    pub holdout: Option<Holdout>,
    /// The mean Poisson deviance a customer, or AIC; `None` where there is no fit.
    pub error: Option<f64>,
    /// Why it was not compared while others were.
    pub passed_over: Option<PassedOver>,
}

/// Why a candidate was not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassedOver {
    /// It has no fit.
    NotFitted,
    /// The search ended before the maximum.
    NotConverged,
    /// The data do not determine this parameter.
    AtBound(&'static str),
    /// MBG/CNBD-k without regularity is MBG/NBD.
    SameAsMbgNbd,
}

impl Choice {
    /// Chooses a model for `all` histories by `calibration`, whose customers are the same at an earlier day. `gaps` are those at the
    /// calibration end ([`crate::PurchaseLog::gaps`]); those of all go with `all` ([`Histories::with_gaps`]).
    ///
    /// # Errors
    ///
    /// [`FitError`] when no model can be fitted, or the gaps are of other purchases.
    pub fn of(calibration: &Calibration, gaps: Option<Gaps>, all: &Histories) -> Result<Self, FitError> {
        let mut known = Histories::from_summaries(&calibration.summaries.customers, all.days_per_unit())?;
        if let Some(gaps) = gaps {
            known = known.with_gaps(gaps)?;
        }
        let basis = Basis::of(calibration, &known);
        let by_holdout = matches!(basis, Basis::Holdout { .. });
        let mut candidates = Vec::new();
        for kind in PREFERENCE {
            candidates.push(if by_holdout {
                Candidate::by_holdout(kind, &known, calibration)?
            } else {
                Candidate::by_aic(kind, all)
            });
        }
        let Some(chosen) = pick(&candidates, by_holdout) else {
            let failed = candidates.into_iter().find_map(|it| it.fit.err());
            return Err(failed.unwrap_or(FitError::NotFinite));
        };
        let fit = if by_holdout { candidates[chosen].kind.fit(all)? } else { candidates[chosen].fit.clone()? };
        Ok(Self { fit, basis, candidates })
    }

    /// The candidate chosen.
    pub fn chosen(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|it| it.kind == self.fit.model.kind())
    }
}

/// The first of the best: of those passed over only if there are no others.
fn pick(candidates: &[Candidate], by_holdout: bool) -> Option<usize> {
    let compared = |passed_over: bool| {
        let errors = candidates.iter().enumerate().filter(move |(_, it)| it.passed_over.is_some() == passed_over);
        errors.filter_map(|(at, it)| it.error.map(|error| (at, error))).collect::<Vec<_>>()
    };
    let usable = compared(false);
    let usable = if usable.is_empty() { compared(true) } else { usable };
    let least = usable.iter().map(|(_, error)| *error).min_by(f64::total_cmp)?;
    let equal = if by_holdout { least * (1.0 + EQUAL_ERRORS) } else { least + EQUAL_AIC };
    usable.into_iter().find(|(_, error)| *error <= equal).map(|(at, _)| at)
}

impl Basis {
    fn of(calibration: &Calibration, known: &Histories) -> Self {
        let days = calibration.holdout_days();
        let purchases = calibration.holdout_purchases.iter().copied().map(u64::from).sum();
        let repeaters = known.repeaters();
        if days == 0 {
            Self::NoHoldout
        } else if repeaters < FEW_REPEATERS {
            Self::ShortCalibration { repeaters }
        } else if purchases < FEW_PURCHASES {
            Self::ShortHoldout { purchases }
        } else {
            Self::Holdout { days, purchases }
        }
    }
}

impl Candidate {
    fn by_holdout(kind: TransactionKind, known: &Histories, calibration: &Calibration) -> Result<Self, FitError> {
        let fit = kind.fit(known);
        let (mut holdout, mut error) = (None, None);
        if let Ok(fit) = &fit {
            let days_per_unit = fit.per_unit;
            let wrong_unit = |_| FitError::TimeUnit { days_per_unit };
            let predictions = predictions(&fit.model, calibration, days_per_unit).map_err(wrong_unit)?;
            holdout = Some(Holdout::of(&fit.model, calibration, days_per_unit).map_err(wrong_unit)?);
            error = Some(deviance(&predictions, &calibration.holdout_purchases));
        }
        Ok(Self { kind, passed_over: PassedOver::of(&fit), fit, holdout, error })
    }

    fn by_aic(kind: TransactionKind, all: &Histories) -> Self {
        let fit = kind.fit(all);
        let parameters = match kind {
            TransactionKind::BgNbd | TransactionKind::MbgNbd | TransactionKind::ParetoNbd => 4.0,
            TransactionKind::MbgCnbd => 5.0,
        };
        let error = fit.as_ref().ok().map(|fit| 2.0 * (parameters - fit.log_likelihood));
        Self { kind, passed_over: PassedOver::of(&fit), fit, holdout: None, error }
    }
}

/// The mean Poisson deviance a customer.
fn deviance(predictions: &[f64], actual: &[u32]) -> f64 {
    let of_customer = |(&predicted, &actual): (&f64, &u32)| {
        let expected = predicted.max(SMALLEST_PREDICTION);
        let actual = f64::from(actual);
        let surprise = if actual > 0.0 { actual * (actual / expected).ln() } else { 0.0 };
        2.0 * (surprise - actual + expected)
    };
    predictions.iter().zip(actual).map(of_customer).sum::<f64>() / predictions.len().max(1) as f64
}

impl PassedOver {
    fn of(fit: &Result<Fit<TransactionModel>, FitError>) -> Option<Self> {
        let Ok(fit) = fit else {
            return Some(Self::NotFitted);
        };
        if matches!(&fit.model, TransactionModel::MbgCnbd(model) if model.k() == 1) {
            return Some(Self::SameAsMbgNbd);
        }
        if !fit.converged {
            return Some(Self::NotConverged);
        }
        fit.warnings.iter().find_map(|warning| match warning {
            Warning::ParameterAtBound { name, .. } => Some(Self::AtBound(name)),
            _ => None,
        })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(chosen) = self.chosen() else {
            return write!(f, "{}", self.fit.model.kind());
        };
        write!(f, "{}", self.fit.model.kind())?;
        if let TransactionModel::MbgCnbd(model) = &self.fit.model {
            write!(f, " with k = {}", model.k())?;
        }
        match (self.basis, chosen.holdout) {
            (Basis::Holdout { days, purchases }, Some(holdout)) => write!(
                f,
                " foretold {:.0} of the {purchases} purchases of {days} days, with an error of {:.4} a customer",
                holdout.predicted,
                chosen.error.unwrap_or_default()
            )?,
            (basis, _) => {
                write!(f, " has an AIC of {:.1} on all histories (", chosen.error.unwrap_or_default())?;
                match basis {
                    Basis::ShortHoldout { purchases } => {
                        write!(f, "a holdout of {purchases} purchases is too short to decide by")?;
                    }
                    Basis::ShortCalibration { repeaters } => {
                        write!(f, "{repeaters} customers who bought again are too few to foretell a holdout from")?;
                    }
                    Basis::NoHoldout | Basis::Holdout { .. } => write!(f, "there is no holdout to decide by")?,
                }
                write!(f, ")")?;
            }
        }
        let digits = if matches!(self.basis, Basis::Holdout { .. }) { 4 } else { 1 };
        let mut separator = "; ";
        for other in self.candidates.iter().filter(|it| it.kind != chosen.kind) {
            match (other.error, other.passed_over) {
                (_, Some(PassedOver::SameAsMbgNbd)) => continue,
                (Some(error), Some(PassedOver::AtBound(name))) => {
                    write!(f, "{separator}{} {error:.digits$}, but {name} is not determined", other.kind)?;
                }
                (Some(error), Some(_)) => write!(f, "{separator}{} {error:.digits$}, not converged", other.kind)?,
                (Some(error), None) => write!(f, "{separator}{} {error:.digits$}", other.kind)?,
                (None, _) => write!(f, "{separator}{} could not be fitted", other.kind)?,
            }
            separator = ", ";
        }
        Ok(())
    }
}
