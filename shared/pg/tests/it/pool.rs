//! Pools that say what is wrong.

use clientele_pg::{Pool, PoolOptions, Schema};

use crate::harness::{cluster, connect, database};

#[tokio::test]
async fn a_wrong_role_is_named_in_the_error() {
    let options = PoolOptions { role: Some("nobody_here".to_owned()), ..PoolOptions::new(database().await, "test") };
    let error = Pool::connect(&options).await.unwrap_err();
    assert!(error.to_string().contains("nobody_here@"), "{error}");
}

#[tokio::test]
async fn a_pool_is_warm_when_it_opens_and_shows_its_service() {
    let url = database().await;
    let options = PoolOptions { min_connections: 3, ..PoolOptions::new(&url, "warm") };
    let pool = Pool::connect(&options).await.unwrap();
    let open: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'warm'")
        .fetch_one(&mut connect(&url).await)
        .await
        .unwrap();
    assert_eq!(open, 3);
    pool.close().await;
}

#[tokio::test]
async fn unqualified_names_are_found_only_where_asked_for() {
    let url = database().await;
    let bare = Pool::connect(&PoolOptions::new(&url, "bare")).await.unwrap();
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(&*bare).await.unwrap();
    assert_eq!(path, "");
    let options = PoolOptions { search_path: Some(Schema::new("value")), ..PoolOptions::new(&url, "value") };
    let own = Pool::connect(&options).await.unwrap();
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(&*own).await.unwrap();
    assert_eq!(path, "value");
    assert!(cluster().is_owner());
}

#[tokio::test]
async fn plans_are_not_compiled() {
    let pool = Pool::connect(&PoolOptions::new(&database().await, "any")).await.unwrap();
    let compiles: String = sqlx::query_scalar("SHOW jit").fetch_one(&*pool).await.unwrap();
    assert_eq!(compiles, "off");
}
