//! Versions of the requirement policy.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// A version as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRecord {
    /// Its number, from 1.
    pub version: i32,
    /// An encoded `RequirementPolicy`.
    pub policy: Vec<u8>,
    /// Who made it.
    pub actor: String,
    /// When.
    pub create_time: jiff_sqlx::Timestamp,
}

/// Stores the next version. Versions of one tenant queue behind a lock until the transaction ends.
pub async fn requirement_policy_insert(
    connection: &mut PgConnection,
    tenant: &str,
    policy: &[u8],
    actor: &str,
    now: Timestamp,
) -> sqlx::Result<PolicyRecord> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('qualification.requirement_policy/' || $1, 0))",
        tenant
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query_as!(
        PolicyRecord,
        r#"INSERT INTO qualification.requirement_policy (tenant_id, version, policy, actor, create_time)
           SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM qualification.requirement_policy WHERE tenant_id = $1
           RETURNING version, policy, actor, create_time AS "create_time: _""#,
        tenant,
        policy,
        actor,
        now.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await
}

/// Up to `limit` versions below `before`, newest first.
pub async fn requirement_policy_list(
    connection: &mut PgConnection,
    tenant: &str,
    before: i32,
    limit: i64,
) -> sqlx::Result<Vec<PolicyRecord>> {
    sqlx::query_as!(
        PolicyRecord,
        r#"SELECT version, policy, actor, create_time AS "create_time: _"
           FROM qualification.requirement_policy WHERE tenant_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3"#,
        tenant,
        before,
        limit,
    )
    .fetch_all(connection)
    .await
}
