//! The transaction model of a run: the one asked for, or of all the one that foretells best.

use btyd::{
    Calibration, Choice, Fit, Gaps, Histories, HoldoutTable, PurchaseLog, TransactionKind, TransactionModel,
    clv::DAYS_PER_YEAR,
};

use super::{error::RunError, reading::day_number};
use crate::domain::score_settings::ScoreSettings;

/// What a model is fitted with, beside all histories.
#[derive(Debug)]
pub enum Trial {
    /// The model that was asked for.
    Asked(TransactionKind),
    /// What all candidates may know, and the gaps up to then.
    Auto(Box<(Calibration, Gaps)>),
}

/// How the model was chosen.
#[derive(Debug)]
pub struct AutoChoice {
    /// Which and why, in a sentence.
    pub why: String,
    /// The last day the candidates had seen, in days since 1970-01-01.
    pub calibration_end_day: i32,
    /// The last day they foretold.
    pub holdout_end_day: i32,
    /// What the chosen one foretold.
    pub table: HoldoutTable,
}

impl Trial {
    /// Holds back the last third of the history, the horizon at most, where the model is to be chosen.
    pub fn new(log: &PurchaseLog, settings: &ScoreSettings) -> Self {
        if let Some(kind) = settings.transaction_model {
            return Self::Asked(kind);
        }
        let last = day_number(settings.as_of_date);
        let first = log.first_purchase_day().unwrap_or(last).min(last);
        let horizon = (f64::from(settings.horizon_months) * DAYS_PER_YEAR / 12.0) as i32;
        let calibration_end = last - ((last - first) / 3).min(horizon);
        let gaps = log.gaps(calibration_end);
        Self::Auto(Box::new((log.clone().calibrate(calibration_end, last), gaps)))
    }

    /// Whether the fit asks for the gaps between purchases.
    pub fn needs_gaps(&self) -> bool {
        !matches!(self, Self::Asked(TransactionKind::BgNbd | TransactionKind::MbgNbd | TransactionKind::ParetoNbd))
    }

    /// The fitted model, and how it was chosen where it was.
    pub fn fit(self, histories: &Histories) -> Result<(Fit<TransactionModel>, Option<AutoChoice>), RunError> {
        let (calibration, gaps) = match self {
            Self::Asked(kind) => return Ok((kind.fit(histories)?, None)),
            Self::Auto(held_back) => *held_back,
        };
        let choice = Choice::of(&calibration, Some(gaps), histories)?;
        let why = choice.to_string();
        let kind = choice.fit.model.kind();
        // Without a holdout the candidates had seen everything, and foretold nothing.
        let tried = choice.candidates.iter().find(|candidate| candidate.kind == kind && candidate.holdout.is_some());
        let table = match tried.and_then(|candidate| candidate.fit.as_ref().ok()) {
            Some(fit) => HoldoutTable::of(&fit.model, &calibration, fit.per_unit)
                .map_err(|error| RunError::Fault(error.to_string()))?,
            None => HoldoutTable::default(),
        };
        let choice_made = AutoChoice {
            why,
            calibration_end_day: calibration.summaries.as_of_day,
            holdout_end_day: calibration.holdout_end_day,
            table,
        };
        Ok((choice.fit, Some(choice_made)))
    }
}
