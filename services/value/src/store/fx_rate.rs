//! Exchange rates: what they are, what they were at a version, and pages of them.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use crate::domain::fx_rate::FxRate;

/// A rate as it is stored.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct RateRecord {
    /// The pair and the day.
    pub fx_rate_id: String,
    /// Of which one unit is priced.
    pub base_currency_code: String,
    /// That the price is in.
    pub quote_currency_code: String,
    /// The day.
    pub rate_date: jiff_sqlx::Date,
    /// The price, in plain digits.
    pub rate: String,
    /// When it was stored as it is.
    pub update_time: jiff_sqlx::Timestamp,
}

/// Raises the version of a tenant's rates and keeps others from storing any until the transaction ends.
pub async fn fx_book_raise(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "INSERT INTO value.fx_book (tenant_id, version) VALUES ($1, 1)
         ON CONFLICT (tenant_id) DO UPDATE SET version = fx_book.version + 1 RETURNING version",
        tenant
    )
    .fetch_one(connection)
    .await
}

/// The version of a tenant's rates.
pub async fn fx_book_version(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<i64> {
    let version = sqlx::query_scalar!("SELECT version FROM value.fx_book WHERE tenant_id = $1", tenant);
    Ok(version.fetch_optional(connection).await?.unwrap_or_default())
}

/// The rates of these ids that there are.
pub async fn fx_rates_by_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[String],
) -> sqlx::Result<Vec<RateRecord>> {
    sqlx::query_as!(
        RateRecord,
        r#"SELECT r.fx_rate_id, r.base_currency_code, r.quote_currency_code, r.rate_date AS "rate_date: _",
               trim_scale(r.rate)::text AS "rate!", r.update_time AS "update_time: _"
           FROM unnest($2::text[]) AS k (fx_rate_id)
           CROSS JOIN LATERAL (
               SELECT * FROM value.fx_rate WHERE tenant_id = $1 AND fx_rate_id = k.fx_rate_id LIMIT 1
           ) r"#,
        tenant,
        ids,
    )
    .fetch_all(connection)
    .await
}

/// Stores rates, each pair and day at most once; what was there before goes to the revisions.
pub async fn fx_rates_put(
    connection: &mut PgConnection,
    tenant: &str,
    version: i64,
    rates: &[FxRate],
    now: Timestamp,
) -> sqlx::Result<()> {
    let ids: Vec<String> = rates.iter().map(FxRate::id).collect();
    sqlx::query!(
        "INSERT INTO value.fx_rate_revision
             (version, until_version, update_time, rate_date, tenant_id, fx_rate_id, base_currency_code, quote_currency_code, rate)
         SELECT version, $3, update_time, rate_date, tenant_id, fx_rate_id, base_currency_code, quote_currency_code, rate
         FROM value.fx_rate WHERE tenant_id = $1 AND fx_rate_id = ANY ($2)",
        tenant,
        &ids,
        version,
    )
    .execute(&mut *connection)
    .await?;
    let bases: Vec<String> = rates.iter().map(|rate| rate.base.code().to_owned()).collect();
    let quotes: Vec<String> = rates.iter().map(|rate| rate.quote.code().to_owned()).collect();
    let days: Vec<String> = rates.iter().map(|rate| rate.date.to_string()).collect();
    let prices: Vec<String> = rates.iter().map(|rate| rate.rate.to_string()).collect();
    sqlx::query!(
        "INSERT INTO value.fx_rate
             (tenant_id, version, update_time, fx_rate_id, base_currency_code, quote_currency_code, rate_date, rate)
         SELECT $1, $2, $3, k.id, k.base, k.quote, k.day::date, k.rate::numeric
         FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) AS k (id, base, quote, day, rate)
         ON CONFLICT (tenant_id, fx_rate_id) DO UPDATE SET version = excluded.version, update_time = excluded.update_time,
             rate = excluded.rate",
        tenant,
        version,
        now.to_sqlx() as _,
        &ids,
        &bases,
        &quotes,
        &days,
        &prices,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A rate as a run reads it.
#[derive(Debug)]
pub struct RateAsOf {
    /// Of which one unit is priced.
    pub base_currency_code: String,
    /// That the price is in.
    pub quote_currency_code: String,
    /// The day.
    pub rate_date: jiff_sqlx::Date,
    /// The price, in plain digits.
    pub rate: String,
}

/// The rates from or to any of `currencies`: of the days up to `as_of` as they were at `version`, of later days as they are.
pub async fn fx_rates_as_of(
    connection: &mut PgConnection,
    tenant: &str,
    currencies: &[String],
    as_of: Date,
    version: i64,
) -> sqlx::Result<Vec<RateAsOf>> {
    sqlx::query_as!(
        RateAsOf,
        r#"SELECT base_currency_code AS "base_currency_code!", quote_currency_code AS "quote_currency_code!",
               rate_date AS "rate_date!: _", trim_scale(rate)::text AS "rate!"
           FROM value.fx_rate
           WHERE tenant_id = $1 AND (base_currency_code = ANY ($2) OR quote_currency_code = ANY ($2))
               AND (version <= $4 OR rate_date > $3)
           UNION ALL
           SELECT base_currency_code, quote_currency_code, rate_date, trim_scale(rate)::text
           FROM value.fx_rate_revision
           WHERE tenant_id = $1 AND (base_currency_code = ANY ($2) OR quote_currency_code = ANY ($2))
               AND rate_date <= $3 AND version <= $4 AND until_version > $4"#,
        tenant,
        currencies,
        as_of.to_sqlx() as _,
        version,
    )
    .fetch_all(connection)
    .await
}

/// The rates from or to any of `currencies`: of the days up to `as_of` as they were at `version`, of later days as they were at an instant. A replaced
/// rate of which it is not known when it was stored is taken for old.
pub async fn fx_rates_at(
    connection: &mut PgConnection,
    tenant: &str,
    currencies: &[String],
    (as_of, version): (Date, i64),
    at: Timestamp,
) -> sqlx::Result<Vec<RateAsOf>> {
    sqlx::query_as!(
        RateAsOf,
        r#"SELECT base_currency_code AS "base_currency_code!", quote_currency_code AS "quote_currency_code!",
               rate_date AS "rate_date!: _", trim_scale(rate)::text AS "rate!"
           FROM value.fx_rate
           WHERE tenant_id = $1 AND (base_currency_code = ANY ($2) OR quote_currency_code = ANY ($2))
               AND CASE WHEN rate_date <= $3 THEN version <= $4 ELSE update_time <= $5 END
           UNION ALL
           SELECT base_currency_code, quote_currency_code, rate_date, trim_scale(rate)::text
           FROM value.fx_rate_revision
           WHERE tenant_id = $1 AND (base_currency_code = ANY ($2) OR quote_currency_code = ANY ($2))
               AND rate_date <= $3 AND version <= $4 AND until_version > $4
           UNION ALL
           SELECT base_currency_code, quote_currency_code, rate_date, trim_scale(rate)::text
           FROM (SELECT DISTINCT ON (r.fx_rate_id) r.* FROM value.fx_rate_revision r
                 JOIN value.fx_rate n ON n.tenant_id = r.tenant_id AND n.fx_rate_id = r.fx_rate_id
                 WHERE r.tenant_id = $1 AND (r.base_currency_code = ANY ($2) OR r.quote_currency_code = ANY ($2))
                     AND r.rate_date > $3 AND n.update_time > $5 AND (r.update_time IS NULL OR r.update_time <= $5)
                 ORDER BY r.fx_rate_id, r.version DESC) AS replaced"#,
        tenant,
        currencies,
        as_of.to_sqlx() as _,
        version,
        at.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await
}

/// What `ListFxRates` can filter and sort by.
pub static FX_RATES: Schema = Schema::new(
    Field::new("fx_rate_id", "r.fx_rate_id", Kind::Text),
    &[
        Field::new("base_currency_code", "r.base_currency_code", Kind::Text),
        Field::new("quote_currency_code", "r.quote_currency_code", Kind::Text),
        Field::new("rate_date", "r.rate_date", Kind::Date).sortable(),
    ],
);

/// A page of the rates of a tenant.
pub async fn fx_rates_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<RateRecord>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT r.fx_rate_id, r.base_currency_code, r.quote_currency_code, r.rate_date, trim_scale(r.rate)::text AS rate, r.update_time",
    );
    plan.push_keys(&mut query);
    query.push(" FROM value.fx_rate r WHERE r.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| RateRecord::from_row(&row))
}
