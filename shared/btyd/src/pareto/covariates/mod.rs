//! Pareto/NBD for customers of whom more is known than their purchases (Fader and Hardie 2007, "Incorporating Time-Invariant Covariates into
//! the Pareto/NBD and BG/NBD Models").
//!
//! What is known of a customer when they are won, such as the channel they came by or the size of their first order, moves the scales of
//! the two gamma distributions, by covariates z1 for purchases and z2 for dropout:
//!
//! ```text
//! alpha_i = alpha_0 exp(-γ1' z1),   beta_i = beta_0 exp(-γ2' z2)
//! ```
//!
//! A purchase rate is thus exp(γ1' z1) times, a dropout rate exp(γ2' z2) times, what it would be at z = 0. Customers of one z are customers
//! of a plain Pareto/NBD, so that likelihood and gradient are sums over groups of equal z of those of [`super::likelihood`].

mod covariance;
mod customers;
mod fitting;
mod scales;

use super::ParetoNbd;
use crate::error::FitError;
use crate::fit::Fit;
use crate::parameters::ParetoParameters;
pub use covariance::CovariateCovariance;
pub use customers::CovariateHistories;

/// Covariates of both processes together, at most.
pub const MAX_COVARIATES: usize = 28;

/// [`ParetoNbd`] with covariates that do not change over time.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateParetoNbd {
    base: ParetoNbd,
    purchase: Vec<f64>,
    dropout: Vec<f64>,
}

/// Covariates no model can work with.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CovariateError {
    /// Customers with different numbers of covariates, or other numbers than the model has.
    #[error("customer {position} has {purchase} covariates of purchases and {dropout} of dropout, not {} and {}", expected.0, expected.1)]
    Uneven {
        /// The customer's position in the input, from 0.
        position: usize,
        /// Covariates of purchases given.
        purchase: usize,
        /// Covariates of dropout given.
        dropout: usize,
        /// How many of either are expected.
        expected: (usize, usize),
    },
    /// More covariates than can be fitted.
    #[error("{covariates} covariates: at most {MAX_COVARIATES} can be fitted")]
    TooMany {
        /// Of both processes together.
        covariates: usize,
    },
    /// A covariate that is not a finite number, or so far out that the customer's scales are none.
    #[error("customer {position} has a covariate out of range")]
    OutOfRange {
        /// The customer's position in the input, from 0.
        position: usize,
    },
    /// A covariate that is the same for all customers says nothing.
    #[error("{process} covariate {covariate} is the same for all customers: leave it out")]
    Constant {
        /// "purchase" or "dropout".
        process: &'static str,
        /// Its position among the covariates of the process, from 0.
        covariate: usize,
    },
    /// The histories themselves cannot be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
}

impl CovariateParetoNbd {
    /// A model with known parameters: `base` is that of customers whose covariates are all 0; γ1 and γ2 may be empty.
    pub fn new(base: ParetoNbd, purchase: Vec<f64>, dropout: Vec<f64>) -> Self {
        Self { base, purchase, dropout }
    }

    /// The maximum-likelihood model of `customers`, in their time unit.
    ///
    /// It always ends with a finite answer or the reason why there is none; an answer the data do not determine carries
    /// [`crate::Warning`]s. Covariates may be of any size, they are put on one scale for the search. Of covariates that follow from each
    /// other only the joint effect is told. The same customers give the same bits whatever the number of threads.
    ///
    /// The cost is that of [`ParetoNbd::fit`] for each group of customers with equal covariates; where every customer differs it is that of
    /// two races of dropout and purchase a customer and step.
    ///
    /// # Errors
    ///
    /// [`CovariateError`] for a covariate that does not vary, and when there is no customer, no repeat purchase, or no time after the first
    /// purchases.
    pub fn fit(customers: &CovariateHistories) -> Result<Fit<Self>, CovariateError> {
        fitting::fit(customers)
    }

    /// The model of customers with these covariates: it predicts as any [`ParetoNbd`] does, with alpha_0 exp(-γ1' z1) and beta_0 exp(-γ2' z2) for
    /// alpha and beta (Fader and Hardie 2007).
    ///
    /// # Errors
    ///
    /// [`CovariateError::Uneven`] and [`CovariateError::OutOfRange`], with a position of 0.
    pub fn of(&self, purchase: &[f64], dropout: &[f64]) -> Result<ParetoNbd, CovariateError> {
        let expected = (self.purchase.len(), self.dropout.len());
        if (purchase.len(), dropout.len()) != expected {
            let (purchase, dropout) = (purchase.len(), dropout.len());
            return Err(CovariateError::Uneven { position: 0, purchase, dropout, expected });
        }
        ParetoNbd::new(self.parameters_of(purchase, dropout)).map_err(|_| CovariateError::OutOfRange { position: 0 })
    }

    /// The model of customers whose covariates are all 0.
    pub fn base(&self) -> ParetoNbd {
        self.base
    }

    /// γ1: a covariate one unit larger makes the purchase rate exp(γ1) times as large.
    pub fn purchase_effects(&self) -> &[f64] {
        &self.purchase
    }

    /// γ2: a covariate one unit larger makes the dropout rate exp(γ2) times as large.
    pub fn dropout_effects(&self) -> &[f64] {
        &self.dropout
    }

    /// The total log-likelihood of `customers` (Fader and Hardie 2007).
    pub fn log_likelihood(&self, customers: &CovariateHistories) -> f64 {
        fitting::Likelihood::new(customers).evaluate(self).0
    }

    /// The derivatives of the total log-likelihood (Fader and Hardie 2007) by r, alpha_0, s and beta_0, then by γ1 and γ2.
    pub fn gradient(&self, customers: &CovariateHistories) -> Vec<f64> {
        fitting::Likelihood::new(customers).evaluate(self).1
    }

    /// The parameters of customers with these covariates, which may be out of range.
    fn parameters_of(&self, purchase: &[f64], dropout: &[f64]) -> ParetoParameters {
        let base = self.base.parameters();
        ParetoParameters {
            alpha: base.alpha * (-dot(&self.purchase, purchase)).exp(),
            beta: base.beta * (-dot(&self.dropout, dropout)).exp(),
            ..base
        }
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}
