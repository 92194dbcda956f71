#![doc = include_str!("../README.md")]

mod beta_geometric;
mod bg_bb;
mod bg_cnbd;
mod bg_nbd;
mod choice;
pub mod clv;
mod drift;
mod dropout;
mod erlang;
mod error;
mod fit;
mod gamma_gamma;
mod histories;
mod holdout;
mod holdout_table;
mod inference;
mod kth_purchase;
mod maximise;
mod mbg_cnbd;
mod mbg_nbd;
mod minimise;
mod next_purchase;
mod parameters;
mod pareto;
mod purchase_counts;
pub mod purchase_log;
mod residual;
pub mod rfm;
mod sbg;
mod special;
mod spends;
mod transaction_model;
mod wait;

/// The version of this library: the same version gives the same input the same bits.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub use bg_bb::{BgBb, BgBbError, BgBbParameters, Cell, Cells, MAX_OPPORTUNITIES};
pub use bg_cnbd::BgCnbd;
pub use bg_nbd::BgNbd;
pub use choice::{Basis, Candidate, Choice, PassedOver};
pub use clv::{ClvTerms, Customer, Score, Scorer, TermsError};
pub use drift::{Drift, DriftError};
pub use error::FitError;
pub use fit::{Fit, Warning};
pub use gamma_gamma::GammaGamma;
pub use histories::{Histories, History, MAX_AGE_DAYS, MAX_FREQUENCY};
pub use holdout::Holdout;
pub use holdout_table::{HoldoutRow, HoldoutTable};
pub use inference::{
    Confidence, ConfidenceError, Covariance, CovarianceError, Estimate, IntervalScorer, ScoreIntervals, Undetermined,
};
pub use mbg_cnbd::MbgCnbd;
pub use mbg_nbd::MbgNbd;
pub use parameters::{DropoutParameters, ParameterError, ParetoParameters, SpendParameters};
pub use pareto::{
    CovariateCovariance, CovariateError, CovariateHistories, CovariateParetoNbd, MAX_COVARIATES, ParetoNbd,
};
pub use purchase_log::{
    Calibration, Cohort, Cohorts, CustomerLog, Excluded, Gaps, PeriodCalibration, PeriodSummary, Periods, PurchaseLog,
    Summaries, Summary,
};
pub use rfm::{Code, Rfm, RfmConfig, SegmentMap};
pub use sbg::{Sbg, SbgError, SbgParameters, Survivors};
pub use spends::{Spend, Spends};
pub use transaction_model::{TransactionKind, TransactionModel};
