//! What BG/NBD and MBG/NBD share: gamma-distributed purchase rates, beta-distributed dropout after a purchase.
//!
//! The two differ only in when a customer may first drop out: after the first repeat purchase (BG/NBD) or already after the first
//! purchase (MBG/NBD). With `m` = 0 or 1 for the two, every MBG formula is the BG formula with x + m chances to drop out in place of x.

pub(crate) mod discounted;
pub(crate) mod expectation;
pub(crate) mod fitting;
pub(crate) mod likelihood;
mod next_purchase;
pub(crate) mod quadrature;

use crate::parameters::{DropoutParameters, ParameterError, check_positive};
use expectation::Survival;

/// When a customer may first drop out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FirstDropout {
    /// BG/NBD.
    AfterFirstRepeat,
    /// MBG/NBD.
    AfterFirstPurchase,
}

impl FirstDropout {
    /// Chances to drop out that a customer of `frequency` repeat purchases has had.
    pub fn chances(self, frequency: u32) -> f64 {
        match self {
            Self::AfterFirstRepeat => f64::from(frequency),
            Self::AfterFirstPurchase => f64::from(frequency) + 1.0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dropout {
    pub parameters: DropoutParameters,
    pub first: FirstDropout,
}

impl Dropout {
    pub fn new(parameters: DropoutParameters, first: FirstDropout) -> Result<Self, ParameterError> {
        let DropoutParameters { r, alpha, a, b } = parameters;
        check_positive(&[("r", r), ("alpha", alpha), ("a", a), ("b", b)])?;
        Ok(Self { parameters, first })
    }

    /// P(alive | x, t_x, T), without ever forming a power: the odds of being gone are exp(ln(a/(b+x+m-1)) + (r+x) ln((alpha+T)/(alpha+t_x))).
    ///
    /// Fader, Hardie, Lee 2008, "Computing P(alive) Using the BG/NBD Model" (brucehardie.com note 021); Batislam, Denizel, Filiztekin 2007.
    pub fn probability_alive(&self, frequency: u32, recency: f64, age: f64) -> f64 {
        let chances = self.first.chances(frequency);
        if chances == 0.0 {
            return 1.0;
        }
        let DropoutParameters { r, alpha, a, b } = self.parameters;
        let silence = ((age - recency) / (alpha + recency)).ln_1p();
        let log_odds_gone = (a / (b + chances - 1.0)).ln() + (r + f64::from(frequency)) * silence;
        1.0 / (1.0 + log_odds_gone.exp())
    }

    /// E[Y(t) | x, t_x, T]: Fader, Hardie, Lee 2005, equation 10; Batislam, Denizel, Filiztekin 2007.
    pub fn expected_purchases(&self, frequency: u32, recency: f64, age: f64, horizon: f64) -> f64 {
        let alive = self.probability_alive(frequency, recency, age);
        alive * self.expected_while_alive(frequency, age, horizon)
    }

    /// E[Y(t) | x, T, alive at T], which does not depend on t_x: the same divided by P(alive).
    pub fn expected_while_alive(&self, frequency: u32, age: f64, horizon: f64) -> f64 {
        self.survival(frequency).expected_purchases(age, horizon)
    }

    /// E[X(t)] of a customer just won (Fader, Hardie, Lee 2005, equation 9): the conditional expectation at x = 0, t_x = T = 0.
    pub fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.expected_purchases(0, 0.0, 0.0, horizon)
    }

    /// The same model with each parameter times the exponential of its part of `logs`.
    pub fn moved(self, logs: [f64; 4]) -> Self {
        let DropoutParameters { r, alpha, a, b } = self.parameters;
        let [by_r, by_alpha, by_a, by_b] = logs.map(f64::exp);
        let parameters = DropoutParameters { r: r * by_r, alpha: alpha * by_alpha, a: a * by_a, b: b * by_b };
        Self { parameters, ..self }
    }

    /// What a batch keeps for all customers of one frequency.
    pub fn survival(&self, frequency: u32) -> Survival {
        let DropoutParameters { r, alpha, a, b } = self.parameters;
        let chances = self.first.chances(frequency);
        let offset = self.first.chances(0);
        Survival::new(r + f64::from(frequency), alpha, a, b + chances, a + b + offset - 1.0 - r)
    }
}
