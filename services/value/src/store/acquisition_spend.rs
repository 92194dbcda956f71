//! What was spent to win customers: kept, listed, and read by runs.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::transaction_scan::Purchases;
use crate::domain::acquisition::AcquisitionSpend;

/// A spend as it is stored.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct SpendRecord {
    /// Its id.
    pub acquisition_spend_id: Uuid,
    /// The channel.
    pub channel: String,
    /// The first day of the period.
    pub start_date: jiff_sqlx::Date,
    /// The last day of the period.
    pub end_date: jiff_sqlx::Date,
    /// How much.
    pub amount_minor: i64,
    /// In which currency.
    pub currency_code: String,
    /// Rises with every change.
    pub version: i64,
    /// When it was recorded.
    pub create_time: jiff_sqlx::Timestamp,
    /// When it was changed last.
    pub update_time: jiff_sqlx::Timestamp,
}

/// Stores a new spend.
pub async fn acquisition_spend_insert(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
    spend: &AcquisitionSpend,
    now: Timestamp,
) -> sqlx::Result<SpendRecord> {
    sqlx::query_as!(
        SpendRecord,
        r#"INSERT INTO value.acquisition_spend
               (tenant_id, acquisition_spend_id, channel, start_date, end_date, amount_minor, currency_code, create_time, update_time)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
           RETURNING acquisition_spend_id, channel, start_date AS "start_date: _", end_date AS "end_date: _", amount_minor,
               currency_code, version, create_time AS "create_time: _", update_time AS "update_time: _""#,
        tenant,
        id,
        spend.channel,
        spend.start_date.to_sqlx() as _,
        spend.end_date.to_sqlx() as _,
        spend.amount.minor(),
        spend.amount.currency_code(),
        now.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await
}

/// A spend.
pub async fn acquisition_spend_get(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<SpendRecord>> {
    sqlx::query_as!(
        SpendRecord,
        r#"SELECT acquisition_spend_id, channel, start_date AS "start_date: _", end_date AS "end_date: _", amount_minor, currency_code,
               version, create_time AS "create_time: _", update_time AS "update_time: _"
           FROM value.acquisition_spend WHERE tenant_id = $1 AND acquisition_spend_id = $2"#,
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// A spend, kept as it is until the transaction ends.
pub async fn acquisition_spend_get_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> sqlx::Result<Option<SpendRecord>> {
    sqlx::query_as!(
        SpendRecord,
        r#"SELECT acquisition_spend_id, channel, start_date AS "start_date: _", end_date AS "end_date: _", amount_minor, currency_code,
               version, create_time AS "create_time: _", update_time AS "update_time: _"
           FROM value.acquisition_spend WHERE tenant_id = $1 AND acquisition_spend_id = $2 FOR UPDATE"#,
        tenant,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Stores another content of a spend, as its next version.
pub async fn acquisition_spend_update(
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
    spend: &AcquisitionSpend,
    now: Timestamp,
) -> sqlx::Result<SpendRecord> {
    sqlx::query_as!(
        SpendRecord,
        r#"UPDATE value.acquisition_spend SET channel = $3, start_date = $4, end_date = $5, amount_minor = $6, currency_code = $7,
               version = version + 1, update_time = $8
           WHERE tenant_id = $1 AND acquisition_spend_id = $2
           RETURNING acquisition_spend_id, channel, start_date AS "start_date: _", end_date AS "end_date: _", amount_minor,
               currency_code, version, create_time AS "create_time: _", update_time AS "update_time: _""#,
        tenant,
        id,
        spend.channel,
        spend.start_date.to_sqlx() as _,
        spend.end_date.to_sqlx() as _,
        spend.amount.minor(),
        spend.amount.currency_code(),
        now.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await
}

/// Takes a spend away.
pub async fn acquisition_spend_delete(connection: &mut PgConnection, tenant: &str, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM value.acquisition_spend WHERE tenant_id = $1 AND acquisition_spend_id = $2", tenant, id)
        .execute(connection)
        .await
        .map(drop)
}

/// What `ListAcquisitionSpends` can filter and sort by.
pub static SPENDS: Schema = Schema::new(
    Field::new("acquisition_spend_id", "s.acquisition_spend_id", Kind::Uuid),
    &[
        Field::new("channel", "s.channel", Kind::Text).sortable(),
        Field::new("start_date", "s.start_date", Kind::Date).sortable(),
        Field::new("end_date", "s.end_date", Kind::Date).sortable(),
        Field::new("currency_code", "s.currency_code", Kind::Text),
        Field::new("create_time", "s.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("acquisition_spend_id desc");

/// A page of the spends of a tenant.
pub async fn acquisition_spends_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<SpendRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT s.*");
    plan.push_keys(&mut query);
    query.push(" FROM value.acquisition_spend s WHERE s.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| SpendRecord::from_row(&row))
}

/// A cost of one day that is none of acquisition: all of the day together.
#[derive(Debug)]
pub struct DayCost {
    /// Whose.
    pub buyer_id: i64,
    /// When.
    pub occur_date: jiff_sqlx::Date,
    /// How much.
    pub amount_minor: i64,
}

impl Purchases<'_> {
    /// The spends whose period has begun, by period.
    pub async fn acquisition_spends(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<SpendRecord>> {
        sqlx::query_as!(
            SpendRecord,
            r#"SELECT acquisition_spend_id, channel, start_date AS "start_date: _", end_date AS "end_date: _", amount_minor,
                   currency_code, version, create_time AS "create_time: _", update_time AS "update_time: _"
               FROM value.acquisition_spend WHERE tenant_id = $1 AND start_date <= $2
               ORDER BY start_date, end_date, acquisition_spend_id"#,
            self.tenant,
            self.until.to_sqlx() as _,
        )
        .fetch_all(connection)
        .await
    }

    /// The channels of the buyers of whom they are known.
    pub async fn acquisition_channels(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<(i64, String)>> {
        let rows = sqlx::query!(
            r#"SELECT buyer_id, acquisition_channel AS "acquisition_channel!" FROM value.account_signals
               WHERE tenant_id = $1 AND acquisition_channel IS NOT NULL"#,
            self.tenant,
        )
        .fetch_all(connection)
        .await?;
        Ok(rows.into_iter().map(|row| (row.buyer_id, row.acquisition_channel)).collect())
    }

    /// The costs of goods and to serve in the run's currency, by buyer and day.
    pub async fn day_costs(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<DayCost>> {
        sqlx::query_as!(
            DayCost,
            r#"SELECT buyer_id, occur_date AS "occur_date: _",
                   least(sum(amount_minor), 9223372036854775807)::bigint AS "amount_minor!"
               FROM value.transaction
               WHERE tenant_id = $1 AND kind = 3 AND kind <> 1 AND cost_kind IS DISTINCT FROM 3 AND currency_code = $2
                   AND occur_date <= $3
               GROUP BY buyer_id, occur_date"#,
            self.tenant,
            self.currency,
            self.until.to_sqlx() as _,
        )
        .fetch_all(connection)
        .await
    }
}
