//! What one buyer's transactions are and were: those of now, what changes since an instant replaced, and whose they are.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A transaction as it is now.
#[derive(Debug, Clone)]
pub struct PresentTransaction {
    /// Its id.
    pub external_id: String,
    /// 1 purchase, 2 refund, 3 cost.
    pub kind: i16,
    /// When it happened.
    pub occur_date: jiff_sqlx::Date,
    /// How much.
    pub amount_minor: i64,
    /// In which currency.
    pub currency_code: String,
    /// Of a refund: the purchase it takes back.
    pub refunded_external_id: Option<String>,
    /// What a cost was for.
    pub cost_kind: Option<i16>,
    /// When it was recorded.
    pub create_time: jiff_sqlx::Timestamp,
    /// The merged buyer that it came under.
    pub own_buyer_id: Option<i64>,
}

/// All transactions that count for a buyer now.
pub async fn transactions_of_buyer(
    connection: &mut PgConnection,
    tenant: &str,
    buyer: i64,
) -> sqlx::Result<Vec<PresentTransaction>> {
    sqlx::query_as!(
        PresentTransaction,
        r#"SELECT external_id, kind, occur_date AS "occur_date: _", amount_minor, currency_code, refunded_external_id, cost_kind,
               create_time AS "create_time: _", own_buyer_id
           FROM value.transaction WHERE tenant_id = $1 AND buyer_id = $2"#,
        tenant,
        buyer,
    )
    .fetch_all(connection)
    .await
}

/// A correction or a deletion.
#[derive(Debug, Clone)]
pub struct TransactionChange {
    /// The transaction's id.
    pub external_id: String,
    /// What it said before: an encoded `clientele.value.v1.Transaction`.
    pub before: Vec<u8>,
    /// When it was changed.
    pub create_time: Timestamp,
}

/// The changes since an instant of transactions with these ids, and of those that were somebody's with one of these keys before, oldest first. Reads all
/// revisions of the tenant: a deleted transaction is found by what it said only.
pub async fn transaction_changes_since(
    connection: &mut PgConnection,
    tenant: &str,
    since: Timestamp,
    (external_ids, keys): (&[String], &[String]),
) -> sqlx::Result<Vec<TransactionChange>> {
    let rows = sqlx::query!(
        "SELECT external_id, before, create_time FROM value.transaction_revision r
         WHERE tenant_id = $1 AND create_time > $2
             AND (external_id = ANY ($3)
                  OR EXISTS (SELECT FROM unnest($4::text[]) AS k (key) WHERE position(convert_to(k.key, 'UTF8') IN r.before) > 0))
         ORDER BY revision_no",
        tenant,
        since.to_sqlx() as _,
        external_ids,
        keys,
    )
    .fetch_all(connection)
    .await?;
    let changes = rows.into_iter().map(|row| TransactionChange {
        external_id: row.external_id,
        before: row.before,
        create_time: row.create_time.to_jiff(),
    });
    Ok(changes.collect())
}

/// A buyer, or one that is merged into it.
#[derive(Debug, Clone)]
pub struct MergedBuyer {
    /// Our number of it.
    pub buyer_id: i64,
    /// Its id in the customers service.
    pub customer_id: Option<Uuid>,
    /// The caller's key of it.
    pub external_id: Option<String>,
    /// The buyer it was merged into.
    pub merged_into: Option<i64>,
    /// Since when; `None` where it is not known, and for buyers that turned out to be one.
    pub merge_time: Option<jiff_sqlx::Timestamp>,
}

/// A buyer and all that are merged into it by now.
pub async fn buyer_and_merged(
    connection: &mut PgConnection,
    tenant: &str,
    buyer: i64,
) -> sqlx::Result<Vec<MergedBuyer>> {
    sqlx::query_as!(
        MergedBuyer,
        r#"SELECT b.buyer_id, b.customer_id, b.external_id, b.merged_into, m.merge_time AS "merge_time?: _"
           FROM value.buyer b LEFT JOIN value.buyer_merge m ON m.tenant_id = b.tenant_id AND m.buyer_id = b.buyer_id
           WHERE b.tenant_id = $1 AND (b.buyer_id = $2 OR b.survivor_id = $2)"#,
        tenant,
        buyer,
    )
    .fetch_all(connection)
    .await
}
