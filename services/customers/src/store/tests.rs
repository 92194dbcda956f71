//! What only SQL decides: constraints, locks, the order of bulk writes.

use std::{sync::Arc, time::Duration};

use clientele_pg::{Pool, Tx, constraint::violated};
use clientele_testkit::TestDatabase;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{
    customer_read::{customer_by_external_ids, customer_by_ids, customer_get_for_update, customer_get_many},
    customer_write::{EXTERNAL_ID_TAKEN, customer_insert, customer_update},
};
use crate::{
    SCHEMA,
    domain::{Customer, Draft, DraftKind, Profile, customer::tests::profile, draft::DraftPerson},
};

async fn pool() -> (TestDatabase, Pool) {
    let database = TestDatabase::new(&[&SCHEMA]).await;
    let pool = database.pool(SCHEMA.schema).await;
    (database, pool)
}

fn customer(number: u128, external_id: &str) -> Customer {
    Customer::new(Uuid::from_u128(number), profile(external_id, "Acme"), Timestamp::UNIX_EPOCH)
}

async fn insert(pool: &Pool, tenant: &str, customers: &[&Customer]) -> sqlx::Result<()> {
    let mut tx = Tx::begin(pool, None).await?;
    customer_insert(&mut tx, tenant, customers).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_customer_reads_back_as_it_was_written() {
    let (_database, pool) = pool().await;
    let person = DraftPerson { given_name: "Zoë".into(), family_name: "丁".into() };
    let draft = Draft {
        external_id: "P-1".into(),
        kind: Some(DraftKind::Person(person)),
        email: "zoe@ding.example".into(),
        phone: "+4915112345678".into(),
        country_code: "CN".into(),
        attributes: [("quote".to_owned(), "\"\\\n\u{1F600}".to_owned())].into(),
        ..Draft::default()
    };
    let now = "2026-03-02T12:00:00.123456Z".parse().unwrap();
    let mut person = Customer::new(Uuid::from_u128(1), Profile::new(draft).unwrap(), now);
    let organisation = customer(2, "");
    insert(&pool, "acme", &[&person, &organisation]).await.unwrap();
    let ids = [person.customer_id, organisation.customer_id];
    let mut read = customer_get_many(&*pool, "acme", &ids).await.unwrap();
    read.sort_by_key(|customer| customer.customer_id);
    assert_eq!(read, [person.clone(), organisation]);

    person.delete(now).unwrap();
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    customer_update(&mut tx, "acme", &[&person]).await.unwrap();
    assert_eq!(customer_get_for_update(&mut tx, "acme", person.customer_id).await.unwrap(), Some(person));
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn an_external_id_is_unique_within_its_tenant() {
    let (_database, pool) = pool().await;
    insert(&pool, "acme", &[&customer(1, "a")]).await.unwrap();
    insert(&pool, "globex", &[&customer(1, "a")]).await.unwrap();
    insert(&pool, "acme", &[&customer(2, ""), &customer(3, "")]).await.unwrap();
    let error = insert(&pool, "acme", &[&customer(4, "a")]).await.unwrap_err();
    assert_eq!(violated(&error), Some(EXTERNAL_ID_TAKEN));
}

#[tokio::test]
async fn keys_of_several_tenants_find_each_its_own() {
    let (_database, pool) = pool().await;
    let (ours, theirs) = (customer(1, "a"), customer(2, "a"));
    insert(&pool, "acme", &[&ours]).await.unwrap();
    insert(&pool, "globex", &[&theirs]).await.unwrap();
    let [acme, globex]: [Arc<str>; 2] = ["acme".into(), "globex".into()];
    for tenants in [vec![&acme], vec![&acme, &globex]] {
        let keys =
            tenants.iter().flat_map(|tenant| [1, 2].map(|id| (Arc::clone(tenant), Uuid::from_u128(id)))).collect();
        let found = customer_by_ids(&mut pool.acquire().await.unwrap(), keys).await.unwrap();
        assert_eq!(found.len(), tenants.len());
        assert_eq!(found[&(Arc::clone(&acme), ours.customer_id)].customer, ours);

        let keys = tenants.iter().flat_map(|tenant| ["a", "b"].map(|id| (Arc::clone(tenant), id.to_owned()))).collect();
        let found = customer_by_external_ids(&mut pool.acquire().await.unwrap(), keys).await.unwrap();
        assert_eq!(found.len(), tenants.len());
        assert_eq!(found[&(Arc::clone(&acme), "a".to_owned())].customer, ours);
    }
}

#[tokio::test]
async fn a_customer_that_is_read_for_update_waits_for_the_one_before() {
    let (_database, pool) = pool().await;
    let mut first = customer(1, "a");
    insert(&pool, "acme", &[&first]).await.unwrap();
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    customer_get_for_update(&mut tx, "acme", first.customer_id).await.unwrap();
    let mut late = Tx::begin(&pool, Some(Duration::from_millis(50))).await.unwrap();
    assert!(
        customer_get_for_update(&mut late, "acme", first.customer_id).await.is_err(),
        "it waits until its time is over"
    );
    first.delete(Timestamp::UNIX_EPOCH).unwrap();
    customer_update(&mut tx, "acme", &[&first]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(customer_get_many(&*pool, "acme", &[first.customer_id]).await.unwrap(), [first]);
}

#[tokio::test]
async fn an_update_that_misses_its_row_is_an_error() {
    let (_database, pool) = pool().await;
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    let error = customer_update(&mut tx, "acme", &[&customer(1, "a")]).await.unwrap_err();
    assert!(matches!(error, sqlx::Error::RowNotFound));
}

#[tokio::test]
async fn a_row_of_two_kinds_is_refused() {
    let (database, pool) = pool().await;
    insert(&pool, "acme", &[&customer(1, "a")]).await.unwrap();
    let mut owner = database.owner().await;
    let error = sqlx::query("UPDATE customers.customer SET given_name = 'Ana'").execute(&mut owner).await.unwrap_err();
    assert_eq!(violated(&error), Some("customer_is_of_its_kind"));
}

/// Index entries that were read of the table, as Postgres counts them.
async fn entries_read(connection: &mut PgConnection) -> i64 {
    sqlx::raw_sql("SELECT pg_stat_force_next_flush()").execute(&mut *connection).await.unwrap();
    sqlx::query_scalar("SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'customer'")
        .fetch_one(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_tenant_that_came_after_the_statistics_is_read_by_its_keys() {
    let (database, pool) = pool().await;
    let fill = |tenant: &str, customers: u32| {
        format!(
            "INSERT INTO customers.customer (tenant_id, customer_id, external_id, kind, display_name, legal_name, version, create_time, update_time)
             SELECT '{tenant}', gen_random_uuid(), 'C-' || n, 1, 'Acme', 'Acme', 1, now(), now() FROM generate_series(1, {customers}) n"
        )
    };
    let sql = [fill("old", 20_000), "ANALYZE customers.customer".into(), fill("new", 1_000)].join(";");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut database.owner().await).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let before = entries_read(&mut connection).await;
    let keys: Vec<_> = (1..=500).map(|number| (Arc::from("new"), format!("C-{number}"))).collect();
    let found = customer_by_external_ids(&mut connection, keys).await.unwrap();
    let keys: Vec<_> = found.values().map(|read| (Arc::from("new"), read.customer.customer_id)).collect();
    assert_eq!(customer_by_ids(&mut connection, keys).await.unwrap().len(), 500);
    let read = entries_read(&mut connection).await - before;
    assert!((1_000..2_000).contains(&read), "{read} entries for 1,000 look-ups");
}
