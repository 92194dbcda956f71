//! Why an attempt at a run ended without scores.

use btyd::FitError;
use clientele_pg::copy::{CopyError, DecodeError};

/// Why an attempt ended.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The data do not let the run succeed; the sentence says why and what would help. Another attempt would end the same.
    #[error("{0}")]
    Explained(String),
    /// The run was cancelled, its lease was lost, or the process is to stop.
    #[error("the run was asked to stop")]
    Stopped,
    /// The database failed; another attempt may succeed.
    #[error("the database failed during a score run")]
    Database(#[from] sqlx::Error),
    /// The rows read are not what was asked for.
    #[error("the rows of a score run cannot be read")]
    Decode(#[from] DecodeError),
    /// A fault of ours.
    #[error("a score run failed by a fault of ours: {0}")]
    Fault(String),
}

impl From<CopyError> for RunError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Database(error) => Self::Database(error),
            CopyError::Decode(error) => Self::Decode(error),
        }
    }
}

impl From<FitError> for RunError {
    fn from(error: FitError) -> Self {
        Self::Explained(format!("the model of buying cannot be fitted: {error}"))
    }
}
