//! Why a model cannot be fitted, and what to do about it.

use crate::histories::{History, MAX_AGE_DAYS, MAX_FREQUENCY};

/// A fit that has no answer. Poor answers are answers with a [`crate::Warning`].
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Nothing to fit to.
    #[error("there are no customers with a purchase: check the calibration end and the refunds")]
    NoCustomers,
    /// Purchase rates and dropout are told by repeat purchases only.
    #[error(
        "none of the {customers} customers bought on a second day: take a longer history or a later calibration end"
    )]
    NoRepeaters {
        /// Customers, all with one purchase day.
        customers: u64,
    },
    /// Observation ends on the day of every customer's first purchase.
    #[error("no time passed after the first purchases: take a later calibration end")]
    NoTime,
    /// No customer has a repeat purchase with money in it.
    #[error("no customer has a repeat purchase of a positive amount: the spend model has nothing to learn from")]
    NoSpend,
    /// A time unit that is no length of time.
    #[error("a time unit of {days_per_unit} days: it must be positive and finite")]
    TimeUnit {
        /// What was given.
        days_per_unit: f64,
    },
    /// A money unit that is no amount.
    #[error("a money unit of {minor_per_unit} minor units: it must be positive and finite")]
    MoneyUnit {
        /// What was given.
        minor_per_unit: f64,
    },
    /// A history that contradicts itself or is out of range.
    #[error(
        "history {position} is impossible: frequency {}, recency {} and age {} days (recency at most age, 0 exactly when frequency is; frequency at most {MAX_FREQUENCY}, age at most {MAX_AGE_DAYS})",
        history.frequency, history.recency_days, history.age_days
    )]
    ImpossibleHistory {
        /// Its position in the input, from 0.
        position: usize,
        /// What was given.
        history: History,
    },
    /// Gaps of other purchases than the histories tell of.
    #[error("{gaps} gaps between {purchases} repeat purchases: take both from the same log as of the same day")]
    OtherGaps {
        /// Gaps given.
        gaps: u64,
        /// Repeat purchases of the histories.
        purchases: u64,
    },
    /// The likelihood is not finite where the search starts.
    #[error("the likelihood is not finite near the data: check the amounts and ages for absurd values")]
    NotFinite,
}
