//! Schemas, roles and who may reach what.

use std::borrow::Cow;
use std::sync::LazyLock;

use clientele_pg::migrate::{self, MigrateError};
use clientele_pg::{Kind, ServiceSchema};
use futures::future::join_all;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, query, query_scalar, raw_sql};

use crate::harness::{connect, database, unique};

fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
}

static LEFT: LazyLock<Migrator> = LazyLock::new(|| {
    Migrator::with_migrations(vec![migration(
        1,
        "first",
        "CREATE TABLE left_side.a (n int); CREATE TABLE b (id bigserial)",
    )])
});
static LEFT_LATER: LazyLock<Migrator> = LazyLock::new(|| {
    Migrator::with_migrations(vec![
        migration(1, "first", "CREATE TABLE left_side.a (n int); CREATE TABLE b (id bigserial)"),
        migration(2, "second", "ALTER TABLE left_side.a ADD m int"),
        migration(3, "third", "CREATE TABLE left_side.c (n int)"),
    ])
});
static LEFT_CHANGED: LazyLock<Migrator> =
    LazyLock::new(|| Migrator::with_migrations(vec![migration(1, "first", "CREATE TABLE left_side.a (n bigint)")]));
static RIGHT: LazyLock<Migrator> =
    LazyLock::new(|| Migrator::with_migrations(vec![migration(1, "first", "CREATE TABLE right_side.a (n int)")]));

fn left() -> ServiceSchema {
    ServiceSchema::new("left_side", &LEFT)
}

fn right() -> ServiceSchema {
    ServiceSchema::new("right_side", &RIGHT)
}

/// The URL of the left service's own role.
fn as_left(url: &str) -> String {
    url.replace("user=clientele", "user=clientele_left_side")
}

#[tokio::test]
async fn a_service_reaches_its_own_schema_and_no_other() {
    let url = database().await;
    migrate::run(&url, &[&left(), &right()]).await.unwrap();
    let mut own = connect(&as_left(&url)).await;
    query("INSERT INTO left_side.a VALUES (1)").execute(&mut own).await.unwrap();
    query("INSERT INTO left_side.b DEFAULT VALUES").execute(&mut own).await.unwrap();
    raw_sql("CREATE TEMPORARY TABLE landing (n int); DELETE FROM left_side.a").execute(&mut own).await.unwrap();
    for forbidden in [
        "SELECT * FROM right_side.a",
        "CREATE TABLE left_side.mine (n int)",
        "CREATE TABLE public.mine (n int)",
        "CREATE SCHEMA mine",
        "DROP TABLE left_side.a",
        "TRUNCATE left_side.a",
        "INSERT INTO left_side._migrations VALUES (9, '', now(), true, '', 0)",
        "CREATE ROLE mine",
        "SET ROLE clientele_right_side",
    ] {
        let error = query(forbidden).execute(&mut own).await.unwrap_err();
        assert_eq!(Kind::of(&error), Kind::Denied, "{forbidden}: {error}");
    }
}

#[tokio::test]
async fn running_again_changes_nothing_and_two_runs_at_once_are_safe() {
    let url = database().await;
    let (left, right) = (left(), right());
    let both = [&left, &right];
    for done in join_all((0..4).map(|_| migrate::run(&url, &both))).await {
        done.unwrap();
    }
    migrate::run(&url, &both).await.unwrap();
    let applied: i64 =
        query_scalar("SELECT count(*) FROM left_side._migrations").fetch_one(&mut connect(&url).await).await.unwrap();
    assert_eq!(applied, 1);
}

#[tokio::test]
async fn a_replica_refuses_a_schema_that_is_behind_and_takes_one_that_is_ahead() {
    let url = database().await;
    let left = left();
    let later = ServiceSchema::new("left_side", &LEFT_LATER);
    let mut owner = connect(&url).await;
    let never = migrate::ensure_current(&mut owner, &left).await.unwrap_err();
    assert!(matches!(never, MigrateError::Behind { pending: 1, .. }));
    migrate::run(&url, &[&left]).await.unwrap();
    let mut service = connect(&as_left(&url)).await;
    migrate::ensure_current(&mut service, &left).await.unwrap();
    let behind = migrate::ensure_current(&mut service, &later).await.unwrap_err();
    assert_eq!(
        behind.to_string(),
        "schema `left_side` lacks 2 migration(s), the first is 2 (second): run `clientele migrate`"
    );
    migrate::run(&url, &[&later]).await.unwrap();
    migrate::ensure_current(&mut service, &later).await.unwrap();
    migrate::ensure_current(&mut service, &left).await.unwrap();
    migrate::run(&url, &[&left]).await.unwrap();
    let status = migrate::status(&mut service, &left).await.unwrap();
    assert_eq!((status.pending().count(), status.unknown), (0, vec![2, 3]));
}

#[tokio::test]
async fn a_migration_changed_after_it_was_applied_is_refused() {
    let url = database().await;
    migrate::run(&url, &[&left()]).await.unwrap();
    let changed = ServiceSchema::new("left_side", &LEFT_CHANGED);
    assert!(matches!(migrate::run(&url, &[&changed]).await, Err(MigrateError::Migrate { .. })));
    let refused = migrate::ensure_current(&mut connect(&url).await, &changed).await;
    assert!(matches!(refused, Err(MigrateError::Changed { version: 1, .. })));
}

#[tokio::test]
async fn a_database_is_created_once() {
    let name = unique("fresh");
    let url = crate::harness::cluster().url(&name);
    assert!(migrate::ensure_database(&url).await.unwrap());
    assert!(!migrate::ensure_database(&url).await.unwrap());
}
