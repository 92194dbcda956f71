//! Acts.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use clientele_money::Amount;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRecord {
    /// Its id.
    pub act_id: Uuid,
    /// The caller's key.
    pub external_id: String,
    /// For whom.
    pub customer_id: Uuid,
    /// On which authorisation.
    pub authorisation_id: Uuid,
    /// By whom.
    pub person_external_id: Option<String>,
    /// On what matter.
    pub matter: String,
    /// On what product; empty for none in particular.
    pub product: String,
    /// What it came to.
    pub amount: Option<Amount>,
    /// Who signed as well.
    pub cosignatory_external_ids: Vec<String>,
    /// Who recorded it.
    pub actor: String,
    /// When.
    pub record_time: Timestamp,
}

#[derive(Debug, sqlx::FromRow)]
struct ActRow {
    act_id: Uuid,
    external_id: String,
    customer_id: Uuid,
    authorisation_id: Uuid,
    person_external_id: Option<String>,
    matter: String,
    product: String,
    amount_minor: Option<i64>,
    currency_code: Option<String>,
    cosignatory_external_ids: Vec<String>,
    actor: String,
    record_time: jiff_sqlx::Timestamp,
}

impl From<ActRow> for ActRecord {
    fn from(row: ActRow) -> Self {
        let amount = row.amount_minor.zip(row.currency_code);
        Self {
            act_id: row.act_id,
            external_id: row.external_id,
            customer_id: row.customer_id,
            authorisation_id: row.authorisation_id,
            person_external_id: row.person_external_id,
            matter: row.matter,
            product: row.product,
            amount: amount.and_then(|(minor, code)| Amount::stored(minor, &code)),
            cosignatory_external_ids: row.cosignatory_external_ids,
            actor: row.actor,
            record_time: row.record_time.to_jiff(),
        }
    }
}

/// The act of an external id.
pub async fn act_by_external_id(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
) -> sqlx::Result<Option<ActRecord>> {
    let row = sqlx::query_as!(
        ActRow,
        "SELECT act_id, external_id, customer_id, authorisation_id, person_external_id, matter, product, amount_minor, currency_code, \
             cosignatory_external_ids, actor, record_time \
         FROM qualification.act WHERE tenant_id = $1 AND external_id = $2",
        tenant,
        external_id,
    );
    Ok(row.fetch_optional(connection).await?.map(ActRecord::from))
}

/// Writes an act, and answers whether its external id was free.
pub async fn act_insert(connection: &mut PgConnection, tenant: &str, act: &ActRecord) -> sqlx::Result<bool> {
    sqlx::query!(
        "INSERT INTO qualification.act (tenant_id, act_id, external_id, customer_id, authorisation_id, person_external_id, matter, product, \
             amount_minor, currency_code, cosignatory_external_ids, actor, record_time) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (tenant_id, external_id) DO NOTHING",
        tenant,
        act.act_id,
        act.external_id,
        act.customer_id,
        act.authorisation_id,
        act.person_external_id,
        act.matter,
        act.product,
        act.amount.map(Amount::minor),
        act.amount.map(|amount| amount.currency().code()),
        &act.cosignatory_external_ids,
        act.actor,
        act.record_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// What `ListActs` can filter and sort by.
pub static ACTS: Schema = Schema::new(
    Field::new("act_id", "t.act_id", Kind::Uuid),
    &[
        Field::new("external_id", "t.external_id", Kind::Text),
        Field::new("customer_id", "t.customer_id", Kind::Uuid),
        Field::new("person_external_id", "t.person_external_id", Kind::Text).nullable(),
        Field::new("authorisation_id", "t.authorisation_id", Kind::Uuid),
        Field::new("matter", "t.matter", Kind::Text),
        Field::new("product", "t.product", Kind::Text),
        Field::new("record_time", "t.record_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("act_id desc");

/// A page of the acts of a tenant.
pub async fn acts_list(connection: &mut PgConnection, tenant: &str, plan: &ListPlan) -> sqlx::Result<Page<ActRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT t.*");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.act t WHERE t.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| Ok(ActRow::from_row(&row)?.into()))
}
