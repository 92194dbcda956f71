//! How far the parameters of a fit, and what it foretells of a customer, may be off.
//!
//! At a maximum of the likelihood the estimates of the logarithms of the parameters vary about the truth with a covariance that is the
//! inverse of the observed information, minus the second derivatives of the total log-likelihood (Efron and Hinkley 1978, "Assessing the
//! accuracy of the maximum likelihood estimator", Biometrika 65). From there on everything is the delta method: what is computed from
//! the parameters varies by its first derivatives, on a scale on which it has no bounds.
//!
//! A new model needs a `covariance` in [`fits`].

mod confidence;
mod covariance;
mod fits;
mod information;
mod scoring;
mod undetermined;

pub use confidence::{Confidence, ConfidenceError, Estimate};
pub use covariance::{Covariance, CovarianceError};
pub(crate) use information::covariance_of;
pub use scoring::{IntervalScorer, ScoreIntervals};
pub use undetermined::Undetermined;
