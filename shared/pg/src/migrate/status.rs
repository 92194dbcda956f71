//! Which of a service's migrations a database has.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Error, PgConnection, Row};

use super::{MigrateError, table};
use crate::ServiceSchema;

/// One migration this program knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The number its file begins with.
    pub version: i64,
    /// The rest of its file name.
    pub description: String,
    /// Whether the database has it.
    pub applied: bool,
    /// Whether the one applied differs from the one known.
    pub changed: bool,
}

/// The migrations of one service, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The service's schema.
    pub schema: &'static str,
    /// What this program knows.
    pub migrations: Vec<MigrationStatus>,
    /// Versions the database has from a newer program.
    pub unknown: Vec<i64>,
}

impl Status {
    /// The migrations the database lacks.
    pub fn pending(&self) -> impl Iterator<Item = &MigrationStatus> {
        self.migrations.iter().filter(|migration| !migration.applied)
    }
}

/// Compares the database with what this program knows. The owner and the service's own role may ask.
pub async fn status(connection: &mut PgConnection, service: &ServiceSchema) -> Result<Status, MigrateError> {
    let schema = service.schema.name();
    let mut applied = applied(connection, service).await.map_err(|source| MigrateError::Status { schema, source })?;
    let migrations = service
        .migrator
        .iter()
        .filter(|migration| !migration.migration_type.is_down_migration())
        .map(|migration| {
            let checksum = applied.remove(&migration.version);
            MigrationStatus {
                version: migration.version,
                description: migration.description.to_string(),
                applied: checksum.is_some(),
                changed: checksum.is_some_and(|checksum| checksum != *migration.checksum),
            }
        })
        .collect();
    let mut unknown: Vec<i64> = applied.into_keys().collect();
    unknown.sort_unstable();
    Ok(Status { schema, migrations, unknown })
}

/// Refuses to go on while the schema lacks a migration or has another version of one. A schema that is ahead is fine: migrations
/// expand before they contract.
pub async fn ensure_current(connection: &mut PgConnection, service: &ServiceSchema) -> Result<(), MigrateError> {
    let status = status(connection, service).await?;
    let schema = status.schema;
    if let Some(changed) = status.migrations.iter().find(|migration| migration.changed) {
        return Err(MigrateError::Changed { schema, version: changed.version });
    }
    let mut pending = status.pending();
    let Some(first) = pending.next() else {
        return Ok(());
    };
    Err(MigrateError::Behind {
        schema,
        first: format!("{} ({})", first.version, first.description),
        pending: 1 + pending.count(),
    })
}

/// Versions and checksums of what was applied; none where the schema or its record does not exist.
async fn applied(connection: &mut PgConnection, service: &ServiceSchema) -> Result<HashMap<i64, Vec<u8>>, Error> {
    let table = table(service.schema);
    // Not `to_regclass`: it fails on a schema the role may not use.
    let exists: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relname = '_migrations')",
    )
    .bind(service.schema.name())
    .fetch_one(&mut *connection)
    .await?;
    if !exists {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT version, checksum FROM {table} WHERE success")))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
