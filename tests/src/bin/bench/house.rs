//! What every measurement stands on: a private Postgres that keeps what it commits, keys for tokens, the services' own binaries.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use clientele_auth::{DevIssuer, DevToken};
use clientele_pg::{
    Cluster, Schema, ServiceSchema,
    cluster::{ClusterOptions, OWNER},
    migrate,
};
use clientele_service::Context;
use clientele_tests::world::FEED_READER;
use tokio::process::Command;

use crate::{psql::Psql, served::Served, sink};

/// The issuer of the tokens.
pub const ISSUER: &str = "bench";

/// What the tokens allow.
const SCOPES: [&str; 7] = [
    "customers.read",
    "customers.write",
    "qualification.read",
    "qualification.write",
    "value.read",
    "value.score",
    "value.write",
];

/// A service that is measured.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// Its storage.
    pub schema: &'static ServiceSchema,
}

/// The customers service.
pub const CUSTOMERS: Service = Service { name: "customers", schema: &clientele_customers::SCHEMA };
/// The value service.
pub const VALUE: Service = Service { name: "value", schema: &clientele_value::SCHEMA };
/// The qualification service.
pub const QUALIFICATION: Service = Service { name: "qualification", schema: &clientele_qualification::SCHEMA };
/// Every service.
pub const SERVICES: [Service; 3] = [CUSTOMERS, VALUE, QUALIFICATION];

/// Everything that measurements share. Its folder and its Postgres vanish with this process.
#[derive(Debug)]
pub struct House {
    cluster: Cluster,
    folder: PathBuf,
    issuer: DevIssuerOf,
    binaries: PathBuf,
    sink: SocketAddr,
}

/// The issuer has a private key, which is nobody's business.
struct DevIssuerOf(DevIssuer);

impl std::fmt::Debug for DevIssuerOf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("DevIssuer")
    }
}

impl House {
    /// Builds the services where `cargo` runs the benchmarks, and starts a private Postgres.
    pub async fn open() -> Result<Self> {
        let binaries = binaries().await?;
        let folder = env::temp_dir().join(format!("clientele-bench-{}", std::process::id()));
        let options = ClusterOptions { ephemeral: true, ..ClusterOptions::durable(folder.join("postgres")) };
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(options)).await??;
        let issuer = DevIssuerOf(DevIssuer::open(folder.join("keys"), ISSUER, "clientele")?);
        Ok(Self { cluster, folder, issuer, binaries, sink: sink::start().await? })
    }

    /// A folder for files that a measurement needs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A folder for programs that run beside ours; it stays, so that they are installed once.
    pub fn tools(&self) -> PathBuf {
        self.binaries.with_file_name("tools")
    }

    /// The owner's `psql` on a database.
    pub fn psql(&self, database: &str) -> Psql {
        Psql::new(self.cluster.url(database))
    }

    /// The URL of a service's role.
    pub fn url(&self, service: Service, database: &str) -> String {
        self.cluster.url_as(&service.schema.schema.role(), database)
    }

    /// A fresh database with every schema, and the owner's `psql` on it.
    pub async fn database(&self, name: &str) -> Result<Psql> {
        let url = self.cluster.url(name);
        migrate::ensure_database(&url).await?;
        migrate::run(&url, &SERVICES.map(|service| service.schema)).await?;
        Ok(self.psql(name))
    }

    /// Removes a database, to have its space back.
    pub async fn drop_database(&self, name: &str) -> Result<()> {
        self.psql("postgres").run(&[&format!("DROP DATABASE {name} WITH (FORCE)"), "CHECKPOINT"]).await
    }

    /// Starts a service on a database and waits until it is SERVING.
    pub async fn serve(&self, service: Service, database: &str) -> Result<Served> {
        self.serve_with(service, database, &[]).await
    }

    /// The same with further arguments.
    pub async fn serve_with(&self, service: Service, database: &str, arguments: &[&str]) -> Result<Served> {
        let program = self.binaries.join(format!("clientele-{}", service.name));
        ensure!(program.exists(), "{} is missing: run `make bench`, which builds it", program.display());
        let log = self.folder.join(format!("{}.log", service.name));
        let mut command = Command::new(program);
        command.args(["--token-issuer", ISSUER, "--otlp-endpoint", &format!("http://{}", self.sink)]);
        command.arg("--jwks").arg(self.issuer.0.jwks_path()).args(["--database-url", &self.url(service, database)]);
        // What it keeps by default is kept in the folder it runs in.
        command.args(arguments).current_dir(&self.folder);
        Served::start(command, &log).await
    }

    /// A token of a tenant's user who may do everything.
    pub fn token(&self, tenant: &str) -> String {
        self.signed(tenant, &SCOPES)
    }

    /// A token of a service that follows the feeds of others.
    pub fn peer_token(&self) -> String {
        self.signed("clientele", &FEED_READER)
    }

    fn signed(&self, tenant: &str, scopes: &[&str]) -> String {
        let lifetime = Duration::from_hours(12);
        let token = DevToken { tenant, subject: "bench", scopes, lifetime, id: None };
        self.issuer.0.sign(&token, Context::system().now())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // The cluster's watchdog removes its own part; the rest is ours. What is left is in the folder of temporary files.
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// The folder of the services' binaries: this program's own. Under `cargo run` they are brought up to date first.
async fn binaries() -> Result<PathBuf> {
    if let Some(cargo) = env::var_os("CARGO") {
        let mut build = Command::new(cargo);
        build.args(["build", "--release", "--locked", "--bins"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        for service in SERVICES {
            build.args(["--package", &format!("clientele-{}", service.name)]);
        }
        let status = build.stdin(Stdio::null()).status().await.context("cannot run cargo")?;
        ensure!(status.success(), "the services do not build");
    }
    let own = env::current_exe()?;
    Ok(own.parent().context("a program without a folder")?.to_owned())
}

/// The name of a schema's twin that the raw side of a measurement writes to.
pub fn twin(schema: Schema) -> String {
    format!("raw_{schema}")
}

/// Makes an empty table like one of a service, indexes included, for the raw side of a measurement; answers its name.
pub async fn twin_table(owner: &Psql, schema: Schema, table: &str) -> Result<String> {
    let twin = twin(schema);
    let name = format!("{twin}.{table}");
    owner
        .run(&[
            "SET client_min_messages = warning",
            &format!("CREATE SCHEMA IF NOT EXISTS {twin} AUTHORIZATION {OWNER}"),
            &format!("DROP TABLE IF EXISTS {name}"),
            &format!("CREATE TABLE {name} (LIKE {schema}.{table} INCLUDING ALL)"),
        ])
        .await?;
    Ok(name)
}
