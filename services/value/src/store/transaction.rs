//! Transactions, one or many at a time. Lists stand in [`super::transaction_list`].

use std::collections::HashMap;

use clientele_pg::{Pool, coalesce::Coalescer, copy::CopyIn};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    money::Amount,
    transaction::{CustomerKey, Facts, Kind, Transaction},
};

/// The constraint that keeps external ids apart.
pub const EXTERNAL_ID_TAKEN: &str = "transaction_pkey";

/// A recorded transaction and the buyer it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Our number of the buyer.
    pub buyer_id: i64,
    /// The transaction.
    pub transaction: Transaction,
}

/// The columns of a transaction, with those that say who its buyer is.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    buyer_id: i64,
    amount_minor: i64,
    currency_code: String,
    kind: i16,
    occur_date: jiff_sqlx::Date,
    occur_time: Option<jiff_sqlx::Timestamp>,
    external_id: String,
    refunded_external_id: Option<String>,
    create_time: jiff_sqlx::Timestamp,
    customer_id: Option<Uuid>,
    customer_external_id: Option<String>,
}

impl Row {
    pub(super) fn read(self) -> sqlx::Result<Recorded> {
        let facts = facts(
            &self.currency_code,
            self.amount_minor,
            self.kind,
            self.occur_date,
            self.occur_time,
            self.refunded_external_id,
        )?;
        let customer = match (self.customer_id, self.customer_external_id) {
            (Some(id), _) => CustomerKey::Id(id),
            (None, Some(key)) => CustomerKey::External(key),
            (None, None) => return Err(unreadable("a buyer that nobody knows")),
        };
        let create_time = self.create_time.to_jiff();
        Ok(Recorded {
            buyer_id: self.buyer_id,
            transaction: Transaction { external_id: self.external_id, customer, facts, create_time },
        })
    }
}

fn facts(
    currency_code: &str,
    amount_minor: i64,
    kind: i16,
    occur_date: jiff_sqlx::Date,
    occur_time: Option<jiff_sqlx::Timestamp>,
    refunded_external_id: Option<String>,
) -> sqlx::Result<Facts> {
    Ok(Facts {
        kind: Kind::of_number(kind).ok_or_else(|| unreadable("an unknown kind"))?,
        amount: Amount::stored(amount_minor, currency_code).ok_or_else(|| unreadable("an amount that is none"))?,
        occur_date: occur_date.to_jiff(),
        occur_time: occur_time.map(jiff_sqlx::Timestamp::to_jiff),
        refunded_external_id,
    })
}

fn unreadable(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

/// Records a transaction; false where the id is taken.
pub async fn transaction_insert(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
    buyer_id: i64,
    facts: &Facts,
    create_time: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO value.transaction (tenant_id, external_id, buyer_id, kind, amount_minor, currency_code, occur_date, occur_time, \
         refunded_external_id, create_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        tenant,
        external_id,
        buyer_id,
        facts.kind.number(),
        facts.amount.minor(),
        facts.amount.currency_code(),
        facts.occur_date.to_sqlx(),
        facts.occur_time.map(Timestamp::to_sqlx),
        facts.refunded_external_id,
        create_time.to_sqlx(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The transaction with this id.
pub async fn transaction_find(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
) -> sqlx::Result<Option<Recorded>> {
    sqlx::query_as!(
        Row,
        r#"SELECT t.buyer_id, t.amount_minor, t.currency_code, t.kind, t.occur_date, t.occur_time, t.external_id, t.refunded_external_id,
                  t.create_time, b.customer_id, b.external_id AS customer_external_id
           FROM value.transaction t JOIN value.buyer b USING (tenant_id, buyer_id)
           WHERE t.tenant_id = $1 AND t.external_id = $2"#,
        tenant,
        external_id
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// Those of the transactions that are recorded, by their ids: buyer and what they say.
pub async fn transactions_known(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: &[String],
) -> sqlx::Result<HashMap<String, (i64, Facts)>> {
    let rows = sqlx::query!(
        // By the index, key by key, whatever the statistics say of a table that is being filled.
        r#"SELECT k.id AS "external_id!", t.buyer_id, t.amount_minor, t.currency_code, t.kind, t.occur_date, t.occur_time,
                  t.refunded_external_id
           FROM unnest($2::text[]) AS k(id)
           CROSS JOIN LATERAL (SELECT * FROM value.transaction WHERE tenant_id = $1 AND external_id = k.id LIMIT 1) AS t"#,
        tenant,
        external_ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let facts = facts(
                &row.currency_code,
                row.amount_minor,
                row.kind,
                row.occur_date,
                row.occur_time,
                row.refunded_external_id,
            )?;
            Ok((row.external_id, (row.buyer_id, facts)))
        })
        .collect()
}

/// Records many transactions by `COPY`: (external id, buyer, what it says). An id that is taken fails all of them with
/// [`EXTERNAL_ID_TAKEN`].
pub async fn transactions_copy<'r>(
    connection: &mut PgConnection,
    tenant: &str,
    create_time: Timestamp,
    rows: impl Iterator<Item = (&'r str, i64, &'r Facts)> + Send,
) -> sqlx::Result<u64> {
    let mut copy = CopyIn::begin(
        connection,
        "COPY value.transaction (buyer_id, amount_minor, occur_time, create_time, occur_date, kind, tenant_id, currency_code, external_id, \
         refunded_external_id) FROM STDIN (FORMAT binary)",
    )
    .await?;
    for (external_id, buyer_id, facts) in rows {
        copy.row(10)
            .put(buyer_id)
            .put(facts.amount.minor())
            .put_opt(facts.occur_time)
            .put(create_time)
            .put(facts.occur_date)
            .put(facts.kind.number())
            .put(tenant)
            .put(facts.amount.currency_code())
            .put(external_id)
            .put_opt(facts.refunded_external_id.as_deref());
        copy.flow().await?;
    }
    copy.finish().await
}

/// Gives all transactions of one buyer to another one.
pub async fn transactions_move(connection: &mut PgConnection, tenant: &str, from: i64, to: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "UPDATE value.transaction SET buyer_id = $3 WHERE tenant_id = $1 AND buyer_id = $2",
        tenant,
        from,
        to
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Single transactions by (tenant, external id), many in one query.
pub type Reads = Coalescer<(String, String), Transaction>;

/// Reads over `pool`.
pub fn reads(pool: Pool) -> Reads {
    Coalescer::new(move |keys: Vec<(String, String)>| {
        let pool = pool.clone();
        async move {
            let (tenants, external_ids): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
            let rows = sqlx::query!(
                r#"SELECT k.nth AS "nth!", t.buyer_id, t.amount_minor, t.currency_code, t.kind, t.occur_date, t.occur_time, t.external_id,
                          t.refunded_external_id, t.create_time, b.customer_id, b.external_id AS "customer_external_id?"
                   FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(tenant_id, external_id, nth)
                   JOIN value.transaction t ON t.tenant_id = k.tenant_id AND t.external_id = k.external_id
                   JOIN value.buyer b ON b.tenant_id = t.tenant_id AND b.buyer_id = t.buyer_id"#,
                &tenants,
                &external_ids
            )
            .fetch_all(&*pool)
            .await?;
            rows.into_iter()
                .map(|row| {
                    let key = (tenants[row.nth as usize - 1].clone(), row.external_id.clone());
                    let row = Row {
                        buyer_id: row.buyer_id,
                        amount_minor: row.amount_minor,
                        currency_code: row.currency_code,
                        kind: row.kind,
                        occur_date: row.occur_date,
                        occur_time: row.occur_time,
                        external_id: row.external_id,
                        refunded_external_id: row.refunded_external_id,
                        create_time: row.create_time,
                        customer_id: row.customer_id,
                        customer_external_id: row.customer_external_id,
                    };
                    Ok((key, row.read()?.transaction))
                })
                .collect()
        }
    })
}
