//! The login role of a service, which may use the tables of its own schema and nothing else.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Error, PgConnection, raw_sql};

use super::table;
use crate::Schema;

/// Roles belong to the whole cluster: a run in another database may be creating the same one, outside our lock.
const CREATED_MEANWHILE: [&str; 3] = ["42710", "23505", "XX000"];

/// Creates the schema and its role where missing, and closes what Postgres leaves open to everybody.
pub(super) async fn prepare(connection: &mut PgConnection, schema: Schema) -> Result<(), Error> {
    create_role(connection, schema).await?;
    let role = schema.role();
    let database: String =
        sqlx::query_scalar("SELECT quote_ident(current_database())").fetch_one(&mut *connection).await?;
    // Temporary tables are where bulk loads land before they are merged.
    let sql = format!(
        "CREATE SCHEMA IF NOT EXISTS {schema};
         REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
         REVOKE ALL ON SCHEMA public FROM PUBLIC;
         REVOKE ALL ON DATABASE {database} FROM PUBLIC;
         GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role};
         GRANT USAGE ON SCHEMA {schema} TO {role};
         ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
         ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role};"
    );
    raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Grants on what the migrations created, also before the default privileges stood. The record of migrations is read-only.
pub(super) async fn grant(connection: &mut PgConnection, schema: Schema) -> Result<(), Error> {
    let role = schema.role();
    let migrations = table(schema);
    let sql = format!(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
         GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
         REVOKE INSERT, UPDATE, DELETE ON {migrations} FROM {role};"
    );
    raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

async fn create_role(connection: &mut PgConnection, schema: Schema) -> Result<(), Error> {
    let role = schema.role();
    if role_exists(connection, &role).await? {
        return Ok(());
    }
    let create = format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION");
    match raw_sql(AssertSqlSafe(create)).execute(&mut *connection).await {
        Err(Error::Database(error)) if CREATED_MEANWHILE.contains(&error.code().as_deref().unwrap_or_default()) => {
            if role_exists(connection, &role).await? {
                return Ok(());
            }
            Err(Error::Database(error))
        }
        created => created.map(drop),
    }
}

async fn role_exists(connection: &mut PgConnection, role: &str) -> Result<bool, Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1)")
        .bind(role)
        .fetch_one(connection)
        .await
}

/// Gives a service's role a password, for servers that are reached over a network. Until then it has none and can only log in where
/// the server trusts the connection, as the private cluster does on its socket.
pub async fn set_password(owner_url: &str, schema: Schema, password: &str) -> Result<(), Error> {
    let mut connection = PgConnectOptions::from_str(owner_url)?.disable_statement_logging().connect().await?;
    let sql: String = sqlx::query_scalar("SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)")
        .bind(schema.role())
        .bind(password)
        .fetch_one(&mut connection)
        .await?;
    raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}
