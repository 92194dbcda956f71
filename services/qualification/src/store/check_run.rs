//! Checks that were run, and the identifiers that they found.

use clientele_proto::qualification::v1::{CaseFacts, Check};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::risk::decoded;
use crate::domain::checks::Identifier;

/// Lets nobody else check customers of the tenant until the transaction ends: two that have the same identifier see each other.
pub async fn checks_lock(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('qualification.check_run/' || $1, 0))", tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// The facts of a customer's case; `None` where it has no case.
pub async fn case_facts_get(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<CaseFacts>> {
    let facts = sqlx::query_scalar!(
        "SELECT facts FROM qualification.qualification_case WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await?;
    facts.map(|facts| decoded(&facts)).transpose()
}

/// Keeps the identifiers of a customer in place of those before, for other customers to be compared with.
pub async fn customer_identifiers_replace(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    identifiers: &[Identifier],
) -> sqlx::Result<()> {
    let (schemes, numbers) = columns(identifiers);
    sqlx::query!(
        "DELETE FROM qualification.customer_identifier WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO qualification.customer_identifier (tenant_id, scheme, number, customer_id)
         SELECT $1, scheme, number, $4 FROM unnest($2::text[], $3::text[]) AS k (scheme, number) ON CONFLICT DO NOTHING",
        tenant,
        &schemes,
        &numbers,
        customer_id,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Which other customers have identifiers too: scheme and customer.
pub async fn customer_identifiers_shared(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    identifiers: &[Identifier],
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let (schemes, numbers) = columns(identifiers);
    let others = sqlx::query!(
        "SELECT i.scheme, i.customer_id FROM unnest($2::text[], $3::text[]) AS k (scheme, number)
         JOIN qualification.customer_identifier i ON i.tenant_id = $1 AND i.scheme = k.scheme AND i.number = k.number
         WHERE i.customer_id <> $4 ORDER BY i.scheme, i.customer_id LIMIT 100",
        tenant,
        &schemes,
        &numbers,
        customer_id,
    )
    .fetch_all(connection)
    .await?;
    Ok(others.into_iter().map(|row| (row.scheme, row.customer_id)).collect())
}

fn columns(identifiers: &[Identifier]) -> (Vec<String>, Vec<String>) {
    identifiers.iter().map(|one| (one.scheme.to_owned(), one.number.clone())).unzip()
}

/// Keeps a check; it is the latest of its kind.
pub async fn check_insert(
    connection: &mut PgConnection,
    tenant: &str,
    (check_id, customer_id): (Uuid, Uuid),
    check: &Check,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE qualification.check_run SET latest = false WHERE tenant_id = $1 AND customer_id = $2 AND required_check = $3 AND latest",
        tenant,
        customer_id,
        check.required_check as i16,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO qualification.check_run (tenant_id, check_id, customer_id, required_check, result, latest, create_time, version, content)
         VALUES ($1, $2, $3, $4, $5, true, $6, 1, $7)",
        tenant,
        check_id,
        customer_id,
        check.required_check as i16,
        check.result as i16,
        now.to_sqlx() as _,
        check.encode_to_vec(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A check, and whether it is the latest of its kind of the customer.
pub async fn check_get(connection: &mut PgConnection, tenant: &str, id: Uuid) -> sqlx::Result<Option<(Check, bool)>> {
    let row = sqlx::query!(
        "SELECT content, latest FROM qualification.check_run WHERE tenant_id = $1 AND check_id = $2",
        tenant,
        id
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((decoded(&row.content)?, row.latest))).transpose()
}

/// Keeps what became of a check.
pub async fn check_update(connection: &mut PgConnection, tenant: &str, id: Uuid, check: &Check) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE qualification.check_run SET version = $3, content = $4 WHERE tenant_id = $1 AND check_id = $2",
        tenant,
        id,
        check.etag.parse::<i64>().unwrap_or_default(),
        check.encode_to_vec(),
    )
    .execute(connection)
    .await
    .map(drop)
}
