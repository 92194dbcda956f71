//! The services as processes, on a Postgres of their own that keeps what it acknowledged.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use clientele_pg::{Cluster, ServiceSchema, cluster::ClusterOptions, migrate};
use clientele_proto::events::v1::{GetFeedBoundsRequest, event_feed_service_client::EventFeedServiceClient};
use clientele_service::Context;
use clientele_testkit::{Authorised, Bearer, Tokens};
use clientele_tests::{eventually, world::FEED_READER};
use sqlx::{Connection, PgConnection};
use tonic::{service::interceptor::InterceptedService, transport::Endpoint};

use crate::process::Process;

const DATABASE: &str = "clientele";

fn documents_in(folder: &Path) -> PathBuf {
    folder.join("documents")
}

/// Processes, database and tokens of one test. Fields are dropped in their order: services first.
pub struct Site {
    /// The customers service.
    pub customers: Process,
    /// The value service, which follows the feed of customers.
    pub value: Process,
    /// The qualification service, which keeps documents in [`Site::documents`].
    pub qualification: Process,
    /// The database server.
    pub cluster: Cluster,
    tokens: Tokens,
    folder: tempfile::TempDir,
}

impl Site {
    /// Starts everything and waits until it answers.
    pub async fn start() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("clientele-faults-{}-{number}", std::process::id()));
        let options = ClusterOptions { ephemeral: true, ..ClusterOptions::durable(folder) };
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(options)).await.unwrap().unwrap();
        migrate::ensure_database(&cluster.url(DATABASE)).await.unwrap();
        let schemas = [&clientele_customers::SCHEMA, &clientele_value::SCHEMA, &clientele_qualification::SCHEMA];
        migrate::run(&cluster.url(DATABASE), &schemas).await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::new(Context::system().now());
        let token_file = folder.path().join("peer-token");
        fs::write(&token_file, tokens.with_scopes("clientele", &FEED_READER)).unwrap();
        let flags = |schema: &ServiceSchema| {
            let url = cluster.url_as(&schema.schema.role(), DATABASE);
            let jwks = tokens.jwks_path();
            let issuer = tokens.issuer();
            ["--database-url", &url, "--database-connections", "12", "--jwks", jwks.to_str().unwrap()]
                .into_iter()
                .chain(["--token-issuer", issuer.issuer(), "--token-audience", issuer.audience()])
                .map(ToOwned::to_owned)
                .collect::<Vec<_>>()
        };
        let customers = Process::start("customers", folder.path(), flags(&clientele_customers::SCHEMA));
        let mut of_value = flags(&clientele_value::SCHEMA);
        of_value.extend(["--customers-url".to_owned(), format!("http://{}", customers.address)]);
        of_value.extend(["--peer-token-file".to_owned(), token_file.to_str().unwrap().to_owned()]);
        of_value.extend(["--score-lease-seconds", "2"].map(ToOwned::to_owned));
        let value = Process::start("value", folder.path(), of_value);
        let mut of_qualification = flags(&clientele_qualification::SCHEMA);
        let documents = format!("file:{}", documents_in(folder.path()).display());
        of_qualification.extend(["--object-store-url".to_owned(), documents]);
        let qualification = Process::start("qualification", folder.path(), of_qualification);
        let site = Self { customers, value, qualification, cluster, tokens, folder };
        site.until_answering().await;
        site
    }

    /// Where documents are kept.
    pub fn documents(&self) -> PathBuf {
        documents_in(self.folder.path())
    }

    /// Waits until all services answer.
    pub async fn until_answering(&self) {
        for process in [&self.customers, &self.value, &self.qualification] {
            let mut feed = EventFeedServiceClient::new(self.channel(process));
            eventually("a service answers", async || feed.get_feed_bounds(GetFeedBoundsRequest {}).await.ok()).await;
        }
    }

    /// Calls of the tenant `acme` that may do everything; they connect again when a connection is lost.
    pub fn channel(&self, process: &Process) -> Authorised {
        let endpoint = Endpoint::from_shared(format!("http://{}", process.address)).unwrap();
        let endpoint = endpoint.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_mins(2));
        InterceptedService::new(endpoint.connect_lazy(), Bearer::new(&self.tokens.of_tenant("acme")))
    }

    /// A connection of the database's owner, as soon as there is one to be had.
    pub async fn owner(&self) -> PgConnection {
        let url = self.cluster.url(DATABASE);
        eventually("Postgres answers", async || PgConnection::connect(&url).await.ok()).await
    }
}
