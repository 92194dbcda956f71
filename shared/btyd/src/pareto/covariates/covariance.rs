//! What the data leave open about a fit with covariates, as the other models have it.

use super::customers::CovariateHistories;
use super::fitting::Likelihood;
use super::scales::{Scales, standardised};
use super::{CovariateError, CovariateParetoNbd, ParetoNbd};
use crate::fit::Fit;
use crate::inference::{Confidence, Covariance, Estimate, Undetermined, covariance_of};
use crate::parameters::ParetoParameters;

/// What the data leave open about the parameters and the effects of a [`CovariateParetoNbd`].
///
/// It is kept of the logarithms of r, alpha, s and beta of customers with mean covariates, and of the effects of covariates of variance 1.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateCovariance {
    model: CovariateParetoNbd,
    scales: Scales,
    matrix: Vec<Vec<f64>>,
}

impl Fit<CovariateParetoNbd> {
    /// The covariance of parameters and effects, from the `customers` that were fitted; two evaluations of the gradient for each.
    ///
    /// # Errors
    ///
    /// [`Undetermined`] when the data leave a parameter or an effect open, as they do with covariates that follow from each other.
    pub fn covariance(&self, customers: &CovariateHistories) -> Result<CovariateCovariance, Undetermined> {
        self.check_determined()?;
        let constant = |_| Undetermined::Flat { name: "covariate" };
        let scales = Scales::of(customers).map_err(constant)?;
        let scaled = scales.scaled(customers).map_err(constant)?;
        let likelihood = Likelihood::new(&scaled);
        let model = scales.scaled_model(&self.model);
        let purchases = model.purchase.len();

        let ParetoParameters { r, alpha, s, beta } = model.base.parameters();
        let logs = [r, alpha, s, beta].map(f64::ln);
        let at: Vec<f64> = logs.iter().chain(&model.purchase).chain(&model.dropout).copied().collect();
        let names: Vec<&'static str> = ["r", "alpha", "s", "beta"]
            .into_iter()
            .chain(model.purchase.iter().map(|_| "purchase covariate"))
            .chain(model.dropout.iter().map(|_| "dropout covariate"))
            .collect();
        let matrix = covariance_of(&names, &at, |at| {
            let [r, alpha, s, beta] = std::array::from_fn(|i| at[i].exp());
            let base = ParetoNbd { parameters: ParetoParameters { r, alpha, s, beta } };
            let (purchase, dropout) = at[4..].split_at(purchases);
            let moved = CovariateParetoNbd::new(base, purchase.to_vec(), dropout.to_vec());
            let mut gradient = likelihood.evaluate(&moved).1;
            for (slope, value) in gradient.iter_mut().zip([r, alpha, s, beta]) {
                *slope *= value;
            }
            gradient
        })?;
        Ok(CovariateCovariance { model: self.model.clone(), scales, matrix })
    }
}

impl CovariateCovariance {
    /// The covariance of the four parameters of customers with these covariates, of [`CovariateParetoNbd::of`] that is: it tells how far what
    /// is foretold of them may be off, as that of any [`ParetoNbd`] does.
    ///
    /// # Errors
    ///
    /// [`CovariateError::Uneven`] and [`CovariateError::OutOfRange`], with a position of 0.
    pub fn of(&self, purchase: &[f64], dropout: &[f64]) -> Result<Covariance<4>, CovariateError> {
        let ParetoParameters { r, alpha, s, beta } = self.model.of(purchase, dropout)?.parameters();
        // ln alpha_i = ln alpha - γ1' z1 and ln beta_i = ln beta - γ2' z2, all else as it is.
        let mut along = vec![vec![0.0; self.matrix.len()]; 4];
        for (i, row) in along.iter_mut().enumerate() {
            row[i] = 1.0;
        }
        let purchases = self.scales.purchase.len();
        for (at, z) in standardised(purchase, &self.scales.purchase).into_iter().enumerate() {
            along[1][4 + at] = -z;
        }
        for (at, z) in standardised(dropout, &self.scales.dropout).into_iter().enumerate() {
            along[3][4 + purchases + at] = -z;
        }
        let of_logs = std::array::from_fn(|i| std::array::from_fn(|j| self.between(&along[i], &along[j])));
        let named = [("r", r), ("alpha", alpha), ("s", s), ("beta", beta)];
        Covariance::factored(named, of_logs).map_err(|_| CovariateError::OutOfRange { position: 0 })
    }

    /// γ1 with their intervals, symmetric: one that holds 0 leaves open whether the covariate has an effect on purchases.
    pub fn purchase_effects(&self, confidence: Confidence) -> Vec<Estimate> {
        intervals(&self.model.purchase, &self.purchase_errors(), confidence)
    }

    /// γ2 with their intervals, symmetric: one that holds 0 leaves open whether the covariate has an effect on dropout.
    pub fn dropout_effects(&self, confidence: Confidence) -> Vec<Estimate> {
        intervals(&self.model.dropout, &self.dropout_errors(), confidence)
    }

    /// The standard errors of γ1.
    pub fn purchase_errors(&self) -> Vec<f64> {
        self.errors(4, &self.scales.purchase)
    }

    /// The standard errors of γ2.
    pub fn dropout_errors(&self) -> Vec<f64> {
        self.errors(4 + self.scales.purchase.len(), &self.scales.dropout)
    }

    fn errors(&self, from: usize, scales: &[(f64, f64)]) -> Vec<f64> {
        (from..).zip(scales).map(|(at, (_, spread))| self.matrix[at][at].sqrt() / spread).collect()
    }

    /// The covariance of two figures with these derivatives.
    fn between(&self, left: &[f64], right: &[f64]) -> f64 {
        self.matrix.iter().zip(left).map(|(row, slope)| slope * super::dot(row, right)).sum()
    }
}

fn intervals(effects: &[f64], errors: &[f64], confidence: Confidence) -> Vec<Estimate> {
    let interval = |(effect, error): (&f64, &f64)| Estimate::of_any_sign(*effect, *error, confidence);
    effects.iter().zip(errors).map(interval).collect()
}
