//! Rows on their way in, and what becomes of them.

use clientele_error::{Reason, Violation};

use crate::domain::transaction::NewTransaction;

/// Rows that are recorded together.
#[derive(Debug, Default)]
pub struct Chunk {
    /// How many rows it has, good and bad.
    pub rows: usize,
    /// The rows that break no rule, each with its place in the chunk, in order.
    pub good: Vec<(usize, NewTransaction)>,
    /// The rows that do, in order.
    pub rejected: Vec<Exception>,
}

impl Chunk {
    /// Adds the next row, which breaks no rule.
    pub fn accept(&mut self, transaction: NewTransaction) {
        self.good.push((self.rows, transaction));
        self.rows += 1;
    }

    /// Adds the next row, which breaks rules.
    pub fn reject(&mut self, external_id: String, violations: Vec<Violation>) {
        let outcome = Outcome::Rejected { reason: Reason::InvalidFields, violations };
        self.rejected.push(Exception { place: self.rows, external_id, outcome });
        self.rows += 1;
    }
}

/// A row that was not recorded now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its place in the chunk.
    pub place: usize,
    /// Its id, shortened where it is no id at all.
    pub external_id: String,
    /// Why.
    pub outcome: Outcome,
}

/// Why a row was not recorded now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was recorded before, just so.
    Duplicate,
    /// It is bad.
    Rejected {
        /// In which way.
        reason: Reason,
        /// Field by field.
        violations: Vec<Violation>,
    },
}
