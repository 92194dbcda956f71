//! The shifted-beta-geometric model of contracts (Fader and Hardie 2007, "How to Project Customer Retention", Journal of Interactive
//! Marketing 21).

mod error;
pub(crate) mod fitting;
mod survivors;

use crate::beta_geometric::BetaGeometric;
use crate::fit::Fit;
use crate::parameters::{ParameterError, check_positive};
pub use error::SbgError;
pub use survivors::Survivors;

/// The two parameters of sBG, both positive and finite: of the beta distribution of churn probabilities over customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SbgParameters {
    /// First parameter, of leaving.
    pub alpha: f64,
    /// Second parameter, of staying.
    pub beta: f64,
}

/// At the end of every period a customer leaves with a probability of their own, constant in time and beta-distributed over customers.
///
/// A period is the time between two renewals. Retention rises with age although no customer changes: those who leave easily leave
/// first.
///
/// ```
/// use btyd::{Sbg, Survivors};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let curve = [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0];
/// let fit = Sbg::fit(&Survivors::new([curve])?)?;
/// assert!((fit.model.survival(12) - 0.38).abs() < 0.005);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sbg(BetaGeometric);

impl Sbg {
    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless both are positive and finite.
    pub fn new(parameters: SbgParameters) -> Result<Self, ParameterError> {
        let SbgParameters { alpha, beta } = parameters;
        check_positive(&[("alpha", alpha), ("beta", beta)])?;
        Ok(Self(BetaGeometric { a: alpha, b: beta }))
    }

    /// The maximum-likelihood model of `survivors`; the time unit of everything is one period.
    ///
    /// It always ends with a finite answer or the reason why there is none; an answer the data do not determine carries
    /// [`crate::Warning`]s. [`Fit::customers`] is rounded to whole customers.
    ///
    /// # Errors
    ///
    /// [`SbgError`] when no period was observed, nobody left, or nobody stayed.
    pub fn fit(survivors: &Survivors) -> Result<Fit<Self>, SbgError> {
        fitting::fit(survivors)
    }

    /// alpha and beta.
    pub fn parameters(&self) -> SbgParameters {
        let BetaGeometric { a: alpha, b: beta } = self.0;
        SbgParameters { alpha, beta }
    }

    /// The total log-likelihood of `survivors` (Fader and Hardie 2007): a probability, not a density.
    pub fn log_likelihood(&self, survivors: &Survivors) -> f64 {
        fitting::evaluate(self.parameters(), survivors).0
    }

    /// The derivatives of the total log-likelihood (Fader and Hardie 2007) by alpha and beta.
    pub fn gradient(&self, survivors: &Survivors) -> [f64; 2] {
        fitting::evaluate(self.parameters(), survivors).1
    }

    /// S(t) = P(T > t) = B(alpha, beta+t)/B(alpha, beta), in [0, 1]: the share of a cohort still there after `period` renewals; S(0) = 1
    /// (Fader and Hardie 2007).
    pub fn survival(&self, period: u32) -> f64 {
        self.0.survival(period)
    }

    /// P(T = t) = B(alpha+1, beta+t-1)/B(alpha, beta), in [0, 1]: the share of a cohort that leaves at the end of period `period`, counted
    /// from 1; 0 at 0 (Fader and Hardie 2007). Computed as S(t-1) times the mean churn of those left.
    pub fn churn_probability(&self, period: u32) -> f64 {
        let Some(before) = period.checked_sub(1) else { return 0.0 };
        self.0.survival(before) * self.after(before).mean_churn()
    }

    /// r(t) = (beta+t-1)/(alpha+beta+t-1), in (0, 1]: of those who were there before renewal `period`, counted from 1, the share that
    /// renews (their equation 8); 1 at 0, where nobody can leave yet.
    pub fn retention_rate(&self, period: u32) -> f64 {
        period.checked_sub(1).map_or(1.0, |before| self.0.after(before).retention())
    }

    /// The model of a customer who has renewed so many times: what is left of their time counts from 0 again.
    ///
    /// Bayes' rule for a beta distribution: alpha stays, beta grows by `renewals` (Fader and Hardie 2010, "Customer-Base Valuation in
    /// a Contractual Setting", Marketing Science 29).
    #[must_use]
    pub fn after(&self, renewals: u32) -> Self {
        Self(self.0.after(renewals))
    }

    /// alpha/(alpha+beta), in (0, 1): the churn probability to expect of a customer, the mean of the beta distribution (Fader and Hardie 2007).
    pub fn mean_churn(&self) -> f64 {
        self.0.a / (self.0.a + self.0.b)
    }

    /// Renewals to expect of a new customer at the next `opportunities`: S(1) + ... + S(m), our own sum of the survival of Fader and Hardie
    /// 2007.
    pub fn expected_renewals(&self, opportunities: u32) -> f64 {
        self.0.expected_periods(opportunities)
    }

    /// Renewals to expect of a new customer without end: beta/(alpha-1), our own, the mean of (1-θ)/θ over θ. `None` for alpha <= 1, where so
    /// many customers hardly ever leave that the mean is infinite.
    pub fn expected_lifetime(&self) -> Option<f64> {
        self.0.expected_lifetime()
    }

    /// DEL: payments to expect of a customer just won, the first included and undiscounted, each later one discounted by
    /// `discount_rate` **a period** (0.1 for ten per cent): 2F1(1, beta; alpha+beta; 1/(1+d)) (Fader and Hardie 2010).
    ///
    /// Infinite at rate 0 for alpha <= 1; NaN for a negative rate. Rates below 1e-8 lose precision.
    pub fn discounted_lifetime(&self, discount_rate: f64) -> f64 {
        self.0.discounted_periods(discount_rate)
    }

    /// DERL: payments still to expect of a customer who has renewed `renewals` times and is about to decide again, the one now due
    /// undiscounted (Fader and Hardie 2010, equation 6, with their n = `renewals` + 1).
    ///
    /// ```text
    /// (beta+n-1)/(alpha+beta+n-1) 2F1(1, beta+n; alpha+beta+n; 1/(1+d))
    /// ```
    ///
    /// Infinite at rate 0 for alpha <= 1; NaN for a negative rate. Rates below 1e-8 lose precision.
    pub fn discounted_residual_lifetime(&self, renewals: u32, discount_rate: f64) -> f64 {
        let now = self.0.after(renewals);
        now.retention() * now.after(1).discounted_periods(discount_rate)
    }
}
