//! Customer qualification: may we do business with them, now?
//!
//! To add an RPC: write it in `proto/clientele/qualification/v1`, give it a file of its own under [`rpc`] and a line in its service's table. To add
//! a background job: a file under [`jobs`] and a line in [`app_on`]. A write that changes what a customer's standing follows from ends with
//! [`standing::restate`], and every transition of a case, a document, an authorisation and the like is written down with [`audit::record`].

use std::{fs, path::PathBuf, sync::Arc};

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
    qualification::v1::{
        audit_service_server::SERVICE_NAME as AUDIT_SERVICE,
        authorisation_service_server::SERVICE_NAME as AUTHORISATION_SERVICE,
        case_service_server::SERVICE_NAME as CASE_SERVICE, check_service_server::SERVICE_NAME as CHECK_SERVICE,
        document_service_server::SERVICE_NAME as DOCUMENT_SERVICE,
        ownership_service_server::SERVICE_NAME as OWNERSHIP_SERVICE,
        qualification_service_server::SERVICE_NAME as QUALIFICATION_SERVICE,
        registry_connector_service_server::SERVICE_NAME as REGISTRY_CONNECTOR_SERVICE,
        requirement_policy_service_server::SERVICE_NAME as REQUIREMENT_POLICY_SERVICE,
        risk_service_server::SERVICE_NAME as RISK_SERVICE, screening_service_server::SERVICE_NAME as SCREENING_SERVICE,
    },
};
use clientele_service::{App, Context, client::Peer, settings::CommonSettings};
use documents::{Documents, settings::DocumentSettings};
use sqlx::migrate::Migrator;
use tonic::service::RoutesBuilder;

use crate::audit_keys::AuditKeys;

pub mod assessing;
pub mod audit;
pub mod audit_keys;
pub mod authorisation;
pub mod cases;
pub mod crediting;
pub mod documents;
pub mod domain;
pub mod jobs;
pub mod origin;
pub mod overriding;
pub mod ownership_statements;
pub mod registry;
pub mod rpc;
pub mod screening;
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
    /// PEM file with the Ed25519 keys of the audit log: the first private key (PKCS#8) signs its heads, the others, of which the public halves
    /// are enough, are those that did before. Without it, entries are sealed and no head is signed.
    #[arg(long, value_name = "FILE")]
    pub audit_key_file: Option<PathBuf>,
    /// A register as a CSV file, which is read at the start: scheme, number, name, status, address, legal_representative, as_of_date, lists.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["registry_http_url", "registry_grpc_url"])]
    pub registry_file: Option<PathBuf>,
    /// A register that answers JSON, such as https://registers.example/{scheme}/{number}.
    #[arg(long, value_name = "URL", conflicts_with = "registry_grpc_url")]
    pub registry_http_url: Option<String>,
    /// A register behind a service that implements RegistryConnectorService, such as http://registers:7000.
    #[arg(long, value_name = "URL", requires = "peer_token_file")]
    pub registry_grpc_url: Option<String>,
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
    /// The keys of the audit log.
    pub audit_keys: AuditKeys,
    /// The register that checks ask; `None` where none is connected.
    pub registry: Option<Registry>,
    /// Contents of documents.
    pub documents: Documents,
    /// Listed names, ready to be searched.
    pub screening: screening::index::Lists,
}

/// A register.
pub type Registry = Arc<dyn registry::RegistryConnector>;

impl State {
    /// The state of a service over `pool`: without a register, with heads of the audit log that nobody signs, and with documents that are
    /// forgotten with the process.
    ///
    /// # Panics
    /// When the system has no randomness for a key.
    #[expect(clippy::expect_used, reason = "a system without randomness serves nobody")]
    pub fn new(pool: Pool, context: Context) -> Self {
        Self {
            context,
            documents: Documents::in_memory().expect("randomness for a key"),
            outbox: Outbox::new(SCHEMA.schema.name()),
            requests: Requests::new(SCHEMA.schema),
            standings: store::standing::reads(pool.clone()),
            audit_keys: AuditKeys::default(),
            registry: None,
            screening: screening::index::Lists::default(),
            pool,
        }
    }

    /// The same, with a place for documents.
    #[must_use]
    pub fn keeping(self, documents: Documents) -> Self {
        Self { documents, ..self }
    }

    /// The same, with keys to sign heads of the audit log with.
    #[must_use]
    pub fn signing(self, audit_keys: AuditKeys) -> Self {
        Self { audit_keys, ..self }
    }

    /// The same, with a register that checks ask.
    #[must_use]
    pub fn asking(self, registry: Option<Registry>) -> Self {
        Self { registry, ..self }
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
    let documents = settings.documents.open()?;
    documents.contents.check().await?;
    let state = State::new(pool, context)
        .signing(audit_keys(settings.audit_key_file.as_deref())?)
        .asking(registry_of(settings)?)
        .keeping(documents);
    Ok(app_of(state, customers))
}

/// The service on connections that stand already, with what [`State::new`] has. `customers` is the service whose customers are qualified.
pub fn app_on(pool: Pool, context: Context, customers: Option<Peer>) -> App {
    app_of(State::new(pool, context), customers)
}

/// The same with a state that was furnished with more, such as keys or a register.
pub fn app_of(state: State, customers: Option<Peer>) -> App {
    let state = Arc::new(state);
    let pool = &state.pool;
    let feed = FeedService::new((**pool).clone(), SCHEMA.schema.name());

    let (checks, registry_connector) = rpc::checks::servers(&state);
    let mut routes = RoutesBuilder::default();
    routes
        .add_service(rpc::qualifications::server(Arc::clone(&state)))
        .add_service(rpc::risk::server(Arc::clone(&state)))
        .add_service(checks)
        .add_service(registry_connector)
        .add_service(rpc::audit::server(Arc::clone(&state)))
        .add_service(rpc::authorisations::server(Arc::clone(&state)))
        .add_service(rpc::ownerships::server(Arc::clone(&state)))
        .add_service(rpc::cases::server(Arc::clone(&state)))
        .add_service(rpc::policies::server(Arc::clone(&state)))
        .add_service(rpc::documents::server(Arc::clone(&state)))
        .add_service(rpc::screening::server(Arc::clone(&state)))
        .add_service(EventFeedServiceServer::new(feed.clone()));
    let services = vec![
        QUALIFICATION_SERVICE,
        CASE_SERVICE,
        REQUIREMENT_POLICY_SERVICE,
        DOCUMENT_SERVICE,
        RISK_SERVICE,
        SCREENING_SERVICE,
        CHECK_SERVICE,
        REGISTRY_CONNECTOR_SERVICE,
        AUDIT_SERVICE,
        AUTHORISATION_SERVICE,
        OWNERSHIP_SERVICE,
        EVENT_FEED_SERVICE,
    ];

    let mut jobs = vec![
        feed.listener(),
        sequencer::job((**pool).clone(), state.outbox.clone(), None),
        once::sweep(pool.clone(), state.requests.clone(), KEEP),
        jobs::standing_keeper::job(Arc::clone(&state)),
        jobs::audit_sealer::job(Arc::clone(&state), feed.latest()),
        jobs::eraser::job(Arc::clone(&state)),
        jobs::authorisation_keeper::job(Arc::clone(&state)),
        jobs::risk_keeper::job(Arc::clone(&state)),
        jobs::case_keeper::job(Arc::clone(&state)),
        jobs::review_reminder::job(Arc::clone(&state)),
        jobs::document_keeper::job(Arc::clone(&state)),
        jobs::document_sweep::job(Arc::clone(&state)),
        jobs::screening_watch::job(Arc::clone(&state)),
    ];
    if let Some(peer) = customers {
        jobs.push(jobs::customers_projection::job(pool, peer));
    }

    App { name: "qualification", routes: routes.routes(), services, jobs }
}

/// The keys of the audit log.
fn audit_keys(file: Option<&std::path::Path>) -> Result<AuditKeys> {
    let Some(file) = file else {
        tracing::warn!("there is no --audit-key-file: heads of the audit log are not signed");
        return Ok(AuditKeys::default());
    };
    AuditKeys::read(file).with_context(|| format!("the keys of the audit log in {} cannot be used", file.display()))
}

/// The register that settings name.
fn registry_of(settings: &Settings) -> Result<Option<Registry>> {
    if let Some(path) = &settings.registry_file {
        return Ok(Some(Arc::new(registry::file::FileRegistry::open(path)?)));
    }
    if let Some(template) = &settings.registry_http_url {
        return Ok(Some(Arc::new(registry::http::HttpRegistry::new(template)?)));
    }
    let Some(url) = &settings.registry_grpc_url else { return Ok(None) };
    let peer = peer(url, settings.peer_token_file.as_deref())?;
    Ok(Some(Arc::new(registry::grpc::GrpcRegistry::new(peer))))
}

/// The service at `url`, called with the token that stands in a file.
fn peer(url: &str, token_file: Option<&std::path::Path>) -> Result<Peer> {
    let file = token_file.context("the address of another service needs peer_token_file")?.to_owned();
    fs::metadata(&file).with_context(|| format!("cannot read the token file {}", file.display()))?;
    let token = move || fs::read_to_string(&file).map(|token| token.trim().to_owned()).unwrap_or_default();
    Peer::new(url, Arc::new(token)).with_context(|| format!("{url} is no address of a service"))
}
