//! Clusterings: what was found, encoded, and by which run's currency they go on.

use sqlx::PgConnection;
use uuid::Uuid;

/// A clustering as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusteringRecord {
    /// Its id.
    pub segment_clustering_id: Uuid,
    /// The currency of the runs it follows.
    pub currency_code: String,
    /// An encoded `SegmentClustering`.
    pub clustering: Vec<u8>,
    /// Counts changes.
    pub version: i64,
    /// Who clustered last.
    pub actor: String,
    /// When it was made.
    pub create_time: jiff_sqlx::Timestamp,
    /// When it was last clustered.
    pub update_time: jiff_sqlx::Timestamp,
}

/// Stores a clustering, or a new version of it.
pub async fn segment_clustering_put(
    connection: &mut PgConnection,
    tenant: &str,
    record: &ClusteringRecord,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.segment_clustering (tenant_id, segment_clustering_id, currency_code, clustering, version, actor, create_time,
             update_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, segment_clustering_id) DO UPDATE SET clustering = excluded.clustering, version = excluded.version,
             actor = excluded.actor, update_time = excluded.update_time",
        tenant,
        record.segment_clustering_id,
        record.currency_code,
        record.clustering,
        record.version,
        record.actor,
        record.create_time as _,
        record.update_time as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A clustering by its id.
pub async fn segment_clustering_get(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<ClusteringRecord>> {
    sqlx::query_as!(
        ClusteringRecord,
        r#"SELECT segment_clustering_id, currency_code, clustering, version, actor, create_time AS "create_time: _",
               update_time AS "update_time: _"
           FROM value.segment_clustering WHERE tenant_id = $1 AND segment_clustering_id = $2"#,
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Keeps a clustering as it is until the transaction ends; its version.
pub async fn segment_clustering_lock(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT version FROM value.segment_clustering WHERE tenant_id = $1 AND segment_clustering_id = $2 FOR UPDATE",
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Up to `limit` clusterings with ids after one.
pub async fn segment_clusterings_list(
    connection: &mut PgConnection,
    tenant: &str,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<ClusteringRecord>> {
    sqlx::query_as!(
        ClusteringRecord,
        r#"SELECT segment_clustering_id, currency_code, clustering, version, actor, create_time AS "create_time: _",
               update_time AS "update_time: _"
           FROM value.segment_clustering WHERE tenant_id = $1 AND segment_clustering_id > $2
           ORDER BY segment_clustering_id LIMIT $3"#,
        tenant,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}

/// Takes a clustering away.
pub async fn segment_clustering_delete(connection: &mut PgConnection, tenant: &str, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.segment_clustering WHERE tenant_id = $1 AND segment_clustering_id = $2", tenant, id)
        .execute(connection)
        .await
        .map(drop)
}

/// The names that the segments of several clusterings have now.
pub async fn segment_names_of_clusterings(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "SELECT segment_id, name FROM value.segment WHERE tenant_id = $1 AND segment_clustering_id = ANY ($2)",
        tenant,
        ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.segment_id, row.name)).collect())
}
