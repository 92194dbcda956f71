//! Covariates on one scale: their sizes are whatever their units make them, which a search and differences must not depend on.

use super::customers::{CovariateHistories, Group};
use super::{CovariateError, CovariateParetoNbd, ParetoNbd, dot};
use crate::histories::History;
use crate::parameters::ParetoParameters;

/// Mean and standard deviation of each covariate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scales {
    pub purchase: Vec<(f64, f64)>,
    pub dropout: Vec<(f64, f64)>,
}

impl Scales {
    pub fn of(customers: &CovariateHistories) -> Result<Self, CovariateError> {
        let number = customers.histories().customers() as f64;
        let of = |process, count: usize, covariates: fn(&Group) -> &[f64]| {
            let mean = |value: &dyn Fn(&Group) -> f64| {
                let weighted = |group: &Group| group.histories.customers() as f64 * value(group);
                customers.groups().iter().map(weighted).sum::<f64>() / number
            };
            let of_covariate = |covariate: usize| {
                let middle = mean(&|group| covariates(group)[covariate]);
                let spread = mean(&|group| (covariates(group)[covariate] - middle).powi(2)).sqrt();
                let varies = spread.is_finite() && spread > 1e-12 * middle.abs();
                varies.then_some((middle, spread)).ok_or(CovariateError::Constant { process, covariate })
            };
            (0..count).map(of_covariate).collect::<Result<Vec<_>, _>>()
        };
        let (purchase, dropout) = customers.covariates();
        Ok(Self {
            purchase: of("purchase", purchase, |group| &group.purchase)?,
            dropout: of("dropout", dropout, |group| &group.dropout)?,
        })
    }

    /// The same customers with covariates of mean 0 and variance 1.
    pub fn scaled(&self, customers: &CovariateHistories) -> Result<CovariateHistories, CovariateError> {
        let of_group = |group: &Group| {
            let purchase = standardised(&group.purchase, &self.purchase);
            let dropout = standardised(&group.dropout, &self.dropout);
            let rows: Vec<History> = group.histories.rows().to_vec();
            rows.into_iter().map(move |row| (row, purchase.clone(), dropout.clone()))
        };
        let days_per_unit = customers.histories().days_per_unit();
        CovariateHistories::new(customers.groups().iter().flat_map(of_group), days_per_unit)
    }

    /// The same model for covariates as they were given.
    pub fn unscaled(&self, model: &CovariateParetoNbd) -> CovariateParetoNbd {
        let (purchase, dropout) = (divided(&model.purchase, &self.purchase), divided(&model.dropout, &self.dropout));
        let base = model.base.parameters();
        let parameters = ParetoParameters {
            alpha: base.alpha * dot(&purchase, &middles(&self.purchase)).exp(),
            beta: base.beta * dot(&dropout, &middles(&self.dropout)).exp(),
            ..base
        };
        CovariateParetoNbd::new(ParetoNbd { parameters }, purchase, dropout)
    }

    /// The same model for covariates of mean 0 and variance 1.
    pub fn scaled_model(&self, model: &CovariateParetoNbd) -> CovariateParetoNbd {
        let times = |effects: &[f64], scales: &[(f64, f64)]| -> Vec<f64> {
            effects.iter().zip(scales).map(|(effect, (_, spread))| effect * spread).collect()
        };
        let parameters = model.parameters_of(&middles(&self.purchase), &middles(&self.dropout));
        let (purchase, dropout) = (times(&model.purchase, &self.purchase), times(&model.dropout, &self.dropout));
        CovariateParetoNbd::new(ParetoNbd { parameters }, purchase, dropout)
    }
}

fn middles(scales: &[(f64, f64)]) -> Vec<f64> {
    scales.iter().map(|(middle, _)| *middle).collect()
}

fn divided(effects: &[f64], scales: &[(f64, f64)]) -> Vec<f64> {
    effects.iter().zip(scales).map(|(effect, (_, spread))| effect / spread).collect()
}

/// Covariates with mean 0 and variance 1.
pub(super) fn standardised(values: &[f64], scales: &[(f64, f64)]) -> Vec<f64> {
    values.iter().zip(scales).map(|(value, (middle, spread))| (value - middle) / spread).collect()
}
