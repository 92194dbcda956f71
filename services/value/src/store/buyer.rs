//! Buyers: whose transactions these are. A key of a customer leads to one buyer; two buyers may turn out to be one customer. The keys of a
//! merged buyer lead to the survivor (see [`super::buyer_merge`]).
//!
//! Whoever uses a buyer id in a write holds [`buyers_lock_shared`] of the tenant; whoever makes a key mean another buyer holds
//! [`buyers_lock_exclusive`] and calls [`buyer_epoch_raise`].
//!
//! Many keys are looked up one by one inside the statement (`LATERAL .. LIMIT 1`): a table that an import is filling has no statistics
//! yet, and any other form lets Postgres choose to read all of it. That each look-up takes the index of its key is owed to plans for any
//! tenant (see `clientele_pg::pool`).

use std::collections::HashMap;

use clientele_pg::Begin;
use sqlx::PgConnection;
use uuid::Uuid;

/// What [`buyers_lock_shared`] does, as the first thing of a transaction, in the round trip that begins it.
pub fn with_buyers_locked_shared(begin: Begin, tenant: &str) -> Begin {
    begin.lock_shared("value.buyer", tenant)
}

/// Keeps the meaning of the tenant's keys as it is until the transaction ends. The function `value.transactions_record` of the database takes the
/// same lock.
pub async fn buyers_lock_shared(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock_shared(hashtext('value.buyer'), hashtext($1))", tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// Waits for every write that uses buyers of the tenant, and keeps new ones waiting until the transaction ends.
pub async fn buyers_lock_exclusive(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('value.buyer'), hashtext($1))", tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// Which state the meaning of the tenant's keys is in. Exact under either lock.
pub async fn buyer_epoch(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<i64> {
    let epoch = sqlx::query_scalar!("SELECT epoch FROM value.buyer_epoch WHERE tenant_id = $1", tenant)
        .fetch_optional(connection)
        .await?;
    Ok(epoch.unwrap_or_default())
}

/// Says that a key of the tenant means another buyer now.
pub async fn buyer_epoch_raise(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.buyer_epoch AS e (tenant_id, epoch) VALUES ($1, 1) \
         ON CONFLICT (tenant_id) DO UPDATE SET epoch = e.epoch + 1",
        tenant
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A buyer and what is known of who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// Our number of it.
    pub buyer_id: i64,
    /// Its id in the customers service.
    pub customer_id: Option<Uuid>,
    /// The caller's key of it.
    pub external_id: Option<String>,
    /// The merged buyer whose key led here; `None` where it was its own.
    pub own_buyer_id: Option<i64>,
}

/// Where what comes under a key is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    /// The buyer it counts for.
    pub buyer_id: i64,
    /// The merged buyer whose key it is, where it is not that buyer's own.
    pub own_buyer_id: Option<i64>,
}

/// The buyer that this id of the customers service leads to.
pub async fn buyer_by_customer_id(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<Buyer>> {
    sqlx::query_as!(
        Buyer,
        r#"SELECT coalesce(b.survivor_id, b.buyer_id) AS "buyer_id!", CASE WHEN s.buyer_id IS NULL THEN b.customer_id ELSE s.customer_id END
               AS customer_id, CASE WHEN s.buyer_id IS NULL THEN b.external_id ELSE s.external_id END AS external_id,
               CASE WHEN b.survivor_id IS NOT NULL THEN b.buyer_id END AS own_buyer_id
           FROM value.buyer b LEFT JOIN value.buyer s ON s.tenant_id = b.tenant_id AND s.buyer_id = b.survivor_id
           WHERE b.tenant_id = $1 AND b.customer_id = $2"#,
        tenant,
        customer_id
    )
    .fetch_optional(connection)
    .await
}

/// The buyer that this key of the caller leads to.
pub async fn buyer_by_external_id(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
) -> sqlx::Result<Option<Buyer>> {
    sqlx::query_as!(
        Buyer,
        r#"SELECT coalesce(b.survivor_id, b.buyer_id) AS "buyer_id!", CASE WHEN s.buyer_id IS NULL THEN b.customer_id ELSE s.customer_id END
               AS customer_id, CASE WHEN s.buyer_id IS NULL THEN b.external_id ELSE s.external_id END AS external_id,
               CASE WHEN b.survivor_id IS NOT NULL THEN b.buyer_id END AS own_buyer_id
           FROM value.buyer b LEFT JOIN value.buyer s ON s.tenant_id = b.tenant_id AND s.buyer_id = b.survivor_id
           WHERE b.tenant_id = $1 AND b.external_id = $2"#,
        tenant,
        external_id
    )
    .fetch_optional(connection)
    .await
}

/// Those of the buyers that exist.
pub async fn buyers_by_customer_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, Booking)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"SELECT k.id AS "customer_id!", b.buyer_id, b.survivor_id FROM unnest($2::uuid[]) AS k(id)
           CROSS JOIN LATERAL (SELECT buyer_id, survivor_id FROM value.buyer WHERE tenant_id = $1 AND customer_id = k.id LIMIT 1) AS b"#,
        tenant,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.customer_id, booking(row.buyer_id, row.survivor_id))).collect())
}

/// Those of the buyers that exist.
pub async fn buyers_by_external_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[String],
) -> sqlx::Result<Vec<(String, Booking)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"SELECT k.id AS "external_id!", b.buyer_id, b.survivor_id FROM unnest($2::text[]) AS k(id)
           CROSS JOIN LATERAL (SELECT buyer_id, survivor_id FROM value.buyer WHERE tenant_id = $1 AND external_id = k.id LIMIT 1) AS b"#,
        tenant,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.external_id, booking(row.buyer_id, row.survivor_id))).collect())
}

/// Makes buyers for ids, as far as nobody else does at the same time and they are not those of erased customers. Ids in rising order, so that two calls never wait for each other.
pub async fn buyers_insert_customer_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, Booking)>> {
    let rows = sqlx::query!(
        r#"INSERT INTO value.buyer (tenant_id, customer_id) SELECT $1, id FROM unnest($2::uuid[]) AS id
           WHERE NOT ((SELECT EXISTS (SELECT FROM value.erased_key WHERE tenant_id = $1)) AND EXISTS (
               SELECT FROM value.erased_key e WHERE e.tenant_id = $1
                   AND e.key_hash = sha256(convert_to($1 || E'\ncustomer_id\n' || id::text, 'UTF8'))))
           ON CONFLICT DO NOTHING RETURNING customer_id AS "customer_id!", buyer_id"#,
        tenant,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.customer_id, booking(row.buyer_id, None))).collect())
}

/// Makes buyers for keys, as far as nobody else does at the same time and they are not those of erased customers. Keys in rising order, so that two calls never wait for each other.
pub async fn buyers_insert_external_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[String],
) -> sqlx::Result<Vec<(String, Booking)>> {
    let rows = sqlx::query!(
        r#"INSERT INTO value.buyer (tenant_id, external_id) SELECT $1, id FROM unnest($2::text[]) AS id
           WHERE NOT ((SELECT EXISTS (SELECT FROM value.erased_key WHERE tenant_id = $1)) AND EXISTS (
               SELECT FROM value.erased_key e WHERE e.tenant_id = $1
                   AND e.key_hash = sha256(convert_to($1 || E'\nexternal_id\n' || id, 'UTF8'))))
           ON CONFLICT DO NOTHING RETURNING external_id AS "external_id!", buyer_id"#,
        tenant,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.external_id, booking(row.buyer_id, None))).collect())
}

const fn booking(buyer_id: i64, survivor_id: Option<i64>) -> Booking {
    match survivor_id {
        Some(survivor_id) => Booking { buyer_id: survivor_id, own_buyer_id: Some(buyer_id) },
        None => Booking { buyer_id, own_buyer_id: None },
    }
}

/// Makes a buyer that is known by its id, and by its external id where it has one.
pub async fn buyer_insert(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    external_id: Option<&str>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "INSERT INTO value.buyer (tenant_id, customer_id, external_id) VALUES ($1, $2, $3) RETURNING buyer_id",
        tenant,
        customer_id,
        external_id
    )
    .fetch_one(connection)
    .await
}

/// Says who a buyer is.
pub async fn buyer_update(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_id: i64,
    customer_id: Option<Uuid>,
    external_id: Option<&str>,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE value.buyer SET customer_id = $3, external_id = $4 WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        buyer_id,
        customer_id,
        external_id
    )
    .execute(connection)
    .await?;
    one_row(done.rows_affected())
}

fn one_row(rows: u64) -> sqlx::Result<()> {
    if rows == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// Buyers by their numbers.
pub async fn buyers_by_buyer_ids(
    connection: &mut PgConnection,
    tenant: &str,
    buyer_ids: &[i64],
) -> sqlx::Result<HashMap<i64, Buyer>> {
    let buyers = sqlx::query_as!(
        Buyer,
        r#"SELECT b.buyer_id, b.customer_id, b.external_id, NULL::bigint AS own_buyer_id
           FROM unnest($2::bigint[]) AS k (buyer_id)
           CROSS JOIN LATERAL (SELECT * FROM value.buyer WHERE tenant_id = $1 AND buyer_id = k.buyer_id LIMIT 1) AS b"#,
        tenant,
        buyer_ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(buyers.into_iter().map(|buyer| (buyer.buyer_id, buyer)).collect())
}

#[cfg(test)]
mod tests {
    use clientele_testkit::TestDatabase;

    use super::*;
    use crate::SCHEMA;

    /// Index entries that were read of the table, as Postgres counts them.
    async fn entries_read(connection: &mut PgConnection) -> i64 {
        sqlx::raw_sql("SELECT pg_stat_force_next_flush()").execute(&mut *connection).await.unwrap();
        sqlx::query_scalar("SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'buyer'")
            .fetch_one(connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn buyers_of_a_tenant_that_came_after_the_statistics_are_found_by_their_keys() {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let sql = "INSERT INTO value.buyer (tenant_id, external_id) SELECT 'old', 'C-' || n FROM generate_series(1, 60000) n;
                   ANALYZE value.buyer;
                   INSERT INTO value.buyer (tenant_id, external_id) SELECT 'new', 'C-' || n FROM generate_series(1, 2000) n";
        sqlx::raw_sql(sql).execute(&mut database.owner().await).await.unwrap();
        let mut connection = pool.acquire().await.unwrap();
        let before = entries_read(&mut connection).await;
        let keys: Vec<String> = (1..=1_000).map(|number| format!("C-{number}")).collect();
        assert_eq!(buyers_by_external_ids(&mut connection, "new", &keys).await.unwrap().len(), 1_000);
        let read = entries_read(&mut connection).await - before;
        assert!((1_000..2_000).contains(&read), "{read} entries for 1,000 look-ups");
    }
}
