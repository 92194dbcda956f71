//! The outcome of a maximum-likelihood fit, common to all models.

use std::fmt;

/// A fitted model with all that is needed to judge it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit<M> {
    /// The model at the maximum.
    pub model: M,
    /// The total (not mean) log-likelihood, a density in the unit below: comparable only in the same unit.
    pub log_likelihood: f64,
    /// The unit of the parameters and the likelihood: days in a time unit, or minor units in a money unit.
    pub per_unit: f64,
    /// Customers it was fitted to.
    pub customers: u64,
    /// Whether the search ended at a maximum, or at a bound it pushes against; otherwise it is the best point found.
    pub converged: bool,
    /// Steps of the search over all customers.
    pub iterations: u32,
    /// Evaluations of the likelihood over all customers.
    pub evaluations: u32,
    /// What limits the use of the parameters, worst first; empty when nothing does.
    pub warnings: Vec<Warning>,
}

/// What limits the use of a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Warning {
    /// The search stopped before the gradient vanished.
    NotConverged,
    /// The data do not determine this parameter: the likelihood hardly changes beyond the value given.
    ParameterAtBound {
        /// The parameter's usual name.
        name: &'static str,
        /// Where it ended.
        value: f64,
    },
    /// Parameters from so few repeaters are little more than a guess.
    FewRepeaters {
        /// Customers with a repeat purchase.
        repeaters: u64,
    },
    /// Spend goes with frequency, which Gamma-Gamma takes to be independent: expected spend is biased.
    SpendFollowsFrequency {
        /// Pearson's correlation between frequency and mean spend.
        correlation: f64,
    },
    /// Customers do not differ measurably in their churn: alpha + beta ran away, and retention does not rise with age.
    ChurnAlike {
        /// alpha + beta.
        sum: f64,
    },
    /// Customers leave at the first renewal or never: alpha + beta ran to 0.
    ChurnPolarised {
        /// alpha + beta.
        sum: f64,
    },
    /// So few periods say little about the ones after them.
    FewPeriods {
        /// Periods observed of the oldest customers.
        periods: u32,
    },
    /// q is not above 1: the population's mean spend is infinite, and customers without a repeat purchase get no expectation.
    NoPopulationMean {
        /// The fitted q.
        q: f64,
    },
}

/// Fewer repeaters than this deserve a warning: samples of 50 customers leave parameters on a bound half the time.
pub(crate) const FEW_REPEATERS: u64 = 50;

/// Fewer periods than this deserve a warning: the parameters of a discrete model then have hardly more figures to follow than they are.
pub(crate) const FEW_PERIODS: u32 = 4;

/// Correlation between frequency and spend beyond which independence is doubtful (CDNOW has 0.11).
pub(crate) const MUCH_CORRELATION: f64 = 0.3;

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConverged => write!(f, "the search ended before the maximum; take the parameters as approximate"),
            Self::ParameterAtBound { name, value } => write!(
                f,
                "the data do not determine {name} (it ran to {value:.3e}); expectations hold, single parameters mean nothing"
            ),
            Self::FewRepeaters { repeaters } => {
                write!(f, "only {repeaters} customers bought again; take a longer history or more customers")
            }
            Self::SpendFollowsFrequency { correlation } => {
                write!(f, "spend is correlated with frequency ({correlation:.2}); the spend model assumes it is not")
            }
            Self::ChurnAlike { sum } => write!(
                f,
                "customers do not differ measurably in their churn (alpha + beta ran to {sum:.3e}); alpha and beta themselves mean \
                 nothing, their ratio does"
            ),
            Self::ChurnPolarised { sum } => write!(
                f,
                "customers leave at the first renewal or never (alpha + beta ran to {sum:.3e}); do not project from this"
            ),
            Self::FewPeriods { periods } => {
                write!(f, "only {periods} periods were observed; what comes after them is little more than a guess")
            }
            Self::NoPopulationMean { q } => write!(
                f,
                "q is {q:.3}, not above 1: spend has no finite mean, so one-time buyers get no expected spend"
            ),
        }
    }
}

impl<M> Fit<M> {
    /// The same fit with its model wrapped or converted.
    pub fn map<N>(self, convert: impl FnOnce(M) -> N) -> Fit<N> {
        Fit {
            model: convert(self.model),
            log_likelihood: self.log_likelihood,
            per_unit: self.per_unit,
            customers: self.customers,
            converged: self.converged,
            iterations: self.iterations,
            evaluations: self.evaluations,
            warnings: self.warnings,
        }
    }
}
