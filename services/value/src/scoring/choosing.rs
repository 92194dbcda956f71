//! The transaction model of a run: the one asked for, or of all the one that foretells best; tried on days held back.

use btyd::{
    Calibration, Choice, Fit, Gaps, Histories, Holdout, HoldoutTable, PurchaseLog, TransactionKind, TransactionModel,
    clv::DAYS_PER_YEAR,
};

use super::{error::RunError, reading::day_number};
use crate::domain::score_settings::ScoreSettings;

/// What a model is fitted with, beside all histories.
#[derive(Debug)]
pub struct Trial {
    /// The model that was asked for; `None` for the best.
    kind: Option<TransactionKind>,
    /// What candidates may know, and the gaps up to then; nothing where no days are held back.
    held_back: Option<Box<(Calibration, Gaps)>>,
    time_unit_days: f64,
}

/// How a model was chosen and tried.
#[derive(Debug, Default)]
pub struct Chosen {
    /// Which and why, in a sentence; empty for a model that was asked for.
    pub why: String,
    /// What it foretold of the days held back, where there are any; or why it could not be tried.
    pub tried: Option<Result<Tried, String>>,
}

/// What a model foretold of the days held back.
#[derive(Debug)]
pub struct Tried {
    /// The last day it had seen, in days since 1970-01-01.
    pub calibration_end_day: i32,
    /// The last day it foretold.
    pub holdout_end_day: i32,
    /// By frequency and by decile.
    pub table: HoldoutTable,
    /// All customers together.
    pub holdout: Holdout,
}

impl Trial {
    /// Holds back the days that are asked for; where the model is to be chosen, at least the last third of the history or the horizon.
    pub fn new(log: &PurchaseLog, settings: &ScoreSettings) -> Self {
        let kind = settings.transaction_model;
        let last = day_number(settings.as_of_date);
        let asked = i32::try_from(settings.holdout_days).ok().filter(|days| *days > 0);
        let days = asked.or_else(|| {
            let first = log.first_purchase_day().unwrap_or(last).min(last);
            let horizon = (f64::from(settings.horizon_months) * DAYS_PER_YEAR / 12.0) as i32;
            kind.is_none().then(|| ((last - first) / 3).min(horizon))
        });
        let held_back = days.map(|days| {
            let gaps = log.gaps(last - days);
            Box::new((log.clone().calibrate(last - days, last), gaps))
        });
        Self { kind, held_back, time_unit_days: settings.time_unit.days() }
    }

    /// Whether the fit asks for the gaps between purchases.
    pub fn needs_gaps(&self) -> bool {
        !matches!(self.kind, Some(TransactionKind::BgNbd | TransactionKind::MbgNbd | TransactionKind::ParetoNbd))
    }

    /// The fitted model, and how it was chosen and tried.
    pub fn fit(self, histories: &Histories) -> Result<(Fit<TransactionModel>, Chosen), RunError> {
        match (self.kind, self.held_back) {
            (Some(kind), None) => Ok((kind.fit(histories)?, Chosen::default())),
            (Some(kind), Some(held_back)) => {
                let fit = kind.fit(histories)?;
                let tried = try_named(kind, &held_back.0, held_back.1, self.time_unit_days);
                Ok((fit, Chosen { why: String::new(), tried: Some(tried) }))
            }
            (None, held_back) => {
                let (calibration, gaps) = *held_back
                    .ok_or_else(|| RunError::Fault("nothing was held back to choose a model by".to_owned()))?;
                choose(&calibration, gaps, histories)
            }
        }
    }
}

fn choose(
    calibration: &Calibration,
    gaps: Gaps,
    histories: &Histories,
) -> Result<(Fit<TransactionModel>, Chosen), RunError> {
    let choice = Choice::of(calibration, Some(gaps), histories)?;
    let why = choice.to_string();
    let kind = choice.fit.model.kind();
    // Without a holdout the candidates had seen everything, and foretold nothing.
    let candidate = choice.candidates.iter().find(|candidate| candidate.kind == kind && candidate.holdout.is_some());
    let foretold = match candidate.and_then(|candidate| candidate.fit.as_ref().ok()) {
        Some(fit) => tried(fit, calibration).map_err(RunError::Fault)?,
        None => Tried {
            calibration_end_day: calibration.summaries.as_of_day,
            holdout_end_day: calibration.holdout_end_day,
            table: HoldoutTable::default(),
            holdout: Holdout::default(),
        },
    };
    Ok((choice.fit, Chosen { why, tried: Some(Ok(foretold)) }))
}

/// Tries a model that was asked for; that it cannot be tried is told with the fit, and no reason for a run to fail.
fn try_named(
    kind: TransactionKind,
    calibration: &Calibration,
    gaps: Gaps,
    time_unit_days: f64,
) -> Result<Tried, String> {
    let histories = Histories::from_summaries(&calibration.summaries.customers, time_unit_days)
        .and_then(|histories| histories.with_gaps(gaps))
        .map_err(|error| error.to_string())?;
    let fit = kind.fit(&histories).map_err(|error| error.to_string())?;
    tried(&fit, calibration)
}

fn tried(fit: &Fit<TransactionModel>, calibration: &Calibration) -> Result<Tried, String> {
    let table = HoldoutTable::of(&fit.model, calibration, fit.per_unit).map_err(|error| error.to_string())?;
    let holdout = Holdout::of(&fit.model, calibration, fit.per_unit).map_err(|error| error.to_string())?;
    Ok(Tried {
        calibration_end_day: calibration.summaries.as_of_day,
        holdout_end_day: calibration.holdout_end_day,
        table,
        holdout,
    })
}
