//! Customer records: who is this?
//!
//! To add an RPC: write it in `proto/clientele/customers/v1`, give it a file of its own in [`rpc`] and a line in its table.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;
use clientele_feed::{FeedService, Outbox, once, sequencer};
use clientele_pg::{Pool, PoolOptions, ServiceSchema, coalesce::Coalescer, idempotency::Requests, migrate};
use clientele_proto::{
    customers::v1::{
        customer_merge_service_server::{CustomerMergeServiceServer, SERVICE_NAME as CUSTOMER_MERGE_SERVICE},
        customer_service_server::{CustomerServiceServer, SERVICE_NAME as CUSTOMER_SERVICE},
    },
    events::v1::event_feed_service_server::{EventFeedServiceServer, SERVICE_NAME as EVENT_FEED_SERVICE},
};
use clientele_service::{App, Context, settings::CommonSettings};
use futures::FutureExt as _;
use sqlx::migrate::Migrator;
use tonic::{codec::CompressionEncoding, service::Routes};
use uuid::Uuid;

use store::customer_read::{Read, customer_by_external_ids, customer_by_ids};

pub mod domain;
pub mod erasing;
pub mod error;
pub mod jobs;
pub mod rpc;
pub mod store;
pub mod upsert;
pub mod write;

/// What `--help` says of the service.
pub const ABOUT: &str = "Customer records: who is this?";

/// A message of 10,000 rows that are as long as rows may be is refused; 16 MiB holds 10,000 rows of more than a thousand bytes.
const LARGEST_MESSAGE: usize = 16 << 20;

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The schema the service owns.
pub static SCHEMA: ServiceSchema = ServiceSchema::new("customers", &MIGRATOR);

/// The settings of the service.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// What every service needs.
    #[command(flatten)]
    pub common: CommonSettings,
    /// Days that events are kept for subscribers; a consumer that was away longer rebuilds from the List RPCs. 0 keeps them for good.
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub event_retention_days: u32,
    /// Hours that the answer to a request_id is kept.
    #[arg(long, default_value_t = 72, value_name = "HOURS")]
    pub request_id_hours: u32,
}

/// How long the service remembers what.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Events; `None` keeps them for good.
    pub events: Option<Duration>,
    /// Answers to request ids.
    pub requests: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { events: None, requests: clientele_pg::idempotency::KEEP }
    }
}

/// What every RPC works with.
#[derive(Debug, Clone)]
pub struct Customers {
    pool: Pool,
    context: Context,
    outbox: Outbox,
    requests: Requests,
    by_id: Coalescer<(Arc<str>, Uuid), Read>,
    by_external_id: Coalescer<(Arc<str>, String), Read>,
}

impl Customers {
    /// The service over a pool of its role's connections.
    pub fn new(pool: Pool, context: Context) -> Self {
        let (ids, external_ids) = (pool.clone(), pool.clone());
        Self {
            by_id: Coalescer::new(move |keys| {
                let pool = ids.clone();
                async move { pool.lend(|connection| customer_by_ids(connection, keys).boxed()).await }
            }),
            by_external_id: Coalescer::new(move |keys| {
                let pool = external_ids.clone();
                async move { pool.lend(|connection| customer_by_external_ids(connection, keys).boxed()).await }
            }),
            outbox: Outbox::new(SCHEMA.schema.name()),
            requests: Requests::new(SCHEMA.schema),
            pool,
            context,
        }
    }
}

/// The service, on the database that the settings name. Its schema must be up to date.
pub async fn app(settings: &Settings, context: Context) -> Result<App> {
    let database = &settings.common.database;
    let options = PoolOptions {
        max_connections: database.database_connections,
        ..PoolOptions::new(&database.database_url, "clientele-customers")
    };
    let pool = Pool::connect(&options).await?;
    let mut connection = pool.acquire().await?;
    migrate::ensure_current(&mut connection, &SCHEMA).await.context("the database is not ready for this version")?;
    drop(connection);
    let day = Duration::from_hours(24);
    let retention = Retention {
        events: (settings.event_retention_days > 0).then_some(day * settings.event_retention_days),
        requests: Duration::from_hours(settings.request_id_hours.into()),
    };
    Ok(app_with(pool, context, retention))
}

/// The service over a pool of its role's connections, for the one-process launcher and for tests.
pub fn app_on(pool: Pool, context: Context) -> App {
    app_with(pool, context, Retention::default())
}

fn app_with(pool: Pool, context: Context, retention: Retention) -> App {
    let customers = Customers::new(pool.clone(), context);
    let feed = FeedService::new((*pool).clone(), SCHEMA.schema.name());
    let jobs = vec![
        feed.listener(),
        sequencer::job((*pool).clone(), customers.outbox.clone(), retention.events),
        once::sweep(pool, customers.requests.clone(), retention.requests),
        jobs::erasure::job(customers.clone()),
    ];
    let merges = CustomerMergeServiceServer::new(customers.clone());
    let service = CustomerServiceServer::new(customers)
        .max_decoding_message_size(LARGEST_MESSAGE)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd)
        .send_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Zstd);
    App {
        name: "customers",
        routes: Routes::new(service).add_service(merges).add_service(EventFeedServiceServer::new(feed)),
        services: vec![CUSTOMER_SERVICE, CUSTOMER_MERGE_SERVICE, EVENT_FEED_SERVICE],
        jobs,
    }
}
