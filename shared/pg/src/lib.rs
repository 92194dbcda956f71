//! Postgres as every service uses it: connections, transactions that stop, migrations, roles, a private cluster.
//!
//! `README.md` says which module answers which need.

pub mod answer;
pub mod cluster;
pub mod coalesce;
pub mod constraint;
pub mod copy;
pub mod gather;
mod hot;
pub mod idempotency;
pub mod migrate;
pub mod pool;
pub mod schema;
pub mod tx;

pub use cluster::Cluster;
pub use constraint::Kind;
pub use pool::{Pool, PoolOptions};
pub use schema::{Schema, ServiceSchema};
pub use tx::{Begin, Tx};
