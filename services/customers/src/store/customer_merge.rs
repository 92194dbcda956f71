//! Merges, and where merged customers lead.

use clientele_page::{ListPlan, Page};
use clientele_pg::Pool;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow as _, PgConnection, QueryBuilder};
use uuid::Uuid;

/// Where a merged customer leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Whose.
    pub tenant_id: String,
    /// The merged customer.
    pub merged: Uuid,
    /// The one that survived it, and is not merged itself.
    pub survivor: Uuid,
}

/// Where merged customers lead, through any number of merges.
pub async fn customer_survivors(
    connection: &mut PgConnection,
    tenants: &[String],
    customer_ids: &[Uuid],
) -> sqlx::Result<Vec<Lead>> {
    sqlx::query_as!(
        Lead,
        r#"WITH RECURSIVE lead AS (
               SELECT c.tenant_id, c.customer_id AS merged, c.customer_id AS at, c.merged_into
               FROM unnest($1::text[], $2::uuid[]) AS k (tenant_id, customer_id)
               JOIN customers.customer c ON c.tenant_id = k.tenant_id AND c.customer_id = k.customer_id
               WHERE c.merged_into IS NOT NULL
               UNION
               SELECT l.tenant_id, l.merged, c.customer_id, c.merged_into
               FROM lead l JOIN customers.customer c ON c.tenant_id = l.tenant_id AND c.customer_id = l.merged_into
           )
           SELECT tenant_id AS "tenant_id!", merged AS "merged!", at AS "survivor!" FROM lead WHERE merged_into IS NULL"#,
        tenants,
        customer_ids,
    )
    .fetch_all(connection)
    .await
}

/// The customers that are merged into these, through any number of merges.
pub async fn customer_merged_into(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"WITH RECURSIVE merged AS (
               SELECT c.customer_id FROM customers.customer c WHERE c.tenant_id = $1 AND c.merged_into = ANY ($2)
               UNION
               SELECT c.customer_id FROM merged m JOIN customers.customer c ON c.tenant_id = $1 AND c.merged_into = m.customer_id
           )
           SELECT customer_id AS "customer_id!" FROM merged ORDER BY customer_id"#,
        tenant,
        customer_ids,
    )
    .fetch_all(connection)
    .await
}

/// A merge as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MergeRow {
    /// Its id.
    pub customer_merge_id: Uuid,
    /// An encoded `CustomerMerge`.
    pub record: Vec<u8>,
}

/// Keeps a merge and who took part in it.
pub async fn customer_merge_insert(
    connection: &mut PgConnection,
    tenant: &str,
    row: &MergeRow,
    members: &[Uuid],
    create_time: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH merge AS (
             INSERT INTO customers.customer_merge (tenant_id, customer_merge_id, create_time, record) VALUES ($1, $2, $3, $4)
         )
         INSERT INTO customers.customer_merge_member (tenant_id, customer_id, customer_merge_id)
         SELECT $1, member, $2 FROM unnest($5::uuid[]) AS member",
        tenant,
        row.customer_merge_id,
        create_time.to_sqlx() as _,
        row.record,
        members,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The merge with this id.
pub async fn customer_merge_get(
    connection: &mut PgConnection,
    tenant: &str,
    customer_merge_id: Uuid,
) -> sqlx::Result<Option<MergeRow>> {
    sqlx::query_as!(
        MergeRow,
        "SELECT customer_merge_id, record FROM customers.customer_merge WHERE tenant_id = $1 AND customer_merge_id = $2",
        tenant,
        customer_merge_id,
    )
    .fetch_optional(connection)
    .await
}

/// The merge with this id, locked until the transaction ends. Lock its customers first.
pub async fn customer_merge_get_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    customer_merge_id: Uuid,
) -> sqlx::Result<Option<MergeRow>> {
    sqlx::query_as!(
        MergeRow,
        "SELECT customer_merge_id, record FROM customers.customer_merge
         WHERE tenant_id = $1 AND customer_merge_id = $2 FOR UPDATE",
        tenant,
        customer_merge_id,
    )
    .fetch_optional(connection)
    .await
}

/// The merges that any of these customers took part in, locked in the order of their ids. Lock the customers first.
pub async fn customer_merges_of_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<Vec<MergeRow>> {
    sqlx::query_as!(
        MergeRow,
        "SELECT customer_merge_id, record FROM customers.customer_merge m
         WHERE m.tenant_id = $1 AND m.customer_merge_id IN (
             SELECT customer_merge_id FROM customers.customer_merge_member WHERE tenant_id = $1 AND customer_id = ANY ($2))
         ORDER BY customer_merge_id FOR UPDATE",
        tenant,
        customer_ids,
    )
    .fetch_all(connection)
    .await
}

/// Stores what a merge has become. Lock it first.
pub async fn customer_merge_update(connection: &mut PgConnection, tenant: &str, row: &MergeRow) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE customers.customer_merge SET record = $3 WHERE tenant_id = $1 AND customer_merge_id = $2",
        tenant,
        row.customer_merge_id,
        row.record,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A page of merges, of all or of those that a customer took part in.
pub async fn customer_merge_list(
    pool: &Pool,
    tenant: &str,
    customer_id: Option<Uuid>,
    plan: &ListPlan,
) -> sqlx::Result<Page<MergeRow>> {
    let mut query = QueryBuilder::new("SELECT m.customer_merge_id, m.record");
    plan.push_keys(&mut query);
    query.push(" FROM customers.customer_merge m WHERE m.tenant_id = ").push_bind(tenant);
    if let Some(customer_id) = customer_id {
        query.push(" AND m.customer_merge_id IN (SELECT customer_merge_id FROM customers.customer_merge_member WHERE tenant_id = ");
        query.push_bind(tenant).push(" AND customer_id = ").push_bind(customer_id).push(")");
    }
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(&**pool).await?;
    plan.finish(rows)?.try_map(|row| MergeRow::from_row(&row))
}
