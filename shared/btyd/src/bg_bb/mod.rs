//! The BG/BB model of purchases at opportunities (Fader, Hardie, Shang 2010, "Customer-Base Analysis in a Discrete-Time Noncontractual
//! Setting", Marketing Science 29; equation numbers are theirs).

mod cells;
mod error;
mod fitting;
mod holdout;
mod lifetimes;
pub(crate) mod likelihood;

use crate::beta_geometric::BetaGeometric;
use crate::fit::Fit;
use crate::parameters::{ParameterError, check_positive};
pub use cells::{Cell, Cells, MAX_OPPORTUNITIES};
pub use error::BgBbError;
use lifetimes::Silence;

/// The four parameters of BG/BB, all positive and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBbParameters {
    /// First parameter of the beta distribution of purchase probabilities.
    pub alpha: f64,
    /// Second parameter of the beta distribution of purchase probabilities.
    pub beta: f64,
    /// First parameter of the beta distribution of dropout probabilities.
    pub gamma: f64,
    /// Second parameter of the beta distribution of dropout probabilities.
    pub delta: f64,
}

/// While alive, a customer buys at every opportunity with a probability p of their own; before each, they drop out for good with a
/// probability θ of their own. p and θ are independent and beta-distributed over customers.
///
/// An opportunity is whatever can be taken once or not at all: a campaign, a donation drive, a calendar month with any purchase. The
/// discrete sibling of Pareto/NBD.
///
/// In every method a customer is `frequency` x, `recency` t_x and `opportunities` n as in [`Cell`], whose conditions hold.
///
/// ```
/// use btyd::{BgBb, Cell, Cells};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cell = |frequency, recency, customers| Cell { frequency, recency, opportunities: 4, customers };
/// let cells = [cell(0, 0, 400), cell(1, 1, 150), cell(1, 3, 50), cell(2, 3, 60), cell(2, 4, 50), cell(3, 4, 70), cell(4, 4, 90)];
/// let fit = BgBb::fit(&Cells::new(cells)?)?;
/// let silent = fit.model.expected_purchases(1, 1, 4, 4);
/// assert!(silent < fit.model.expected_purchases(1, 3, 4, 4));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb {
    parameters: BgBbParameters,
}

impl BgBb {
    /// A model with known parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] unless all four are positive and finite.
    pub fn new(parameters: BgBbParameters) -> Result<Self, ParameterError> {
        let BgBbParameters { alpha, beta, gamma, delta } = parameters;
        check_positive(&[("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)])?;
        Ok(Self { parameters })
    }

    /// The maximum-likelihood model of `cells`; the time unit of everything is one opportunity.
    ///
    /// It always ends with a finite answer or the reason why there is none; an answer the data do not determine carries
    /// [`crate::Warning`]s. The same cells give the same bits whatever the number of threads.
    ///
    /// # Errors
    ///
    /// [`BgBbError`] when there is no customer, no opportunity or no later purchase.
    pub fn fit(cells: &Cells) -> Result<Fit<Self>, BgBbError> {
        fitting::fit(cells)
    }

    /// alpha, beta, gamma and delta.
    pub fn parameters(&self) -> BgBbParameters {
        self.parameters
    }

    /// The total log-likelihood of `cells` (equation 5): a probability, not a density, of the histories in their order.
    pub fn log_likelihood(&self, cells: &Cells) -> f64 {
        likelihood::evaluate(self.parameters, cells).0
    }

    /// The derivatives of the total log-likelihood (equation 5) by alpha, beta, gamma and delta.
    pub fn gradient(&self, cells: &Cells) -> [f64; 4] {
        likelihood::evaluate(self.parameters, cells).1
    }

    /// P(alive at opportunity n | x, t_x, n), in [0, 1]: 1 for who bought at the last opportunity. By Bayes' rule the term of the living in
    /// equation 5 by all its terms.
    pub fn probability_alive(&self, frequency: u32, recency: u32, opportunities: u32) -> f64 {
        let silence = self.silence(frequency, recency, opportunities);
        silence.alive / silence.total()
    }

    /// P(alive at opportunity n + `ahead` | x, t_x, n), in [0, 1]; the paper's P(alive) (its table 6) is the one for `ahead` 1.
    pub fn probability_alive_at(&self, frequency: u32, recency: u32, opportunities: u32, ahead: u32) -> f64 {
        let alive = self.probability_alive(frequency, recency, opportunities);
        alive * self.lifetimes().after(opportunities).survival(ahead)
    }

    /// E[X(n, n+n*) | x, t_x, n]: purchases expected of the customer at the `next` n* opportunities (equation 13).
    pub fn expected_purchases(&self, frequency: u32, recency: u32, opportunities: u32, next: u32) -> f64 {
        let alive = self.probability_alive(frequency, recency, opportunities);
        let lived = self.lifetimes().after(opportunities).expected_periods(next);
        alive * self.purchase_probability_alive(frequency, opportunities) * lived
    }

    /// E[X(n)]: purchases expected of a customer just won at the first `next` opportunities (Fader, Hardie, Shang 2010), as equation 13 at
    /// x = t_x = n = 0.
    pub fn expected_purchases_new(&self, next: u32) -> f64 {
        self.expected_purchases(0, 0, 0, next)
    }

    /// DERT: purchases still to come of the customer, each discounted to opportunity n by `discount_rate` **an opportunity** (0.1 for
    /// ten per cent; equation 14).
    ///
    /// Infinite at rate 0 for gamma <= 1; NaN for a negative rate. Rates below 1e-8 lose precision.
    pub fn discounted_purchases(&self, frequency: u32, recency: u32, opportunities: u32, discount_rate: f64) -> f64 {
        let alive = self.probability_alive(frequency, recency, opportunities);
        let left = self.lifetimes().after(opportunities);
        let discounted = left.retention() * left.after(1).discounted_periods(discount_rate) / (1.0 + discount_rate);
        alive * self.purchase_probability_alive(frequency, opportunities) * discounted
    }

    /// E(p | x, t_x, n), in (0, 1): the probability with which the customer buys, or bought, while alive.
    ///
    /// Our own form: by Bayes' rule the mean of (alpha+x)/(alpha+beta+m) over the lifetimes m, weighted by their terms in equation 5.
    pub fn purchase_probability(&self, frequency: u32, recency: u32, opportunities: u32) -> f64 {
        let BgBbParameters { alpha, beta, .. } = self.parameters;
        let bought = alpha + f64::from(frequency);
        // The mean over lifetimes m of E(p | m) = (alpha+x)/(alpha+beta+m).
        self.mean_over_lifetimes(frequency, recency, opportunities, |lived, _| bought / (alpha + beta + lived))
    }

    /// E(θ | x, t_x, n), in (0, 1): the probability with which the customer drops out, or did, before an opportunity.
    ///
    /// Our own form, as that of p: gamma/(gamma+delta+m) of the living, (gamma+1)/(gamma+1+delta+m) of the dead, weighted likewise.
    pub fn dropout_probability(&self, frequency: u32, recency: u32, opportunities: u32) -> f64 {
        let BgBbParameters { gamma, delta, .. } = self.parameters;
        // E(θ | m) = gamma/(gamma+delta+m) of the living, (gamma+1)/(gamma+1+delta+m) of the dead.
        self.mean_over_lifetimes(frequency, recency, opportunities, |lived, deaths| {
            (gamma + deaths) / (gamma + deaths + delta + lived)
        })
    }

    /// The mean of `of`(m, deaths) over the lifetimes m that the history leaves possible, `deaths` being 0 for the one still going on.
    fn mean_over_lifetimes(&self, frequency: u32, recency: u32, n: u32, of: impl Fn(f64, f64) -> f64) -> f64 {
        let mut silence = Silence::new(self.parameters, frequency, recency);
        let mut sum = 0.0;
        for _ in recency..n {
            sum += silence.alive * silence.death() * of(silence.lived(), 1.0);
            silence.step();
        }
        sum += silence.alive * of(silence.lived(), 0.0);
        sum / silence.total()
    }

    fn silence(&self, frequency: u32, recency: u32, opportunities: u32) -> Silence {
        let mut silence = Silence::new(self.parameters, frequency, recency);
        for _ in recency..opportunities {
            silence.step();
        }
        silence
    }

    /// E(p | x, alive at n).
    fn purchase_probability_alive(&self, frequency: u32, opportunities: u32) -> f64 {
        let BgBbParameters { alpha, beta, .. } = self.parameters;
        (alpha + f64::from(frequency)) / (alpha + beta + f64::from(opportunities))
    }

    fn lifetimes(&self) -> BetaGeometric {
        BetaGeometric { a: self.parameters.gamma, b: self.parameters.delta }
    }
}
