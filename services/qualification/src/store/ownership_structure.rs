//! Ownership structures.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

/// A version as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnershipRecord {
    /// Its id.
    pub ownership_structure_id: Uuid,
    /// Whose.
    pub customer_id: Uuid,
    /// Its number.
    pub version: i32,
    /// The declaration.
    pub document_id: Option<Uuid>,
    /// The encoded structure.
    pub content: Vec<u8>,
    /// Who surely are beneficial owners.
    pub certain_record_ids: Vec<String>,
    /// Who may be.
    pub possible_record_ids: Vec<String>,
    /// Who declared it.
    pub actor: String,
    /// When it was declared.
    pub create_time: Timestamp,
}

#[derive(Debug, sqlx::FromRow)]
struct OwnershipRow {
    ownership_structure_id: Uuid,
    customer_id: Uuid,
    version: i32,
    document_id: Option<Uuid>,
    content: Vec<u8>,
    certain_record_ids: Vec<String>,
    possible_record_ids: Vec<String>,
    actor: String,
    create_time: jiff_sqlx::Timestamp,
}

impl From<OwnershipRow> for OwnershipRecord {
    fn from(row: OwnershipRow) -> Self {
        Self {
            ownership_structure_id: row.ownership_structure_id,
            customer_id: row.customer_id,
            version: row.version,
            document_id: row.document_id,
            content: row.content,
            certain_record_ids: row.certain_record_ids,
            possible_record_ids: row.possible_record_ids,
            actor: row.actor,
            create_time: row.create_time.to_jiff(),
        }
    }
}

/// Holds the structures of a customer until the end of the transaction: its versions are declared one after the other.
pub async fn ownership_lock(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('qualification.ownership_structure/' || $1 || '/' || $2, 0))",
        tenant,
        customer_id.to_string(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A version by its id.
pub async fn ownership_by_id(
    connection: &mut PgConnection,
    tenant: &str,
    ownership_structure_id: Uuid,
) -> sqlx::Result<Option<OwnershipRecord>> {
    let row = sqlx::query_as!(
        OwnershipRow,
        "SELECT ownership_structure_id, customer_id, version, document_id, content, certain_record_ids, possible_record_ids, actor, create_time \
         FROM qualification.ownership_structure WHERE tenant_id = $1 AND ownership_structure_id = $2",
        tenant,
        ownership_structure_id,
    );
    Ok(row.fetch_optional(connection).await?.map(OwnershipRecord::from))
}

/// The latest version of a customer.
pub async fn ownership_latest(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<OwnershipRecord>> {
    let row = sqlx::query_as!(
        OwnershipRow,
        "SELECT ownership_structure_id, customer_id, version, document_id, content, certain_record_ids, possible_record_ids, actor, create_time \
         FROM qualification.ownership_structure WHERE tenant_id = $1 AND customer_id = $2 ORDER BY version DESC LIMIT 1",
        tenant,
        customer_id,
    );
    Ok(row.fetch_optional(connection).await?.map(OwnershipRecord::from))
}

/// Writes a version.
pub async fn ownership_insert(
    connection: &mut PgConnection,
    tenant: &str,
    record: &OwnershipRecord,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.ownership_structure (tenant_id, ownership_structure_id, customer_id, version, document_id, content, \
             certain_record_ids, possible_record_ids, create_time, actor) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tenant,
        record.ownership_structure_id,
        record.customer_id,
        record.version,
        record.document_id,
        record.content,
        &record.certain_record_ids,
        &record.possible_record_ids,
        record.create_time.to_sqlx() as _,
        record.actor,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// What `ListOwnershipStructures` can filter and sort by.
pub static STRUCTURES: Schema = Schema::new(
    Field::new("ownership_structure_id", "o.ownership_structure_id", Kind::Uuid),
    &[
        Field::new("customer_id", "o.customer_id", Kind::Uuid),
        Field::new("version", "o.version", Kind::Integer).sortable(),
        Field::new("document_id", "o.document_id", Kind::Uuid).nullable(),
        Field::new("create_time", "o.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("ownership_structure_id desc");

/// A page of the encoded structures of a tenant.
pub async fn ownership_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<Vec<u8>>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT o.content");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.ownership_structure o WHERE o.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| row.try_get("content"))
}
