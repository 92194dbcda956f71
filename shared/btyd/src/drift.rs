//! Whether customers have changed since a model was fitted.

use crate::clv::DAYS_PER_YEAR;
use crate::fit::Fit;
use crate::histories::Histories;
use crate::transaction_model::{TransactionKind, TransactionModel};
use std::fmt;

/// The 99th percentiles of chi-squared with four and five degrees of freedom (Abramowitz and Stegun, table 26.8).
const CHANCE_OF_FOUR: f64 = 13.2767;
const CHANCE_OF_FIVE: f64 = 15.0863;
/// Likelihood lost a customer from which a change is worth a warning: a little more than purchase rates a fifth lower come to (on CDNOW,
/// MBG/NBD, a fifth lower loses 0.009, a fifth higher 0.005, a tenth 0.002).
const MUCH_LOST: f64 = 0.01;
/// Change of what is expected of a new customer from which it is.
const MUCH_CHANGED: f64 = 0.10;

/// How an older fit of a model stands up to newer customers, against a fit to these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Twice the log-likelihood that the older parameters lose on the newer histories: the likelihood-ratio statistic.
    pub lost: f64,
    /// What chance alone makes it exceed once in a hundred times, where both fits are to different customers of equal behaviour. Where the
    /// newer histories continue the older ones it exceeds this more seldom.
    pub lost_by_chance: f64,
    /// Newer customers.
    pub customers: u64,
    /// Repeat purchases the older model expects of a new customer in the first 365.25 days.
    pub first_year_before: f64,
    /// The same under the newer model.
    pub first_year_now: f64,
}

/// Fits that cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DriftError {
    /// Different models.
    #[error("{before} cannot be compared with {now}: fit the same model to both")]
    Kinds {
        /// Of the older fit.
        before: TransactionKind,
        /// Of the newer fit.
        now: TransactionKind,
    },
    /// Parameters or histories in different time units.
    #[error("time units of {before} and {now} days cannot be compared")]
    Units {
        /// Of the older fit.
        before: f64,
        /// Of the newer fit or the histories.
        now: f64,
    },
}

impl Drift {
    /// Compares the fit `before` with the fit `now`, which is to `histories`.
    ///
    /// Twice the loss in log-likelihood is chi-squared in large samples (Wilks 1938, "The Large-Sample Distribution of the Likelihood Ratio for
    /// Testing Composite Hypotheses", Annals of Mathematical Statistics 9). That the older parameters are estimates too is our own allowance:
    /// their variance adds to that of the newer ones in inverse proportion to the customers, by 1 + newer/older.
    ///
    /// # Errors
    ///
    /// [`DriftError`] for different models or time units.
    pub fn between(
        before: &Fit<TransactionModel>,
        now: &Fit<TransactionModel>,
        histories: &Histories,
    ) -> Result<Self, DriftError> {
        let kinds = (before.model.kind(), now.model.kind());
        if kinds.0 != kinds.1 {
            return Err(DriftError::Kinds { before: kinds.0, now: kinds.1 });
        }
        for unit in [now.per_unit, histories.days_per_unit()] {
            if unit.total_cmp(&before.per_unit).is_ne() {
                return Err(DriftError::Units { before: before.per_unit, now: unit });
            }
        }
        let lost = now.model.log_likelihood(histories) - before.model.log_likelihood(histories);
        let chance = match kinds.0 {
            TransactionKind::BgNbd | TransactionKind::MbgNbd | TransactionKind::ParetoNbd => CHANCE_OF_FOUR,
            TransactionKind::MbgCnbd => CHANCE_OF_FIVE,
        };
        // The older parameters are uncertain too, the more the fewer customers they are from.
        let of_both = 1.0 + histories.customers() as f64 / before.customers.max(1) as f64;
        let first_year = |fit: &Fit<TransactionModel>| fit.model.expected_purchases_new(DAYS_PER_YEAR / fit.per_unit);
        Ok(Self {
            lost: 2.0 * lost.max(0.0),
            lost_by_chance: chance * of_both,
            customers: histories.customers(),
            first_year_before: first_year(before),
            first_year_now: first_year(now),
        })
    }

    /// `lost` a customer: what can be compared between customer bases of different sizes.
    pub fn lost_a_customer(&self) -> f64 {
        self.lost / self.customers.max(1) as f64
    }

    /// By what share the purchases expected of a new customer in a year have changed.
    pub fn first_year_change(&self) -> f64 {
        self.first_year_now / self.first_year_before - 1.0
    }

    /// Whether customers have changed so that the older model should no longer be used: by more than chance, and by so much that it
    /// matters. It matters from 0.01 lost a customer on, or from a change of the first year by a tenth. Among many customers every change
    /// is more than chance, among few none that matters may be.
    pub fn is_much(&self) -> bool {
        let matters = self.lost_a_customer() >= MUCH_LOST || self.first_year_change().abs() >= MUCH_CHANGED;
        self.lost > self.lost_by_chance && matters
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_much() {
            "customers have changed: use the newer fit"
        } else if self.lost > self.lost_by_chance {
            "customers have changed, but little"
        } else {
            "no change beyond chance"
        };
        write!(
            f,
            "{verdict} (the older fit loses {:.1} on {} customers, chance alone up to {:.1}; first year of a new customer {:.3} to {:.3} \
             purchases)",
            self.lost, self.customers, self.lost_by_chance, self.first_year_before, self.first_year_now
        )
    }
}
