//! Which file a model is fitted to, and what to give where the flags do not say it.

use std::path::Path;

use super::args::{Fit, ModelName};
use crate::commands::Usage;

/// What is read, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input<'a> {
    /// Purchases, for models in which time flows.
    Purchases(&'a Path),
    /// Purchases, to be counted by calendar period.
    Periods(&'a Path),
    /// Counted discrete histories.
    Cells(&'a Path),
    /// The survivors of a cohort.
    Survivors(&'a Path),
}

impl Fit {
    /// The file to read, if it is the model's and no flag contradicts it.
    pub fn input(&self) -> Result<Input<'_>, Usage> {
        let input = match (self.model, self.transactions.as_deref(), self.cells.as_deref(), self.survivors.as_deref()) {
            (ModelName::Sbg, None, None, Some(path)) => Input::Survivors(path),
            (ModelName::BgBb, None, Some(path), None) => Input::Cells(path),
            (ModelName::BgBb, Some(path), None, None) => Input::Periods(path),
            (
                ModelName::BgNbd
                | ModelName::MbgNbd
                | ModelName::ParetoNbd
                | ModelName::MbgCnbd
                | ModelName::Auto
                | ModelName::GammaGamma,
                Some(path),
                None,
                None,
            ) => {
                self.days_per_unit()?;
                Input::Purchases(path)
            }
            _ => return Err(self.needed_input()),
        };
        self.check_periods(input)?;
        Ok(input)
    }

    /// What to give.
    pub fn needed_input(&self) -> Usage {
        let needed = match self.model {
            ModelName::Sbg => {
                "the survivors of a cohort: give --survivors FILE.csv (columns period, survivors) and no other file"
            }
            ModelName::BgBb => {
                "purchases or counted histories: give either --transactions FILE.csv or --cells FILE.csv (columns frequency, \
                 recency, opportunities, customers)"
            }
            ModelName::BgNbd
            | ModelName::MbgNbd
            | ModelName::ParetoNbd
            | ModelName::MbgCnbd
            | ModelName::Auto
            | ModelName::GammaGamma => {
                "purchases: give --transactions FILE.csv and no other file (--cells is for bg-bb, --survivors for sbg)"
            }
        };
        Usage(format!("{} is fitted to {needed}", self.model.title()))
    }

    /// Flags that would have no effect.
    fn check_periods(&self, input: Input<'_>) -> Result<(), Usage> {
        let dated = matches!(input, Input::Purchases(_) | Input::Periods(_));
        let unused = |flag: &str, instead: &str| Err(Usage(format!("{flag} has no meaning here: {instead}")));
        match input {
            Input::Survivors(_) if self.calibration_end.is_some() => {
                unused("--calibration-end", "say with --periods N how many periods the model may see")
            }
            Input::Cells(_) if self.calibration_end.is_some() => {
                unused("--calibration-end", "--cells are counted already; for a holdout give --transactions")
            }
            _ if !dated && self.time_unit.is_some() => {
                unused("--time-unit", "a period is what the file counts; leave the flag out")
            }
            _ if self.periods.is_some() && !matches!(input, Input::Survivors(_)) => {
                unused("--periods", "it is for sbg; say with --calibration-end DATE what the model may see")
            }
            _ => Ok(()),
        }
    }
}
