//! Registers, asked through a connector of the company's choice: a file, an HTTP address that answers JSON, or a service of its own.
//!
//! To add a connector: a file here that implements [`RegistryConnector`], and a setting in `lib.rs`.

pub mod file;
pub mod grpc;
pub mod http;

use std::{fmt::Debug, time::Duration};

use clientele_proto::qualification::v1::RegistryKey;

pub use crate::domain::checks::register::Answer;

/// The longest a register may take.
pub const LONGEST: Duration = Duration::from_secs(5);

/// Asks a register. It never fails: what goes wrong is an answer.
#[tonic::async_trait]
pub trait RegistryConnector: Debug + Send + Sync {
    /// What checks call it.
    fn name(&self) -> &'static str;

    /// What the register says of an identifier.
    async fn look_up(&self, key: &RegistryKey) -> Answer;
}

/// The same within a time.
pub async fn look_up_within(connector: &dyn RegistryConnector, key: &RegistryKey, time: Duration) -> Answer {
    let time = time.min(LONGEST);
    tokio::time::timeout(time, connector.look_up(key))
        .await
        .unwrap_or_else(|_| Answer::Unavailable(format!("the register did not answer within {} ms", time.as_millis())))
}
