//! The key-account index: contribution, potential, relationship and needs in one number from 0 to 100 that can say what it is made of.
//!
//! A [`Metric`] is a number about a customer and belongs to one [`Component`]. An [`IndexPolicy`] gives metrics weights and scales; a scale
//! by percentile needs a [`Yardstick`], the metric's values over all customers. To add a metric: a value of `IndexMetric` in the contract, a
//! line in the table of [`metric`] and an arm of [`Metric::value`].

mod judge;
mod metric;
mod policy;
mod wallet;
mod yardstick;

pub use judge::{Judge, Judgement, MetricScore};
pub use metric::{Component, Metric, Purchased, Signals, Subject};
pub use policy::{IndexPolicy, IndexPolicyError, MetricRule, Scale};
pub use wallet::{PeerAttribute, PeerGroup, Wallet, WalletBenchmark, WalletBenchmarkError};
pub use yardstick::Yardstick;
