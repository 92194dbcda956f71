//! A service's connections: one pool for its requests, and a tiny one beside it that can stop what the first one runs.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, try_join_all};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool, Postgres};

use crate::Schema;
use crate::hot::Hot;

/// An idle connection is asked whether it still lives only after resting this long; busy ones skip the round trip.
const TRUSTED_IDLE: Duration = Duration::from_secs(2);

/// How a service connects.
#[derive(Clone)]
pub struct PoolOptions {
    /// `postgres://user:password@host:port/database`, or `?host=/socket/folder`.
    pub url: String,
    /// Connect as this role instead of the user in the URL.
    pub role: Option<String>,
    /// Where unqualified names are looked up; `None` means nowhere, as schema-qualified SQL wants it.
    pub search_path: Option<Schema>,
    /// Shown in `pg_stat_activity`: the service's name.
    pub application_name: String,
    /// Connections kept open, opened before [`Pool::connect`] returns.
    pub min_connections: u32,
    /// Connections at most.
    pub max_connections: u32,
    /// How long a request waits for a free connection, when its own deadline is not shorter.
    pub acquire_timeout: Duration,
    /// A statement outside a [`crate::Tx`] with a deadline may take this long.
    pub statement_timeout: Duration,
    /// A transaction that sits idle this long is ended by the server.
    pub idle_in_transaction_timeout: Duration,
}

impl PoolOptions {
    /// Limits that suit one service on a shared server: 2 to 16 connections, 30 s a statement.
    pub fn new(url: impl Into<String>, application_name: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            role: None,
            search_path: None,
            application_name: application_name.into(),
            min_connections: 2,
            max_connections: 16,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            idle_in_transaction_timeout: Duration::from_mins(1),
        }
    }

    fn connect_options(&self) -> Result<PgConnectOptions, PoolError> {
        let mut options = PgConnectOptions::from_str(&self.url).map_err(PoolError::Url)?;
        if let Some(role) = &self.role {
            options = options.username(role);
        }
        let search_path = self.search_path.map_or("", Schema::name);
        Ok(options.application_name(&self.application_name).options([
            ("search_path", search_path.to_owned()),
            ("statement_timeout", milliseconds(self.statement_timeout)),
            ("idle_in_transaction_session_timeout", milliseconds(self.idle_in_transaction_timeout)),
            // A plan for one tenant trusts statistics that know nothing of a tenant that came since: it expects no row of it and may
            // take any index that begins with the tenant, so that each look-up reads all the tenant has. A plan for any tenant does
            // not. (It also need not be made again for every statement.)
            ("plan_cache_mode", "force_generic_plan".to_owned()),
            // Compiling a plan costs more than it saves on statements as short as ours, and Postgres would do it for those that are kept off
            // scans, which it thinks are dear.
            ("jit", "off".to_owned()),
        ]))
    }
}

fn milliseconds(duration: Duration) -> String {
    duration.as_millis().to_string()
}

/// The URL may hold a password.
impl fmt::Debug for PoolOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolOptions")
            .field("role", &self.role)
            .field("application_name", &self.application_name)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// A service's connections; cheap to clone. It derefs to sqlx's pool, for reads that need no transaction.
#[derive(Clone, Debug)]
pub struct Pool {
    requests: PgPool,
    /// Only ever runs `pg_cancel_backend`, so a full request pool cannot keep its own queries alive.
    control: PgPool,
    hot: Arc<Hot>,
}

impl Pool {
    /// Opens `min_connections` at once, so that a wrong address, role or password shows here and not in the first request.
    pub async fn connect(options: &PoolOptions) -> Result<Self, PoolError> {
        let connect = options.connect_options()?;
        let place = place(&connect);
        let requests = PgPoolOptions::new()
            .min_connections(options.min_connections)
            .max_connections(options.max_connections)
            .acquire_timeout(options.acquire_timeout)
            .idle_timeout(Duration::from_mins(10))
            .max_lifetime(Duration::from_hours(1))
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > TRUSTED_IDLE {
                        return Ok(connection.ping().await.is_ok());
                    }
                    Ok(true)
                })
            })
            .connect_with(connect.clone())
            .await
            .map_err(|source| PoolError::Connect { place: place.clone(), source })?;
        let warm = (0..options.min_connections.min(options.max_connections)).map(|_| requests.acquire());
        try_join_all(warm).await.map_err(|source| PoolError::Connect { place, source })?;
        let control = PgPoolOptions::new()
            .max_connections(2)
            .idle_timeout(Duration::from_mins(1))
            .connect_lazy_with(connect.application_name(&format!("{} (control)", options.application_name)));
        let hot = Arc::new(Hot::new(options.max_connections, TRUSTED_IDLE));
        Ok(Self { requests, control, hot })
    }

    /// Lends a connection to a piece of work, outside a transaction. Where one read follows another, the next has the connection at once,
    /// without the round trip that sqlx's own way back to the pool takes.
    pub async fn lend<T, W>(&self, work: W) -> Result<T, sqlx::Error>
    where
        W: for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
    {
        let mut connection = self.take().await?;
        // After an error, and when this future is dropped, the pool looks at the connection before anybody else has it.
        let done = work(&mut connection).await?;
        self.keep(connection);
        Ok(done)
    }

    /// A connection to use and then [`keep`](Self::keep), or to drop.
    pub async fn take(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.hot.take(&self.requests).await
    }

    /// Takes back a connection that is in no transaction and has no answer under way.
    pub fn keep(&self, connection: PoolConnection<Postgres>) {
        self.hot.keep(connection);
    }

    /// Waits for running requests and closes every connection.
    pub async fn close(&self) {
        self.hot.close();
        self.requests.close().await;
        self.control.close().await;
    }

    pub(crate) fn control(&self) -> &PgPool {
        &self.control
    }
}

impl Deref for Pool {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.requests
    }
}

/// Why a pool could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The URL cannot be read.
    #[error("the database URL is not valid")]
    Url(#[source] sqlx::Error),
    /// Nothing answers there, or it does not let this role in.
    #[error("cannot connect to Postgres at {place}")]
    Connect {
        /// Where and as whom, without the password.
        place: String,
        /// What Postgres or the network said.
        source: sqlx::Error,
    },
}

/// `role@host:port/database`, without the password.
pub(crate) fn place(options: &PgConnectOptions) -> String {
    let host =
        options.get_socket().map_or_else(|| options.get_host().to_owned(), |folder| folder.display().to_string());
    format!("{}@{host}:{}/{}", options.get_username(), options.get_port(), options.get_database().unwrap_or_default())
}

/// The same server as `url`, but this database and, when given, this role without a password.
pub fn url_for(url: &str, database: &str, role: Option<&str>) -> Result<String, PoolError> {
    let options = PgConnectOptions::from_str(url).map_err(PoolError::Url)?.database(database);
    let mut changed = match role {
        Some(role) => options.username(role),
        None => options,
    }
    .to_url_lossy();
    if role.is_some() {
        changed.set_password(None).ok();
    }
    // sqlx's own parameters would make psql and others refuse the URL.
    let kept: Vec<(String, String)> = changed
        .query_pairs()
        .filter(|(key, value)| key != "statement-cache-capacity" && !(key == "sslmode" && value == "prefer"))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    changed.set_query(None);
    if !kept.is_empty() {
        changed.query_pairs_mut().extend_pairs(kept);
    }
    Ok(changed.to_string())
}

#[cfg(test)]
mod tests {
    use super::{PoolOptions, url_for};

    #[test]
    fn a_url_moves_to_another_database_and_role_on_the_same_socket() {
        let moved =
            url_for("postgres:///postgres?host=/tmp/a-b&port=5555&user=clientele", "other", Some("clientele_value"));
        assert_eq!(moved.expect("a valid URL"), "postgres://clientele_value@%2Ftmp%2Fa%2Db:5555/other");
    }

    #[test]
    fn a_password_stays_with_its_role_only() {
        let url = "postgres://owner:secret@db.internal/one";
        assert!(url_for(url, "two", None).expect("valid").contains("secret"));
        assert!(!url_for(url, "two", Some("other")).expect("valid").contains("secret"));
    }

    #[test]
    fn debug_output_shows_no_password() {
        let options = PoolOptions::new("postgres://owner:secret@db.internal/one", "value");
        assert!(!format!("{options:?}").contains("secret"));
    }
}
