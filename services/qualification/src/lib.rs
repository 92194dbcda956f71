//! Customer qualification: may we do business with them, now?
//!
//! To add an RPC: write it in `proto/clientele/qualification/v1`, give it a file of its own under [`rpc`] and a line in its service's table. To add
//! a background job: a file under [`jobs`] and a line in [`app_on`]. A write that changes what a customer's standing follows from ends with
//! [`standing::restate`], and every transition of a case, a document, an authorisation and the like is written down with [`audit::record`].

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use clap::Args;
use clientele_feed::{FeedService, Outbox, sequencer};
use clientele_pg::{Pool, PoolOptions, ServiceSchema, idempotency::Requests, migrate};
use clientele_proto::{
    events::v1::event_feed_service_server::{EventFeedServiceServer, SERVICE_NAME as EVENT_FEED_SERVICE},
    qualification::v1::document_service_server::SERVICE_NAME as DOCUMENT_SERVICE,
    qualification::v1::qualification_service_server::SERVICE_NAME as QUALIFICATION_SERVICE,
};
use clientele_service::{App, Context, client::Peer, settings::CommonSettings};
use documents::{Documents, settings::DocumentSettings};
use sqlx::migrate::Migrator;
use tonic::service::RoutesBuilder;

pub mod audit;
pub mod documents;
pub mod domain;
pub mod jobs;
pub mod origin;
pub mod rpc;
pub mod standing;
pub mod store;

/// What `--help` says of the service.
pub const ABOUT: &str = "Customer qualification: may we do business with them, now?";

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The schema the service owns.
pub static SCHEMA: ServiceSchema = ServiceSchema::new("qualification", &MIGRATOR);

/// The settings of the service.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// What every service needs.
    #[command(flatten)]
    pub common: CommonSettings,
    /// Where the customers service is, such as http://customers:7000. Without it, cases can be opened for any id, and names are not
    /// compared with the customer's record.
    #[arg(long, value_name = "URL", requires = "peer_token_file")]
    pub customers_url: Option<String>,
    /// File with the token that calls to other services carry; read again for each call, so that it can be renewed. It needs the
    /// permission `events.read` and the scope `events.all_tenants`.
    #[arg(long, value_name = "FILE")]
    pub peer_token_file: Option<PathBuf>,
    /// Where documents are kept.
    #[command(flatten)]
    pub documents: DocumentSettings,
}

/// What every RPC and every job of the service has at hand.
#[derive(Debug)]
pub struct State {
    /// The service's connections.
    pub pool: Pool,
    /// Time and ids.
    pub context: Context,
    /// Where events are written.
    pub outbox: Outbox,
    /// Writes with a `request_id`.
    pub requests: Requests,
    /// Standings, read together.
    pub standings: store::standing::Reads,
    /// Contents of documents.
    pub documents: Documents,
}

impl State {
    /// The state of a service over `pool`.
    pub fn new(pool: Pool, context: Context, documents: Documents) -> Self {
        Self {
            context,
            documents,
            outbox: Outbox::new(SCHEMA.schema.name()),
            requests: Requests::new(SCHEMA.schema),
            standings: store::standing::reads(pool.clone()),
            pool,
        }
    }
}

/// The service, connected to its database, as `settings` describe it.
pub async fn app(settings: &Settings, context: Context) -> Result<App> {
    let mut options = PoolOptions::new(&settings.common.database.database_url, "clientele-qualification");
    options.max_connections = settings.common.database.database_connections;
    let pool = Pool::connect(&options).await?;
    migrate::ensure_current(&mut *pool.acquire().await?, &SCHEMA).await?;
    let customers =
        settings.customers_url.as_deref().map(|url| peer(url, settings.peer_token_file.as_deref())).transpose()?;
    Ok(app_with(pool, context, customers, settings.documents.open()?))
}

/// The service on connections that stand already. `customers` is the service whose customers are qualified.
/// Documents are forgotten with the process.
#[expect(clippy::expect_used, reason = "a system without randomness serves nobody")]
pub fn app_on(pool: Pool, context: Context, customers: Option<Peer>) -> App {
    app_with(pool, context, customers, Documents::in_memory().expect("randomness for a key"))
}

/// The same with a place for documents.
pub fn app_with(pool: Pool, context: Context, customers: Option<Peer>, documents: Documents) -> App {
    let state = Arc::new(State::new(pool, context, documents));
    let pool = &state.pool;
    let feed = FeedService::new((**pool).clone(), SCHEMA.schema.name());

    let mut routes = RoutesBuilder::default();
    routes
        .add_service(rpc::qualifications::server(Arc::clone(&state)))
        .add_service(rpc::documents::server(Arc::clone(&state)))
        .add_service(EventFeedServiceServer::new(feed.clone()));
    let services = vec![QUALIFICATION_SERVICE, DOCUMENT_SERVICE, EVENT_FEED_SERVICE];

    let mut jobs = vec![
        feed.listener(),
        sequencer::job((**pool).clone(), state.outbox.clone(), None),
        jobs::idempotency_sweep::job(Arc::clone(&state)),
        jobs::standing_keeper::job(Arc::clone(&state)),
        jobs::document_keeper::job(Arc::clone(&state)),
        jobs::document_sweep::job(Arc::clone(&state)),
    ];
    if let Some(peer) = customers {
        jobs.push(jobs::customers_projection::job(pool, peer));
    }

    App { name: "qualification", routes: routes.routes(), services, jobs }
}

/// The service at `url`, called with the token that stands in a file.
fn peer(url: &str, token_file: Option<&std::path::Path>) -> Result<Peer> {
    let file = token_file.context("customers_url needs peer_token_file")?.to_owned();
    fs::metadata(&file).with_context(|| format!("cannot read the token file {}", file.display()))?;
    let token = move || fs::read_to_string(&file).map(|token| token.trim().to_owned()).unwrap_or_default();
    Peer::new(url, Arc::new(token)).with_context(|| format!("{url} is no address of a service"))
}
