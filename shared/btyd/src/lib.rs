//! Customer-base models: RFM, BG/NBD, MBG/NBD, Gamma-Gamma.
#![doc = include_str!("../README.md")]

mod bg_nbd;
mod dropout;
mod error;
mod fit;
mod histories;
mod holdout;
mod mbg_nbd;
mod minimise;
mod parameters;
pub mod purchase_log;
mod special;
mod transaction_model;

pub use bg_nbd::BgNbd;
pub use error::FitError;
pub use fit::{Fit, Warning};
pub use histories::{Histories, History, MAX_AGE_DAYS, MAX_FREQUENCY};
pub use holdout::Holdout;
pub use mbg_nbd::MbgNbd;
pub use parameters::{DropoutParameters, ParameterError, SpendParameters};
pub use purchase_log::{Calibration, Excluded, PurchaseLog, Summaries, Summary};
pub use transaction_model::{TransactionKind, TransactionModel};
