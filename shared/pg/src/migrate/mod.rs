//! A service's schema brought up to date by its owner: schema, role, migrations and grants, under one lock.
//!
//! `clientele migrate` calls [`run`]; a serving replica only calls [`ensure_current`]. The record of what was applied is the table
//! `_migrations` in the service's own schema.

mod role;
mod status;

use std::str::FromStr;

use sqlx::migrate::{MigrateDatabase, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres, raw_sql};

use crate::pool::place;
use crate::{Schema, ServiceSchema};
pub use role::set_password;
pub use status::{MigrationStatus, Status, ensure_current, status};

/// The advisory lock of everyone who migrates a database: "clientel" in ASCII.
const LOCK: i64 = 0x636c_6965_6e74_656c;
/// A migration that waits longer than this for a table lock fails rather than queueing all traffic behind it.
const LOCK_TIMEOUT: &str = "10s";

/// Why a schema is not, or could not be, up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The owner cannot connect.
    #[error("cannot connect to Postgres at {place}")]
    Connect {
        /// Where and as whom, without the password.
        place: String,
        /// What Postgres or the network said.
        source: sqlx::Error,
    },
    /// Creating the schema, its role or its grants failed.
    #[error("cannot prepare schema `{schema}`")]
    Prepare {
        /// The service's schema.
        schema: &'static str,
        /// What Postgres said.
        source: sqlx::Error,
    },
    /// A migration failed or was changed after it was applied.
    #[error("cannot migrate schema `{schema}`")]
    Migrate {
        /// The service's schema.
        schema: &'static str,
        /// Which migration, and why.
        source: sqlx::migrate::MigrateError,
    },
    /// The schema lacks migrations this program needs.
    #[error("schema `{schema}` lacks {pending} migration(s), the first is {first}: run `clientele migrate`")]
    Behind {
        /// The service's schema.
        schema: &'static str,
        /// How many are missing.
        pending: usize,
        /// Version and description of the first one.
        first: String,
    },
    /// An applied migration is not the one this program knows.
    #[error("migration {version} of schema `{schema}` was changed after it was applied")]
    Changed {
        /// The service's schema.
        schema: &'static str,
        /// The migration's version.
        version: i64,
    },
    /// The state cannot be read.
    #[error("cannot read the migrations of schema `{schema}`")]
    Status {
        /// The service's schema.
        schema: &'static str,
        /// What Postgres said.
        source: sqlx::Error,
    },
}

/// Creates the database of a URL where it does not exist yet, and answers whether it did so.
pub async fn ensure_database(owner_url: &str) -> Result<bool, sqlx::Error> {
    if Postgres::database_exists(owner_url).await? {
        return Ok(false);
    }
    match Postgres::create_database(owner_url).await {
        Ok(()) => Ok(true),
        // Someone else was quicker.
        Err(error) if Postgres::database_exists(owner_url).await? => {
            tracing::debug!(error = &error as &dyn std::error::Error, "the database was created meanwhile");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Brings each service's schema up to date, one after another, connected as the database's owner. Running it again changes nothing;
/// running it twice at a time makes the second wait.
pub async fn run(owner_url: &str, services: &[&ServiceSchema]) -> Result<(), MigrateError> {
    let options = PgConnectOptions::from_str(owner_url)
        .map_err(|source| MigrateError::Connect { place: "an invalid URL".to_owned(), source })?
        .application_name("clientele migrate")
        .options([("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")]);
    let connect = |source| MigrateError::Connect { place: place(&options), source };
    let mut connection = options.connect().await.map_err(connect)?;
    // Held until the connection closes, also when a step fails.
    sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut connection).await.map_err(connect)?;
    for service in services {
        migrate(&mut connection, service).await?;
    }
    connection.close().await.map_err(connect)
}

async fn migrate(connection: &mut PgConnection, service: &ServiceSchema) -> Result<(), MigrateError> {
    let schema = service.schema;
    let prepare = |source| MigrateError::Prepare { schema: schema.name(), source };
    role::prepare(connection, schema).await.map_err(prepare)?;
    let settings = format!("SET search_path TO {schema}; SET lock_timeout TO '{LOCK_TIMEOUT}'");
    raw_sql(AssertSqlSafe(settings)).execute(&mut *connection).await.map_err(prepare)?;
    migrator(service)
        .run(&mut *connection)
        .await
        .map_err(|source| MigrateError::Migrate { schema: schema.name(), source })?;
    raw_sql("RESET search_path; RESET lock_timeout").execute(&mut *connection).await.map_err(prepare)?;
    role::grant(connection, schema).await.map_err(prepare)
}

/// The service's migrations, recorded in its own schema. An older program finds newer migrations applied and leaves them alone.
fn migrator(service: &ServiceSchema) -> Migrator {
    let mut migrator = Migrator::with_migrations(service.migrator.iter().cloned().collect());
    migrator.dangerous_set_table_name(table(service.schema));
    migrator.set_locking(false);
    migrator.set_ignore_missing(true);
    migrator
}

fn table(schema: Schema) -> String {
    format!("{schema}._migrations")
}
