//! Customer value: what are they worth, and what will they be?
//!
//! To add an RPC: write it in `proto/clientele/value/v1`, give it a file of its own under [`rpc`] and a line in its service's table. To add
//! a background job: a file under [`jobs`] and a line in [`app_on`].

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;
use clientele_feed::{FeedService, Outbox, once, sequencer};
use clientele_pg::{
    Pool, PoolOptions, ServiceSchema,
    idempotency::{KEEP, Requests},
    migrate,
};
use clientele_proto::{
    events::v1::event_feed_service_server::{EventFeedServiceServer, SERVICE_NAME as EVENT_FEED_SERVICE},
    value::v1::{
        account_signals_service_server::SERVICE_NAME as ACCOUNT_SIGNALS_SERVICE,
        acquisition_spend_service_server::SERVICE_NAME as ACQUISITION_SPEND_SERVICE,
        churn_alert_service_server::SERVICE_NAME as CHURN_ALERT_SERVICE,
        contract_service_server::SERVICE_NAME as CONTRACT_SERVICE,
        cross_sell_service_server::SERVICE_NAME as CROSS_SELL_SERVICE,
        customer_share_service_server::SERVICE_NAME as CUSTOMER_SHARE_SERVICE,
        fx_rate_service_server::SERVICE_NAME as FX_RATE_SERVICE,
        score_change_service_server::SERVICE_NAME as SCORE_CHANGE_SERVICE,
        score_run_service_server::SERVICE_NAME as SCORE_RUN_SERVICE,
        score_service_server::SERVICE_NAME as SCORE_SERVICE,
        segment_clustering_service_server::SERVICE_NAME as SEGMENT_CLUSTERING_SERVICE,
        segment_service_server::SERVICE_NAME as SEGMENT_SERVICE, tier_service_server::SERVICE_NAME as TIER_SERVICE,
        transaction_service_server::SERVICE_NAME as TRANSACTION_SERVICE,
        value_policy_service_server::SERVICE_NAME as VALUE_POLICY_SERVICE,
        value_report_service_server::SERVICE_NAME as VALUE_REPORT_SERVICE,
    },
};
use clientele_service::{App, Context, client::Peer, settings::CommonSettings};
use sqlx::migrate::Migrator;
use tonic::service::RoutesBuilder;

use scoring::{Scoring, ScoringSettings};
use segmenting::Segmenting;

pub mod contracts;
pub mod domain;
pub mod jobs;
pub mod recording;
pub mod rpc;
pub mod scoring;
pub mod segmenting;
pub mod store;

/// What `--help` says of the service.
pub const ABOUT: &str = "Customer value: what are they worth, and what will they be?";

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The schema the service owns.
pub static SCHEMA: ServiceSchema = ServiceSchema::new("value", &MIGRATOR);

/// The settings of the service.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// What every service needs.
    #[command(flatten)]
    pub common: CommonSettings,
    /// Where the customers service is, such as http://customers:7000. Without it, transactions stay with the keys they came with.
    #[arg(long, value_name = "URL", requires = "peer_token_file")]
    pub customers_url: Option<String>,
    /// Where the qualification service is, such as http://qualification:7000. Without it, tiers are gated only by signals that are set by hand.
    #[arg(long, value_name = "URL", requires = "peer_token_file")]
    pub qualification_url: Option<String>,
    /// File with the token that calls to other services carry; read again for each call, so that it can be renewed. It needs the
    /// permission `events.read` and the scope `events.all_tenants`.
    #[arg(long, value_name = "FILE")]
    pub peer_token_file: Option<PathBuf>,
    /// How long, in seconds, a worker keeps a score run without renewing its lease: so long after a crash another replica takes it up.
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(2..=3600))]
    pub score_lease_seconds: u64,
    /// Succeeded score runs of a tenant whose scores are kept; those of older runs are removed.
    #[arg(long, default_value_t = 10, value_name = "RUNS", value_parser = clap::value_parser!(u32).range(1..))]
    pub score_runs_kept: u32,
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
    /// Buyers that were looked up lately.
    pub buyers: recording::KnownBuyers,
    /// Single transactions, read together.
    pub transactions: store::transaction::Reads,
    /// Score runs and the scores they made.
    pub scoring: Scoring,
    /// Who is in which segment.
    pub segmenting: Segmenting,
}

impl State {
    /// The state of a service over `pool`.
    pub fn new(pool: Pool, context: Context, scoring: ScoringSettings) -> Self {
        Self {
            context,
            outbox: Outbox::new(SCHEMA.schema.name()),
            requests: Requests::new(SCHEMA.schema),
            buyers: recording::KnownBuyers::default(),
            transactions: store::transaction::reads(pool.clone()),
            scoring: Scoring::new(&pool, scoring),
            segmenting: Segmenting::default(),
            pool,
        }
    }
}

/// The service, connected to its database, as `settings` describe it.
pub async fn app(settings: &Settings, context: Context) -> Result<App> {
    let mut options = PoolOptions::new(&settings.common.database.database_url, "clientele-value");
    options.max_connections = settings.common.database.database_connections;
    let pool = Pool::connect(&options).await?;
    migrate::ensure_current(&mut *pool.acquire().await?, &SCHEMA).await?;
    let peer = |url: &str| peer(url, settings.peer_token_file.as_deref());
    let customers = settings.customers_url.as_deref().map(peer).transpose()?;
    let qualification = settings.qualification_url.as_deref().map(peer).transpose()?;
    let scoring = ScoringSettings {
        lease: Duration::from_secs(settings.score_lease_seconds),
        runs_kept: settings.score_runs_kept,
    };
    Ok(app_with(pool, context, Peers { customers, qualification }, scoring))
}

/// The services that this one follows.
#[derive(Clone, Default)]
pub struct Peers {
    /// Whose customers transactions attach to.
    pub customers: Option<Peer>,
    /// Who says whether we may do business with them.
    pub qualification: Option<Peer>,
}

/// The service on connections that stand already, following the services whose customers transactions attach to, and which says whether we may do
/// business with them.
pub fn app_on(pool: Pool, context: Context, customers: Option<Peer>, qualification: Option<Peer>) -> App {
    app_with(pool, context, Peers { customers, qualification }, ScoringSettings::default())
}

/// The same, with settings of its own for score runs.
pub fn app_with(pool: Pool, context: Context, peers: Peers, scoring: ScoringSettings) -> App {
    let state = Arc::new(State::new(pool, context, scoring));
    let pool = &state.pool;
    let feed = FeedService::new((**pool).clone(), SCHEMA.schema.name());

    let mut routes = RoutesBuilder::default();
    routes
        .add_service(rpc::transactions::server(Arc::clone(&state)))
        .add_service(rpc::score_runs::server(Arc::clone(&state)))
        .add_service(rpc::scores::server(Arc::clone(&state)))
        .add_service(rpc::policies::server(Arc::clone(&state)))
        .add_service(rpc::signals::server(Arc::clone(&state)))
        .add_service(rpc::tiers::server(Arc::clone(&state)))
        .add_service(rpc::churn::server(Arc::clone(&state)))
        .add_service(rpc::contracts::server(Arc::clone(&state)))
        .add_service(rpc::changes::server(Arc::clone(&state)))
        .add_service(rpc::reports::server(Arc::clone(&state)))
        .add_service(rpc::acquisition::server(Arc::clone(&state)))
        .add_service(rpc::fx::server(Arc::clone(&state)))
        .add_service(rpc::cross_sell::server(Arc::clone(&state)))
        .add_service(rpc::segments::server(Arc::clone(&state)))
        .add_service(rpc::segment_clusterings::server(Arc::clone(&state)))
        .add_service(rpc::customer_share::server(Arc::clone(&state)))
        .add_service(EventFeedServiceServer::new(feed.clone()));
    let services = vec![
        TRANSACTION_SERVICE,
        SCORE_RUN_SERVICE,
        SCORE_SERVICE,
        VALUE_POLICY_SERVICE,
        ACCOUNT_SIGNALS_SERVICE,
        TIER_SERVICE,
        CHURN_ALERT_SERVICE,
        CONTRACT_SERVICE,
        SCORE_CHANGE_SERVICE,
        VALUE_REPORT_SERVICE,
        ACQUISITION_SPEND_SERVICE,
        FX_RATE_SERVICE,
        CROSS_SELL_SERVICE,
        SEGMENT_SERVICE,
        SEGMENT_CLUSTERING_SERVICE,
        CUSTOMER_SHARE_SERVICE,
        EVENT_FEED_SERVICE,
    ];

    let mut jobs = vec![
        feed.listener(),
        sequencer::job((**pool).clone(), state.outbox.clone(), None),
        once::sweep(pool.clone(), state.requests.clone(), KEEP),
        jobs::score_worker::job(Arc::clone(&state)),
        jobs::rescoring::job(Arc::clone(&state), &feed),
        jobs::score_sweep::job(Arc::clone(&state)),
        jobs::tier_override_sweep::job(Arc::clone(&state)),
        jobs::contract_keeper::job(Arc::clone(&state)),
        jobs::segment_reviews::job(Arc::clone(&state), &feed),
        jobs::customer_erasure::job(Arc::clone(&state)),
    ];
    if let Some(peer) = peers.customers {
        jobs.extend(jobs::customer_profiles::jobs(pool, &peer));
        jobs.push(jobs::customers_projection::job(Arc::clone(&state), peer));
    }
    if let Some(peer) = peers.qualification {
        jobs.push(jobs::qualification_projection::job(Arc::clone(&state), peer));
    }

    App { name: "value", routes: routes.routes(), services, jobs }
}

/// The service at `url`, called with the token that stands in a file.
fn peer(url: &str, token_file: Option<&std::path::Path>) -> Result<Peer> {
    let file = token_file.context("the address of another service needs peer_token_file")?.to_owned();
    fs::metadata(&file).with_context(|| format!("cannot read the token file {}", file.display()))?;
    let token = move || fs::read_to_string(&file).map(|token| token.trim().to_owned()).unwrap_or_default();
    Peer::new(url, Arc::new(token)).with_context(|| format!("{url} is no address of a service"))
}
