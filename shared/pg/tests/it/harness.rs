//! What the tests share: the cluster, a database a test, and waiting for a condition.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clientele_pg::cluster::ClusterOptions;
use clientele_pg::{Cluster, Pool, PoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};

/// A name no other test or process uses.
pub fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}_{}_{next}", std::process::id())
}

pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir().join(unique("clientele_pg_it"))
}

pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(ClusterOptions::for_tests(temporary_folder())).expect("the cluster starts"))
}

/// The owner's URL of a new, empty database.
pub async fn database() -> String {
    let name = unique("db");
    let mut owner = PgConnection::connect(&cluster().url("postgres")).await.expect("the cluster answers");
    raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut owner).await.expect("a new database");
    cluster().url(&name)
}

pub async fn pool(max_connections: u32) -> Pool {
    pool_on(&database().await, max_connections).await
}

pub async fn pool_on(url: &str, max_connections: u32) -> Pool {
    let options = PoolOptions {
        max_connections,
        min_connections: 1,
        acquire_timeout: Duration::from_secs(20),
        ..PoolOptions::new(url, "test")
    };
    Pool::connect(&options).await.expect("a pool")
}

/// Asks again until the query answers true; fails after a generous while.
pub async fn eventually(connection: &mut PgConnection, sql: &'static str) {
    let patience = tokio::time::Instant::now();
    loop {
        let holds: bool =
            sqlx::query_scalar(sql).fetch_one(&mut *connection).await.expect("the condition can be asked");
        if holds {
            return;
        }
        assert!(patience.elapsed() < Duration::from_secs(20), "never true: {sql}");
        tokio::task::yield_now().await;
    }
}

pub async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}
