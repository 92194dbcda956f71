//! The database of the services: the one that `DATABASE_URL` names, or a private Postgres in the folder.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::{Context as _, Result};
use clientele_pg::{Cluster, Pool, PoolOptions, ServiceSchema, cluster::ClusterOptions, migrate};
use clientele_service::Context;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

/// Every schema, in the order in which they are migrated.
pub static SCHEMAS: [&ServiceSchema; 3] =
    [&clientele_customers::SCHEMA, &clientele_value::SCHEMA, &clientele_qualification::SCHEMA];

/// The name of the database in the private Postgres.
const DATABASE: &str = "clientele";

/// Connections of each service at most.
const CONNECTIONS: u32 = 40;

/// A database the services can be put on.
pub struct Database {
    /// The URL of its owner.
    owner_url: String,
    /// The password of the services' roles, where the server asks for one.
    password: Option<String>,
    cluster: Option<Cluster>,
}

impl Database {
    /// The database of `DATABASE_URL` where that is set, else a private one in `folder`, started here.
    pub async fn open(folder: &Path, context: &Context) -> Result<Self> {
        if let Ok(owner_url) = std::env::var("DATABASE_URL") {
            let password = password(&folder.join("database-password"), context)?;
            return Ok(Self { owner_url, password: Some(password), cluster: None });
        }
        let options = ClusterOptions::durable(folder.join("postgres"));
        // Starting Postgres waits on processes: not on an async thread.
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(options)).await??;
        Ok(Self { owner_url: cluster.url(DATABASE), password: None, cluster: Some(cluster) })
    }

    /// Brings every schema up to date.
    pub async fn migrate(&self) -> Result<()> {
        migrate::ensure_database(&self.owner_url).await.context("cannot reach the database")?;
        migrate::run(&self.owner_url, &SCHEMAS).await?;
        if let Some(password) = &self.password {
            for service in SCHEMAS {
                migrate::set_password(&self.owner_url, service.schema, password).await?;
            }
        }
        Ok(())
    }

    /// Connections of a service, with its own role.
    pub async fn pool(&self, name: &str, service: &ServiceSchema) -> Result<Pool> {
        let url = match (&self.cluster, &self.password) {
            (Some(cluster), _) => cluster.url_as(&service.schema.role(), DATABASE),
            (None, password) => {
                let options: PgConnectOptions = self.owner_url.parse()?;
                let options = options.username(&service.schema.role());
                let options = if let Some(password) = password { options.password(password) } else { options };
                options.to_url_lossy().to_string()
            }
        };
        let mut options = PoolOptions::new(url, name);
        options.max_connections = CONNECTIONS;
        Ok(Pool::connect(&options).await?)
    }

    /// The URL of the owner, for programs that look into the database.
    pub fn owner_url(&self) -> &str {
        &self.owner_url
    }

    /// Stops the private Postgres, if this process started it.
    pub async fn close(self) -> Result<()> {
        if let Some(cluster) = self.cluster {
            tokio::task::spawn_blocking(move || cluster.stop()).await??;
        }
        Ok(())
    }
}

/// The password in a file that only its owner can read, made at the first start.
fn password(path: &Path, context: &Context) -> Result<String> {
    if let Ok(password) = fs::read_to_string(path) {
        return Ok(password.trim().to_owned());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let password = format!("{}{}", context.new_id().simple(), context.new_id().simple());
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .context("cannot keep the database password")?;
    file.write_all(password.as_bytes())?;
    Ok(password)
}
