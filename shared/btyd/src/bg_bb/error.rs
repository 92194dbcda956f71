//! Why cells cannot be used, and what to do about it.

use super::cells::{Cell, MAX_OPPORTUNITIES};

/// Cells or a fit that have no answer. Poor answers are answers with a [`crate::Warning`].
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BgBbError {
    /// A cell that contradicts itself or is out of range.
    #[error(
        "cell {position} is impossible: frequency {}, recency {} and {} opportunities (frequency at most recency, recency at most opportunities, both 0 or neither; at most {MAX_OPPORTUNITIES} opportunities)",
        cell.frequency, cell.recency, cell.opportunities
    )]
    ImpossibleCell {
        /// Its position in the input, from 0.
        position: usize,
        /// What was given.
        cell: Cell,
    },
    /// Nothing to fit to.
    #[error("there are no customers to fit to")]
    NoCustomers,
    /// No customer was observed beyond the period they were won in.
    #[error(
        "no customer had an opportunity to buy again: take a later calibration end, a longer history or a shorter time unit"
    )]
    NoOpportunities,
    /// Purchase and dropout probabilities are told by later purchases only.
    #[error(
        "none of the {customers} customers bought in a later period: take a longer history or a later calibration end"
    )]
    NoRepeaters {
        /// Customers, all without a later purchase.
        customers: u64,
    },
    /// The likelihood is not finite where the search starts.
    #[error("the likelihood is not finite near the data: check the cells for absurd values")]
    NotFinite,
}
