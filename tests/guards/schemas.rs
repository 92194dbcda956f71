//! What the database must hold to: a schema a service, a role a schema, the tenant first in every key.

use clientele_testkit::TestDatabase;
use clientele_tests::{rows::tables, world::SCHEMAS};
use sqlx::{AssertSqlSafe, Connection, PgConnection, error::DatabaseError, query_as, raw_sql};

/// What has no tenant: the bounds of feeds, cursors into feeds of all tenants, the record of migrations.
const WITHOUT_TENANT: [&str; 8] = [
    "customers._migrations",
    "customers.feed_bounds",
    "qualification._migrations",
    "qualification.feed_bounds",
    "qualification.projection_cursor",
    "value._migrations",
    "value.feed_bounds",
    "value.projection_cursor",
];

async fn database() -> TestDatabase {
    TestDatabase::new(&SCHEMAS).await
}

#[tokio::test]
async fn every_primary_key_starts_with_the_tenant() {
    let database = database().await;
    let mut owner = database.owner().await;
    let keys: Vec<(String, Option<String>)> = query_as(
        "SELECT format('%I.%I', n.nspname, c.relname), a.attname FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] \
         WHERE n.nspname IN ('customers', 'qualification', 'value') AND c.relkind IN ('r', 'p') ORDER BY 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(keys.len(), tables(&mut owner).await.len());
    let without: Vec<&str> = keys
        .iter()
        .filter(|(_, first)| first.as_deref() != Some("tenant_id"))
        .map(|(table, _)| table.as_str())
        .collect();
    assert_eq!(without, WITHOUT_TENANT);
}

#[tokio::test]
async fn a_role_reaches_its_own_schema_and_no_other() {
    let database = database().await;
    let tables = tables(&mut database.owner().await).await;
    for schema in SCHEMAS {
        let service = schema.schema.name();
        let mut role = PgConnection::connect(&database.url(schema.schema)).await.unwrap();
        let mut tried = 0;
        for table in &tables {
            let statements =
                [format!("SELECT 1 FROM {table} LIMIT 1"), format!("DELETE FROM {table}"), format!("TRUNCATE {table}")];
            if table.starts_with(&format!("{service}.")) {
                raw_sql(AssertSqlSafe(statements[0].clone())).execute(&mut role).await.unwrap();
                continue;
            }
            for statement in statements {
                denied(&mut role, &statement).await;
                tried += 1;
            }
        }
        assert!(tried > 9, "{service} was shown nothing of the others");
        denied(&mut role, "CREATE SCHEMA thing").await;
        for other in SCHEMAS.map(|other| other.schema.name()).into_iter().filter(|other| *other != service) {
            for statement in [
                format!("CREATE TABLE {other}.thing (n int)"),
                format!("DROP SCHEMA {other} CASCADE"),
                format!("SET ROLE clientele_{other}"),
            ] {
                denied(&mut role, &statement).await;
            }
        }
    }
}

async fn denied(role: &mut PgConnection, statement: &str) {
    let error = raw_sql(AssertSqlSafe(statement.to_owned())).execute(role).await.expect_err(statement);
    let code = error.as_database_error().and_then(DatabaseError::code).unwrap_or_default().into_owned();
    assert_eq!(code, "42501", "{statement}: {error}");
}

#[tokio::test]
async fn no_foreign_key_leaves_its_schema() {
    let database = database().await;
    let strays: Vec<(String,)> = query_as(
        "SELECT k.conname::text FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid \
         JOIN pg_class b ON b.oid = k.confrelid WHERE k.contype = 'f' AND a.relnamespace <> b.relnamespace",
    )
    .fetch_all(&mut database.owner().await)
    .await
    .unwrap();
    assert!(strays.is_empty(), "{strays:?}");
}
