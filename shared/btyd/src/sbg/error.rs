//! Why a survivor curve cannot be used, and what to do about it.

/// A curve or a fit that has no answer. Poor answers are answers with a [`crate::Warning`].
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SbgError {
    /// A number of survivors that is none.
    #[error("cohort {cohort} has {survivors} survivors in period {period}: they must be finite and not negative")]
    NotACount {
        /// Which of the cohorts, from 0.
        cohort: usize,
        /// The period, from 0.
        period: usize,
        /// What was given.
        survivors: f64,
    },
    /// A cohort that grows.
    #[error(
        "cohort {cohort} has {survivors} survivors in period {period} and {before} before: a cohort only loses customers"
    )]
    Increase {
        /// Which of the cohorts, from 0.
        cohort: usize,
        /// The period, from 1.
        period: usize,
        /// Survivors of the period before.
        before: f64,
        /// Survivors given.
        survivors: f64,
    },
    /// No cohort with customers was observed beyond its start.
    #[error("no period was observed after the start of a cohort: survivors of period 0 and 1 are needed at least")]
    NoPeriods,
    /// Nobody left: nothing tells when they will.
    #[error("nobody has left yet: wait for the first to leave, or take an older cohort")]
    NoChurn,
    /// Nobody renewed: nothing tells how customers differ.
    #[error("everybody left at the first renewal: there is nothing to project")]
    NoRenewal,
    /// The likelihood is not finite where the search starts.
    #[error("the likelihood is not finite near the data: check the survivors for absurd values")]
    NotFinite,
}
