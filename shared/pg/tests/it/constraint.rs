//! Errors as Postgres really sends them.

use std::time::Duration;

use clientele_pg::constraint::violated;
use clientele_pg::{Kind, Pool, PoolOptions};
use sqlx::{Error, Executor as _, query, raw_sql};

use crate::harness::{connect, database, pool, pool_on};

async fn refused(pool: &Pool, sql: &'static str) -> Error {
    query(sql).execute(&**pool).await.unwrap_err()
}

#[tokio::test]
async fn the_constraint_that_refused_a_row_is_named() {
    let pool = pool(1).await;
    raw_sql(
        "CREATE TABLE public.parent (id int CONSTRAINT parent_key PRIMARY KEY);
         CREATE TABLE public.child (id int NOT NULL CONSTRAINT child_parent REFERENCES public.parent,
            age int CONSTRAINT age_positive CHECK (age > 0))",
    )
    .execute(&*pool)
    .await
    .unwrap();
    query("INSERT INTO public.parent VALUES (1)").execute(&*pool).await.unwrap();
    for (sql, name) in [
        ("INSERT INTO public.parent VALUES (1)", Some("parent_key")),
        ("INSERT INTO public.child VALUES (2, 1)", Some("child_parent")),
        ("INSERT INTO public.child VALUES (1, -1)", Some("age_positive")),
        ("INSERT INTO public.child VALUES (NULL, 1)", None),
    ] {
        let error = refused(&pool, sql).await;
        assert_eq!(violated(&error), name, "{sql}");
        assert_eq!(Kind::of(&error), Kind::Violation, "{sql}");
    }
}

#[tokio::test]
async fn a_terminated_backend_is_unavailable() {
    let url = database().await;
    let pool = pool_on(&url, 1).await;
    let mut victim = pool.acquire().await.unwrap();
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *victim).await.unwrap();
    query("SELECT pg_terminate_backend($1)").bind(pid).execute(&mut connect(&url).await).await.unwrap();
    let error = victim.execute("SELECT 1").await.unwrap_err();
    assert_eq!(Kind::of(&error), Kind::Unavailable, "{error}");
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_busy() {
    let options = PoolOptions {
        min_connections: 1,
        max_connections: 1,
        acquire_timeout: Duration::from_secs(1),
        ..PoolOptions::new(database().await, "test")
    };
    let pool = Pool::connect(&options).await.unwrap();
    let held = pool.acquire().await.unwrap();
    assert_eq!(Kind::of(&pool.acquire().await.unwrap_err()), Kind::Busy);
    drop(held);
}

#[tokio::test]
async fn overflow_is_a_bad_value_and_a_missing_row_is_not_found() {
    let pool = pool(1).await;
    assert_eq!(Kind::of(&refused(&pool, "SELECT 2147483647 + 1").await), Kind::BadValue);
    let none = query("SELECT 1 WHERE false").fetch_one(&*pool).await.unwrap_err();
    assert_eq!(Kind::of(&none), Kind::NotFound);
}
