//! What is recorded, changed: corrections and deletions. What it said before goes into [`super::transaction_revision`].

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{
    buyer::Booking,
    transaction::{Detail, transaction_find},
    transaction_item::transaction_items_copy,
    transaction_row::Recorded,
};
use crate::domain::transaction::Facts;

/// The transaction with this id, which nobody else changes until the database transaction ends.
pub async fn transaction_find_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
) -> sqlx::Result<Option<Recorded>> {
    let locked = sqlx::query!(
        "SELECT buyer_id FROM value.transaction WHERE tenant_id = $1 AND external_id = $2 FOR UPDATE",
        tenant,
        external_id
    )
    .fetch_optional(&mut *connection)
    .await?;
    match locked {
        Some(_) => transaction_find(connection, tenant, external_id).await,
        None => Ok(None),
    }
}

/// Makes a transaction say something else, and counts the correction; as long as it counts for the same buyer it stays that of the merged one
/// it came under. Lock it first.
pub async fn transaction_correct(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
    buyer: Booking,
    facts: &Facts,
) -> sqlx::Result<()> {
    let detail = Detail::of(facts);
    let done = sqlx::query!(
        "WITH noted AS (INSERT INTO value.transaction_currency VALUES ($1, $6) ON CONFLICT DO NOTHING)
         UPDATE value.transaction
         SET buyer_id = $3, kind = $4, amount_minor = $5, currency_code = $6, occur_date = $7, occur_time = $8, refunded_external_id = $9,
             item_count = $10, cost_kind = $11, company = $12, department = $13, employee = $14, corrections = coalesce(corrections, 0) + 1,
             own_buyer_id = CASE WHEN buyer_id = $3 THEN coalesce($15, own_buyer_id) ELSE $15 END
         WHERE tenant_id = $1 AND external_id = $2",
        tenant,
        external_id,
        buyer.buyer_id,
        facts.kind.number(),
        facts.amount.minor(),
        facts.amount.currency_code(),
        facts.occur_date.to_sqlx(),
        facts.occur_time.map(Timestamp::to_sqlx),
        facts.refunded_external_id,
        detail.item_count,
        detail.cost_kind,
        detail.company,
        detail.department,
        detail.employee,
        buyer.own_buyer_id,
    )
    .execute(&mut *connection)
    .await?;
    one_row(done.rows_affected())?;
    items_delete(connection, tenant, external_id).await?;
    if detail.item_count.is_some() {
        transaction_items_copy(connection, tenant, std::iter::once((external_id, facts))).await?;
    }
    Ok(())
}

/// Deletes a transaction and its items. Lock it first.
pub async fn transaction_delete(connection: &mut PgConnection, tenant: &str, external_id: &str) -> sqlx::Result<()> {
    let done =
        sqlx::query!("DELETE FROM value.transaction WHERE tenant_id = $1 AND external_id = $2", tenant, external_id)
            .execute(&mut *connection)
            .await?;
    one_row(done.rows_affected())?;
    items_delete(connection, tenant, external_id).await
}

async fn items_delete(connection: &mut PgConnection, tenant: &str, external_id: &str) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.transaction_item WHERE tenant_id = $1 AND external_id = $2", tenant, external_id)
        .execute(connection)
        .await
        .map(drop)
}

fn one_row(rows: u64) -> sqlx::Result<()> {
    if rows == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
