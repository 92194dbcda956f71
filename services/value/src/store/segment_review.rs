//! What is to be found again: written where something changes, taken by the job.

use sqlx::PgConnection;
use uuid::Uuid;

use super::segment_move::cause;

/// Waits for whoever has looked which rules and clusters the tenant has, and keeps others from looking until the transaction ends, which makes
/// some: either they see what is made, or what is made is found in what they wrote.
pub async fn segments_to_be_made(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('value.segment'), hashtext($1))")
        .bind(tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// Keeps rules and clusters from being made until the transaction ends. A statement of its own: the next one sees what was made before.
async fn segments_as_they_are(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock_shared(hashtext('value.segment'), hashtext($1))")
        .bind(tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// Has a segment looked at, with those of its clustering; one that is gone is cleared away.
pub async fn segment_review_put(
    connection: &mut PgConnection,
    tenant: &str,
    segment_id: Uuid,
    actor: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.segment_review (tenant_id, segment_id, cause, actor) VALUES ($1, $2, $3, $4)",
        tenant,
        segment_id,
        cause::DEFINITION,
        actor,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Has all rules and clusters looked at, because a run succeeded: of a clustering one segment stands for all.
pub async fn segment_reviews_put_for_run(connection: &mut PgConnection, tenant: &str, actor: &str) -> sqlx::Result<()> {
    segments_as_they_are(&mut *connection, tenant).await?;
    sqlx::query!(
        "INSERT INTO value.segment_review (tenant_id, segment_id, cause, actor)
         SELECT $1, segment_id, $2, $3 FROM value.segment
         WHERE tenant_id = $1 AND (kind = 1 OR kind = 3 AND cluster = 1) ORDER BY segment_id",
        tenant,
        cause::SCORE_RUN,
        actor,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Has buyers looked at, because they changed, where there are rules or clusters; whether there are.
pub async fn segment_reviews_put_for_buyers(
    connection: &mut PgConnection,
    tenant: &str,
    buyers: &[i64],
) -> sqlx::Result<bool> {
    segments_as_they_are(&mut *connection, tenant).await?;
    let done = sqlx::query!(
        "INSERT INTO value.segment_review (tenant_id, buyer_id, cause, actor)
         SELECT $1, k.buyer_id, $3, 'value' FROM unnest($2::bigint[]) AS k (buyer_id)
         WHERE EXISTS (SELECT FROM value.segment WHERE tenant_id = $1 AND kind <> 2)",
        tenant,
        buyers,
        cause::CUSTOMER,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Has the buyer of a customer looked at, where there is one and there are rules or clusters.
pub async fn segment_review_put_for_customer(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<()> {
    segments_as_they_are(&mut *connection, tenant).await?;
    sqlx::query!(
        "INSERT INTO value.segment_review (tenant_id, buyer_id, cause, actor)
         SELECT $1, buyer_id, $3, 'value' FROM value.buyer
         WHERE tenant_id = $1 AND customer_id = $2 AND EXISTS (SELECT FROM value.segment WHERE tenant_id = $1 AND kind <> 2)",
        tenant,
        customer_id,
        cause::CUSTOMER,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The tenants of which something is to be looked at.
pub async fn segment_review_tenants(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT DISTINCT tenant_id FROM value.segment_review ORDER BY tenant_id")
        .fetch_all(connection)
        .await
}

/// Makes sure that nobody else goes through the tenant's reviews until the transaction ends; `false` where somebody does.
pub async fn segment_reviews_lock(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended('value.segment_review ' || $1, 0)) AS "locked!""#,
        tenant
    )
    .fetch_one(connection)
    .await
}

/// Something to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewRecord {
    /// Its number.
    pub review_no: i64,
    /// A segment; `None` for a buyer.
    pub segment_id: Option<Uuid>,
    /// A buyer; `None` for a segment.
    pub buyer_id: Option<i64>,
    /// Why.
    pub cause: i16,
    /// Who is behind it.
    pub actor: String,
}

/// The next reviews of a tenant, oldest first.
pub async fn segment_reviews_next(
    connection: &mut PgConnection,
    tenant: &str,
    limit: i64,
) -> sqlx::Result<Vec<ReviewRecord>> {
    sqlx::query_as!(
        ReviewRecord,
        "SELECT review_no, segment_id, buyer_id, cause, actor FROM value.segment_review
         WHERE tenant_id = $1 ORDER BY review_no LIMIT $2",
        tenant,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Takes reviews away.
pub async fn segment_reviews_delete(connection: &mut PgConnection, tenant: &str, numbers: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.segment_review WHERE tenant_id = $1 AND review_no = ANY ($2)", tenant, numbers)
        .execute(connection)
        .await
        .map(drop)
}
