//! Transactions, one or many at a time. Lists stand in [`super::transaction_list`].

use std::collections::{BTreeSet, HashMap};

use clientele_pg::{Pool, coalesce::Coalescer, copy::CopyIn};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::{
    transaction_item::{transaction_items_copy, transaction_items_read},
    transaction_row::{Recorded, Row},
};
use crate::domain::transaction::{CostKind, Facts, Transaction};

/// The constraint that keeps external ids apart.
pub const EXTERNAL_ID_TAKEN: &str = "transaction_pkey";

/// Records a few transactions with their items by one statement, which Postgres plans once; a `COPY` it parses anew each time. Answers how many it
/// recorded: those whose ids are taken are left out, and then the others have no items, for whoever brought them together to undo.
pub async fn transactions_insert(
    connection: &mut PgConnection,
    tenant: &str,
    create_time: Timestamp,
    rows: &[(&str, i64, &Facts)],
) -> sqlx::Result<usize> {
    let details: Vec<Detail<'_>> = rows.iter().map(|(.., facts)| Detail::of(facts)).collect();
    let done = sqlx::query!(
        "WITH noted AS (INSERT INTO value.transaction_currency SELECT DISTINCT $1, code FROM unnest($7::text[]) AS code ON CONFLICT DO NOTHING)
         INSERT INTO value.transaction (tenant_id, create_time, external_id, buyer_id, kind, amount_minor, currency_code, occur_date, occur_time,
             refunded_external_id, item_count, cost_kind, company, department, employee)
         SELECT $1, $2, * FROM unnest($3::text[], $4::bigint[], $5::smallint[], $6::bigint[], $7::text[], $8::date[], $9::timestamptz[],
             $10::text[], $11::smallint[], $12::smallint[], $13::text[], $14::text[], $15::text[])
         ON CONFLICT DO NOTHING",
        tenant,
        create_time.to_sqlx() as _,
        &column(rows, |(external_id, ..)| (*external_id).to_owned()),
        &column(rows, |(_, buyer_id, _)| *buyer_id),
        &column(rows, |(.., facts)| facts.kind.number()),
        &column(rows, |(.., facts)| facts.amount.minor()),
        &column(rows, |(.., facts)| facts.amount.currency_code().to_owned()),
        &column(rows, |(.., facts)| facts.occur_date.to_sqlx()) as _,
        &column(rows, |(.., facts)| facts.occur_time.map(Timestamp::to_sqlx)) as _,
        &column(rows, |(.., facts)| facts.refunded_external_id.clone()) as _,
        &column(&details, |detail| detail.item_count) as _,
        &column(&details, |detail| detail.cost_kind) as _,
        &column(&details, |detail| owned(detail.company)) as _,
        &column(&details, |detail| owned(detail.department)) as _,
        &column(&details, |detail| owned(detail.employee)) as _,
    )
    .execute(&mut *connection)
    .await?;
    let inserted = done.rows_affected() as usize;
    if inserted == rows.len() && details.iter().any(|detail| detail.item_count.is_some()) {
        transaction_items_copy(connection, tenant, rows.iter().map(|(external_id, _, facts)| (*external_id, *facts)))
            .await?;
    }
    Ok(inserted)
}

pub(super) fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

pub(super) fn column<R, T>(rows: &[R], of: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// What only some transactions have, as its columns hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detail<'f> {
    pub(super) item_count: Option<i16>,
    pub(super) cost_kind: Option<i16>,
    pub(super) company: Option<&'f str>,
    pub(super) department: Option<&'f str>,
    pub(super) employee: Option<&'f str>,
}

impl<'f> Detail<'f> {
    const NONE: Self = Self { item_count: None, cost_kind: None, company: None, department: None, employee: None };

    pub(super) fn of(facts: &'f Facts) -> Self {
        let sold = facts.sales_organisation.as_deref();
        let said = |text: &'f str| Some(text).filter(|text| !text.is_empty());
        Self {
            // A thousand at most.
            item_count: Some(facts.items.len() as i16).filter(|count| *count > 0),
            cost_kind: facts.cost_kind.and_then(CostKind::number),
            company: sold.and_then(|sold| said(&sold.company)),
            department: sold.and_then(|sold| said(&sold.department)),
            employee: sold.and_then(|sold| said(&sold.employee)),
        }
    }
}

/// The transaction with this id.
pub async fn transaction_find(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
) -> sqlx::Result<Option<Recorded>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT t.tenant_id, t.external_id, t.buyer_id, t.kind, t.amount_minor, t.currency_code, t.occur_date, t.occur_time,
                  t.refunded_external_id, t.item_count, t.cost_kind, t.company, t.department, t.employee, t.corrections, t.create_time,
                  b.customer_id, b.external_id AS customer_external_id
           FROM value.transaction t JOIN value.buyer b USING (tenant_id, buyer_id)
           WHERE t.tenant_id = $1 AND t.external_id = $2"#,
        tenant,
        external_id
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let has_items = row.has_items();
    let mut recorded = row.read()?;
    if has_items {
        let mut items = transaction_items_read(connection, &[tenant.to_owned()], &[external_id.to_owned()]).await?;
        items.attach(tenant, external_id, &mut recorded.transaction.facts)?;
    }
    Ok(Some(recorded))
}

/// Those of the transactions that are recorded, by their distinct ids: buyer and what they say.
pub async fn transactions_known(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: &[String],
) -> sqlx::Result<HashMap<String, (i64, Facts)>> {
    let rows = sqlx::query_as!(
        Row,
        // By the index, key by key, whatever the statistics say of a table that is being filled.
        r#"SELECT t.tenant_id, t.external_id, t.buyer_id, t.kind, t.amount_minor, t.currency_code, t.occur_date, t.occur_time,
                  t.refunded_external_id, t.item_count, t.cost_kind, t.company, t.department, t.employee, t.corrections, t.create_time,
                  NULL::uuid AS customer_id, NULL::text AS customer_external_id
           FROM unnest($2::text[]) AS k(id)
           CROSS JOIN LATERAL (SELECT * FROM value.transaction WHERE tenant_id = $1 AND external_id = k.id LIMIT 1) AS t"#,
        tenant,
        external_ids
    )
    .fetch_all(&mut *connection)
    .await?;
    let with_items: Vec<String> =
        rows.iter().filter(|row| row.has_items()).map(|row| row.external_id.clone()).collect();
    let mut items = transaction_items_read(connection, &vec![tenant.to_owned(); with_items.len()], &with_items).await?;
    rows.into_iter()
        .map(|row| {
            let (buyer_id, has_items) = (row.buyer_id, row.has_items());
            let (external_id, mut facts) = row.facts()?;
            if has_items {
                items.attach(tenant, &external_id, &mut facts)?;
            }
            Ok((external_id, (buyer_id, facts)))
        })
        .collect()
}

/// Records many transactions with their items by `COPY`: (external id, buyer, what it says). An id that is taken fails all of them with
/// [`EXTERNAL_ID_TAKEN`]. What none of them has costs nothing: columns are left out, items need no statement.
pub async fn transactions_copy<'r>(
    connection: &mut PgConnection,
    tenant: &str,
    create_time: Timestamp,
    rows: impl Iterator<Item = (&'r str, i64, &'r Facts)> + Clone + Send,
) -> sqlx::Result<u64> {
    let currencies: BTreeSet<&str> = rows.clone().map(|(_, _, facts)| facts.amount.currency_code()).collect();
    currencies_note(connection, tenant, &currencies.into_iter().map(str::to_owned).collect::<Vec<_>>()).await?;
    let is_detailed = rows.clone().any(|(_, _, facts)| Detail::of(facts) != Detail::NONE);
    let mut copy = CopyIn::begin(
        &mut *connection,
        if is_detailed {
            "COPY value.transaction (buyer_id, amount_minor, occur_time, create_time, occur_date, kind, tenant_id, currency_code, \
             external_id, refunded_external_id, item_count, cost_kind, company, department, employee) FROM STDIN (FORMAT binary)"
        } else {
            "COPY value.transaction (buyer_id, amount_minor, occur_time, create_time, occur_date, kind, tenant_id, currency_code, \
             external_id, refunded_external_id) FROM STDIN (FORMAT binary)"
        },
    )
    .await?;
    for (external_id, buyer_id, facts) in rows.clone() {
        let row = copy
            .row(if is_detailed { 15 } else { 10 })
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
        if is_detailed {
            let detail = Detail::of(facts);
            row.put_opt(detail.item_count)
                .put_opt(detail.cost_kind)
                .put_opt(detail.company)
                .put_opt(detail.department)
                .put_opt(detail.employee);
        }
        copy.flow().await?;
    }
    let recorded = copy.finish().await?;
    if is_detailed && rows.clone().any(|(_, _, facts)| !facts.items.is_empty()) {
        transaction_items_copy(connection, tenant, rows.map(|(external_id, _, facts)| (external_id, facts))).await?;
    }
    Ok(recorded)
}

/// Notes that a tenant uses currencies, for runs to know what they need not look for.
async fn currencies_note(connection: &mut PgConnection, tenant: &str, codes: &[String]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO value.transaction_currency (tenant_id, currency_code) SELECT $1, code FROM unnest($2::text[]) AS code \
         ON CONFLICT DO NOTHING",
        tenant,
        codes,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes of transactions under whose key they came, where that is a merged buyer's.
pub async fn transactions_book(
    connection: &mut PgConnection,
    tenant: &str,
    (external_ids, own_buyer_ids): (&[String], &[i64]),
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE value.transaction t SET own_buyer_id = k.own_buyer_id
         FROM unnest($2::text[], $3::bigint[]) AS k (external_id, own_buyer_id)
         WHERE t.tenant_id = $1 AND t.external_id = k.external_id",
        tenant,
        external_ids,
        own_buyer_ids,
    )
    .execute(connection)
    .await
    .map(drop)
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
            let mut connection = pool.acquire().await?;
            let rows = sqlx::query_as!(
                Row,
                r#"SELECT t.tenant_id, t.external_id, t.buyer_id, t.kind, t.amount_minor, t.currency_code, t.occur_date, t.occur_time,
                          t.refunded_external_id, t.item_count, t.cost_kind, t.company, t.department, t.employee, t.corrections, t.create_time,
                  b.customer_id, b.external_id AS "customer_external_id?"
                   FROM unnest($1::text[], $2::text[]) AS k(tenant_id, external_id)
                   JOIN value.transaction t ON t.tenant_id = k.tenant_id AND t.external_id = k.external_id
                   JOIN value.buyer b ON b.tenant_id = t.tenant_id AND b.buyer_id = t.buyer_id"#,
                &tenants,
                &external_ids
            )
            .fetch_all(&mut *connection)
            .await?;
            let with_items = rows.iter().filter(|row| row.has_items());
            let (tenants, external_ids): (Vec<_>, Vec<_>) =
                with_items.map(|row| (row.tenant_id.clone(), row.external_id.clone())).unzip();
            let mut items = transaction_items_read(&mut connection, &tenants, &external_ids).await?;
            rows.into_iter()
                .map(|row| {
                    let (tenant, has_items) = (row.tenant_id.clone(), row.has_items());
                    let mut transaction = row.read()?.transaction;
                    if has_items {
                        items.attach(&tenant, &transaction.external_id, &mut transaction.facts)?;
                    }
                    Ok(((tenant, transaction.external_id.clone()), transaction))
                })
                .collect()
        }
    })
}
