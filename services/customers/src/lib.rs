//! Customer records: who is this?
//!
//! To add an RPC: write it in `proto/clientele/customers/v1`, give it a file of its own in [`rpc`] and a line in its table.

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use clientele_feed::{FeedService, Outbox, sequencer};
use clientele_pg::{idempotency::Requests, migrate, pool::{Pool, PoolOptions}, schema::ServiceSchema};
use clientele_proto::{
    customers::v1::customer_service_server::{CustomerServiceServer, SERVICE_NAME as CUSTOMER_SERVICE},
    events::v1::event_feed_service_server::{EventFeedServiceServer, SERVICE_NAME as EVENT_FEED_SERVICE},
};
use clientele_service::{App, Context, settings::CommonSettings};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub mod domain;
pub mod rpc;
pub mod store;

/// What `--help` says of the service.
pub const ABOUT: &str = "Customer records: who is this?";

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The schema the service owns.
pub static SCHEMA: ServiceSchema = ServiceSchema::new("customers", &MIGRATOR);

/// The settings of the service.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// What every service needs.
    #[command(flatten)]
    pub common: CommonSettings,
}
