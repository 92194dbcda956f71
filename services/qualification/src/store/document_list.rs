//! Lists of documents.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};

use super::document::{DocumentRecord, DocumentRow};

/// What `ListDocuments` can filter and sort by.
pub static DOCUMENTS: Schema = Schema::new(
    Field::new("document_id", "d.document_id", Kind::Uuid),
    &[
        Field::new("customer_id", "d.customer_id", Kind::Uuid),
        Field::new("kind", "d.kind::text", KINDS),
        Field::new("state", "d.state::text", STATES),
        Field::new("uploader", "d.uploader", Kind::Text),
        Field::new("expire_time", "d.expire_time", Kind::Timestamp).nullable().sortable(),
        Field::new("create_time", "d.create_time", Kind::Timestamp).sortable(),
        Field::new("update_time", "d.update_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("document_id desc");

const STATES: Kind = Kind::Enum(&[
    ("REQUIRED", "1"),
    ("RECEIVED", "2"),
    ("VERIFYING", "3"),
    ("VERIFIED", "4"),
    ("EXPIRING", "5"),
    ("EXPIRED", "6"),
    ("REJECTED", "7"),
    ("REVOKED", "8"),
    ("SUPERSEDED", "9"),
]);

const KINDS: Kind = Kind::Enum(&[
    ("BUSINESS_LICENCE", "1"),
    ("CERTIFICATE_OF_INCORPORATION", "2"),
    ("ARTICLES", "3"),
    ("REGISTER_EXTRACT", "4"),
    ("TAX_CERTIFICATE", "5"),
    ("REPRESENTATIVE_ID", "6"),
    ("LETTER_OF_AUTHORISATION", "7"),
    ("BANK_PERMIT", "8"),
    ("OWNERSHIP_DECLARATION", "9"),
    ("FINANCIAL_STATEMENTS", "10"),
    ("SECTOR_PERMIT", "11"),
]);

/// A page of the documents of a tenant.
pub async fn documents_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<DocumentRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT d.*");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.document d WHERE d.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| DocumentRow::from_row(&row)?.try_into())
}
