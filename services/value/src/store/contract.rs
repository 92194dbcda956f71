//! Contracts: read, written, moved with their buyers. Lists are in [`super::contract_list`], what reports sum up in
//! [`super::contract_report`].

use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::domain::{
    contract::{Agreement, Contract},
    money::Amount,
};

/// No two contracts of a tenant have the same external id.
pub const EXTERNAL_ID_TAKEN: &str = "contract_external_id_taken";

/// A contract as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractRecord {
    /// Its id.
    pub contract_id: Uuid,
    /// Whose it is.
    pub buyer_id: i64,
    /// The customer's id, where it is known. Not written.
    pub customer_id: Option<Uuid>,
    /// The caller's own key of the customer. Not written.
    pub customer_external_id: Option<String>,
    /// What was agreed.
    pub contract: Contract,
    /// The next day on which something happens by itself and has yet to be told.
    pub due_date: Option<Date>,
    /// Rises with every change.
    pub version: i64,
    /// Who changed it last.
    pub actor: String,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was changed last.
    pub update_time: Timestamp,
}

/// The row of a contract with the names of its customer.
#[derive(Debug, FromRow)]
pub(super) struct ContractRow {
    contract_id: Uuid,
    buyer_id: i64,
    customer_id: Option<Uuid>,
    customer_external_id: Option<String>,
    external_id: Option<String>,
    product: String,
    currency_code: String,
    value_minor: i64,
    renewal_value_minor: Option<i64>,
    start_date: jiff_sqlx::Date,
    term_months: i32,
    terms: i32,
    auto_renew: bool,
    notice_days: i32,
    cancel_date: Option<jiff_sqlx::Date>,
    cancel_reason: String,
    due_date: Option<jiff_sqlx::Date>,
    version: i64,
    actor: String,
    create_time: jiff_sqlx::Timestamp,
    update_time: jiff_sqlx::Timestamp,
}

impl ContractRow {
    pub(super) fn record(self) -> sqlx::Result<ContractRecord> {
        let amount = |minor| {
            Amount::stored(minor, &self.currency_code)
                .ok_or_else(|| sqlx::Error::Decode("a contract's value that is no amount".into()))
        };
        Ok(ContractRecord {
            contract_id: self.contract_id,
            buyer_id: self.buyer_id,
            customer_id: self.customer_id,
            customer_external_id: self.customer_external_id,
            contract: Contract {
                external_id: self.external_id,
                product: self.product,
                value: amount(self.value_minor)?,
                renewal_value: self.renewal_value_minor.map(amount).transpose()?,
                agreement: Agreement {
                    start_date: self.start_date.to_jiff(),
                    term_months: self.term_months,
                    terms: self.terms,
                    auto_renew: self.auto_renew,
                    notice_days: self.notice_days,
                    cancel_date: self.cancel_date.map(jiff_sqlx::Date::to_jiff),
                },
                cancel_reason: self.cancel_reason,
            },
            due_date: self.due_date.map(jiff_sqlx::Date::to_jiff),
            version: self.version,
            actor: self.actor,
            create_time: self.create_time.to_jiff(),
            update_time: self.update_time.to_jiff(),
        })
    }
}

/// Which contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContractKey {
    /// By our id.
    Id(Uuid),
    /// By the caller's own key.
    External(String),
}

/// One contract.
pub async fn contract_get(
    connection: &mut PgConnection,
    tenant: &str,
    key: &ContractKey,
) -> sqlx::Result<Option<ContractRecord>> {
    let id = match key {
        ContractKey::Id(id) => Some(*id),
        ContractKey::External(external_id) => {
            sqlx::query_scalar!(
                "SELECT contract_id FROM value.contract WHERE tenant_id = $1 AND external_id = $2",
                tenant,
                external_id,
            )
            .fetch_optional(&mut *connection)
            .await?
        }
    };
    let Some(id) = id else { return Ok(None) };
    Ok(contracts_by_ids(connection, tenant, &[id]).await?.pop())
}

/// Contracts by their ids, in the order of these.
pub async fn contracts_by_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<Vec<ContractRecord>> {
    let rows = sqlx::query_as!(
        ContractRow,
        r#"SELECT c.contract_id, c.buyer_id, b.customer_id AS "customer_id?", b.external_id AS "customer_external_id?", c.external_id, c.product,
               c.currency_code, c.value_minor, c.renewal_value_minor, c.start_date AS "start_date: _", c.term_months, c.terms, c.auto_renew,
               c.notice_days, c.cancel_date AS "cancel_date: _", c.cancel_reason, c.due_date AS "due_date: _", c.version, c.actor,
               c.create_time AS "create_time: _", c.update_time AS "update_time: _"
           FROM unnest($2::uuid[]) WITH ORDINALITY AS k (contract_id, place)
           CROSS JOIN LATERAL (
               SELECT * FROM value.contract c WHERE c.tenant_id = $1 AND c.contract_id = k.contract_id LIMIT 1
           ) c
           LEFT JOIN LATERAL (SELECT * FROM value.buyer b WHERE b.tenant_id = $1 AND b.buyer_id = c.buyer_id LIMIT 1) b ON true
           ORDER BY k.place"#,
        tenant,
        ids,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(ContractRow::record).collect()
}

/// Keeps those of the contracts that exist as they are until the transaction ends, and answers them.
pub async fn contracts_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<Vec<ContractRecord>> {
    let locked = sqlx::query_scalar!(
        "SELECT contract_id FROM value.contract WHERE tenant_id = $1 AND contract_id = ANY($2) ORDER BY contract_id FOR UPDATE",
        tenant,
        ids,
    )
    .fetch_all(&mut *connection)
    .await?;
    contracts_by_ids(connection, tenant, &locked).await
}

/// Keeps the external ids of the tenant's contracts from others until the transaction ends.
pub async fn contract_keys_lock(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('value.contract ' || $1, 0))", tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// The ids of those of the contracts that exist.
pub async fn contract_ids_by_external_ids(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: &[String],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"SELECT c.contract_id FROM unnest($2::text[]) AS k (external_id)
           CROSS JOIN LATERAL (
               SELECT contract_id FROM value.contract WHERE tenant_id = $1 AND external_id = k.external_id LIMIT 1
           ) c"#,
        tenant,
        external_ids,
    )
    .fetch_all(connection)
    .await
}

/// Stores a contract, new or changed, and its terms: those it has in addition cost what it says, the last one does in any case, and what it
/// has no more is gone.
pub async fn contract_put(connection: &mut PgConnection, tenant: &str, record: &ContractRecord) -> sqlx::Result<()> {
    let (contract, agreement) = (&record.contract, &record.contract.agreement);
    sqlx::query!(
        "INSERT INTO value.contract (tenant_id, contract_id, buyer_id, external_id, product, currency_code, value_minor, renewal_value_minor,
             start_date, term_months, terms, end_date, auto_renew, notice_days, cancel_date, cancel_reason, due_date, version, actor,
             create_time, update_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         ON CONFLICT (tenant_id, contract_id) DO UPDATE SET external_id = excluded.external_id, product = excluded.product,
             currency_code = excluded.currency_code, value_minor = excluded.value_minor,
             renewal_value_minor = excluded.renewal_value_minor, start_date = excluded.start_date, term_months = excluded.term_months,
             terms = excluded.terms, end_date = excluded.end_date, auto_renew = excluded.auto_renew, notice_days = excluded.notice_days,
             cancel_date = excluded.cancel_date, cancel_reason = excluded.cancel_reason, due_date = excluded.due_date,
             version = excluded.version, actor = excluded.actor, update_time = excluded.update_time",
        tenant,
        record.contract_id,
        record.buyer_id,
        contract.external_id,
        contract.product,
        contract.value.currency_code(),
        contract.value.minor(),
        contract.renewal_value.map(Amount::minor),
        agreement.start_date.to_sqlx() as _,
        agreement.term_months,
        agreement.terms,
        agreement.contracted_until().to_sqlx() as _,
        agreement.auto_renew,
        agreement.notice_days,
        agreement.cancel_date.map(Date::to_sqlx) as _,
        contract.cancel_reason,
        record.due_date.map(Date::to_sqlx) as _,
        record.version,
        record.actor,
        record.create_time.to_sqlx() as _,
        record.update_time.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM value.contract_term WHERE tenant_id = $1 AND contract_id = $2 AND term > $3",
        tenant,
        record.contract_id,
        agreement.terms,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "WITH there AS (
             SELECT coalesce(max(term), 0) AS terms FROM value.contract_term WHERE tenant_id = $1 AND contract_id = $2
         )
         INSERT INTO value.contract_term AS t (tenant_id, contract_id, term, value_minor, actor, create_time)
         SELECT $1, $2, n, $4, $5, $6 FROM there CROSS JOIN LATERAL generate_series(least(there.terms + 1, $3), $3) AS n
         ON CONFLICT (tenant_id, contract_id, term) DO UPDATE SET value_minor = excluded.value_minor
             WHERE t.value_minor <> excluded.value_minor",
        tenant,
        record.contract_id,
        agreement.terms,
        contract.value.minor(),
        record.actor,
        record.update_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Remembers the merged buyer under whose key a new contract came, so that an undo of the merge gives it back.
pub async fn contract_own(
    connection: &mut PgConnection,
    tenant: &str,
    contract_id: Uuid,
    own_buyer_id: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.contract SET own_buyer_id = $3 WHERE tenant_id = $1 AND contract_id = $2",
        tenant,
        contract_id,
        own_buyer_id,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A term as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TermRecord {
    /// Its number, from 1.
    pub term: i32,
    /// What it costs.
    pub value_minor: i64,
    /// Who contracted it.
    pub actor: String,
    /// When.
    pub create_time: jiff_sqlx::Timestamp,
}

/// The terms of a contract, the first one first.
pub async fn contract_terms(
    connection: &mut PgConnection,
    tenant: &str,
    contract_id: Uuid,
) -> sqlx::Result<Vec<TermRecord>> {
    sqlx::query_as!(
        TermRecord,
        r#"SELECT term, value_minor, actor, create_time AS "create_time: _" FROM value.contract_term
           WHERE tenant_id = $1 AND contract_id = $2 ORDER BY term"#,
        tenant,
        contract_id,
    )
    .fetch_all(connection)
    .await
}

/// What a term costs.
pub async fn contract_term_value(
    connection: &mut PgConnection,
    tenant: &str,
    contract_id: Uuid,
    term: i32,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT value_minor FROM value.contract_term WHERE tenant_id = $1 AND contract_id = $2 AND term = $3",
        tenant,
        contract_id,
        term,
    )
    .fetch_optional(connection)
    .await
}

/// Contracts of any tenant to which something has happened by `today` that has yet to be told; those that somebody else is at are passed
/// over. Kept as they are until the transaction ends.
pub async fn contracts_due(
    connection: &mut PgConnection,
    today: Date,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, contract_id FROM value.contract WHERE due_date <= $1
         ORDER BY due_date LIMIT $2 FOR UPDATE SKIP LOCKED",
        today.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.contract_id)).collect())
}

/// Gives the contracts of one buyer to another.
pub async fn contracts_move(connection: &mut PgConnection, tenant: &str, from: i64, to: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE value.contract SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2", tenant, from, to)
        .execute(connection)
        .await
        .map(drop)
}
