//! A database of its own for every test, in a private Postgres that is started once.
//!
//! `let database = TestDatabase::new(&[&clientele_value::STORAGE]).await;` answers within some ten milliseconds: it is a copy of a
//! template that was migrated once. The server is the one of `CLIENTELE_TEST_DATABASE_URL` (the `with-postgres` program starts one
//! and sets it) or else one that this process starts at first use and that vanishes with the process.

#![allow(clippy::expect_used, reason = "a test that cannot have its database has to fail, saying why")]

use std::collections::HashSet;
use std::env;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::thread;
use std::time::Duration;

use clientele_pg::cluster::ClusterOptions;
use clientele_pg::pool::url_for;
use clientele_pg::{Cluster, Pool, PoolOptions, Schema, ServiceSchema, migrate};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Error, PgConnection, query_scalar, raw_sql};
use tokio::sync::Mutex;

/// Names the owner's URL of a running server to use instead of starting one.
pub const SERVER_URL: &str = "CLIENTELE_TEST_DATABASE_URL";

/// "tmpl" in ASCII: whoever makes a template holds this advisory lock of the maintenance database.
const TEMPLATE_LOCK: i64 = 0x746d_706c;
/// Another session is in the template, if only for a moment.
const IN_USE: &str = "55006";

/// A database with the schemas of some services, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    /// A fresh database with these services migrated.
    ///
    /// # Panics
    /// When there is no Postgres, or a migration fails.
    pub async fn new(services: &[&ServiceSchema]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let template = template(services).await;
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut server = connect(server_url()).await;
        copy(&mut server, &template, &name).await.expect("a copy of the template database");
        Self { name }
    }

    /// The URL of the database's owner.
    pub fn owner_url(&self) -> String {
        moved(&self.name, None)
    }

    /// The URL of a service's own role.
    pub fn url(&self, schema: Schema) -> String {
        moved(&self.name, Some(&schema.role()))
    }

    /// A connection of the owner, for looking behind a service's back.
    pub async fn owner(&self) -> PgConnection {
        connect(&self.owner_url()).await
    }

    /// A small pool of a service's own role.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn pool(&self, schema: Schema) -> Pool {
        let options = PoolOptions {
            min_connections: 1,
            max_connections: 8,
            acquire_timeout: Duration::from_secs(30),
            ..PoolOptions::new(self.url(schema), schema.name())
        };
        Pool::connect(&options).await.expect("a pool on the test's database")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut server = PgConnection::connect(server_url()).await?;
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                raw_sql(AssertSqlSafe(sql)).execute(&mut server).await?;
                server.close().await
            })
        });
        // A server of our own vanishes with all its databases; another one outlives this process.
        if env::var_os(SERVER_URL).is_some() {
            dropping.join().ok();
        }
    }
}

/// The owner's URL of the server's maintenance database.
pub fn server_url() -> &'static str {
    static URL: LazyLock<String> = LazyLock::new(|| match env::var(SERVER_URL) {
        Ok(url) => url,
        Err(_) => cluster().url("postgres"),
    });
    &URL
}

/// This process' own server, started at first use; for tests that restart or kill it, which should have one to themselves.
///
/// # Panics
/// When Postgres is missing or does not start.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| start_cluster().expect("a private Postgres for the tests"))
}

/// A new server for tests. It and its folder vanish when it is dropped or this process ends.
pub fn start_cluster() -> Result<Cluster, clientele_pg::cluster::ClusterError> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("clientele-test-{}-{number}", std::process::id()));
    Cluster::start(ClusterOptions { max_connections: 400, ..ClusterOptions::for_tests(folder) })
}

/// The name of a database with these services migrated, made by whoever comes first.
async fn template(services: &[&ServiceSchema]) -> String {
    static MADE: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    let name = template_name(services);
    let mut made = MADE.lock().await;
    if made.insert(name.clone()) {
        make_template(&name, services).await.expect("a migrated template database");
    }
    name
}

/// Changes whenever a migration does.
fn template_name(services: &[&ServiceSchema]) -> String {
    let mut hash = Sha256::new();
    for service in services {
        hash.update(service.schema.name());
        for migration in service.migrator.iter() {
            hash.update(migration.version.to_be_bytes());
            hash.update(&migration.checksum);
        }
    }
    hash.finalize().iter().take(8).fold("template_".to_owned(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

async fn make_template(
    name: &str,
    services: &[&ServiceSchema],
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut server = PgConnection::connect(server_url()).await?;
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut server).await?;
    let exists: bool = query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(&mut server)
        .await?;
    if !exists {
        // Made under another name, so that an interrupted one is never taken for a whole one.
        let unfinished = format!("{name}_unfinished");
        for sql in
            [format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"), format!("CREATE DATABASE {unfinished}")]
        {
            raw_sql(AssertSqlSafe(sql)).execute(&mut server).await?;
        }
        migrate::run(&moved(&unfinished, None), services).await?;
        until_unused(&mut server, format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await?;
    }
    server.close().await?;
    Ok(())
}

/// Copying block by block takes a steady 40 ms; copying files (the only way before Postgres 15) waits for two checkpoints.
async fn copy(server: &mut PgConnection, template: &str, name: &str) -> Result<(), Error> {
    let strategy = match server.server_version_num() {
        Some(version) if version >= 150_000 => "STRATEGY wal_log",
        _ => "",
    };
    until_unused(server, format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}")).await
}

/// Runs a statement that needs a database to itself, again while somebody is on the way out of it.
async fn until_unused(server: &mut PgConnection, sql: String) -> Result<(), Error> {
    loop {
        match raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *server).await {
            // The server itself waits five seconds for the others before it says so.
            Err(Error::Database(error)) if error.code().as_deref() == Some(IN_USE) => {}
            done => return done.map(drop),
        }
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection to the test server")
}

fn moved(database: &str, role: Option<&str>) -> String {
    url_for(server_url(), database, role).expect("a valid server URL")
}

#[cfg(test)]
mod tests {
    use super::TestDatabase;
    use clientele_pg::ServiceSchema;
    use sqlx::migrate::{Migration, MigrationType, Migrator};
    use sqlx::{SqlSafeStr as _, query, query_scalar};
    use std::sync::LazyLock;
    use std::time::Instant;

    static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
        let sql = "CREATE TABLE thing (n int)".into_sql_str();
        Migrator::with_migrations(vec![Migration::new(1, "thing".into(), MigrationType::Simple, sql, false)])
    });

    #[tokio::test]
    async fn every_test_has_a_database_to_itself() {
        let service = ServiceSchema::new("things", &MIGRATOR);
        let first = TestDatabase::new(&[&service]).await;
        let pool = first.pool(service.schema).await;
        query("INSERT INTO things.thing VALUES (1)").execute(&*pool).await.unwrap();
        for _ in 0..5 {
            let began = Instant::now();
            let other = TestDatabase::new(&[&service]).await;
            println!("a database in {:?}", began.elapsed());
            let seen: i64 =
                query_scalar("SELECT count(*) FROM things.thing").fetch_one(&mut other.owner().await).await.unwrap();
            assert_eq!(seen, 0);
        }
    }
}
