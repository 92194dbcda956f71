//! Lists of audit entries.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};

use super::audit_entry::AuditEntryRow;
use crate::domain::audit::Entry;

/// What `ListAuditEntries` can filter and sort by.
pub static AUDIT_ENTRIES: Schema = Schema::new(
    Field::new("audit_entry_id", "e.audit_entry_id", Kind::Uuid),
    &[
        Field::new("leaf_index", "e.leaf_index", Kind::Integer).nullable().sortable(),
        Field::new("subject_kind", "e.subject_kind", Kind::Text),
        Field::new("subject_id", "e.subject_id", Kind::Text),
        Field::new("customer_id", "e.customer_id", Kind::Uuid).nullable(),
        Field::new("transition", "e.transition", Kind::Text),
        Field::new("actor", "e.actor", Kind::Text),
        Field::new("transition_time", "e.transition_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("audit_entry_id desc");

/// A page of the entries of a tenant; contents where they are asked for.
pub async fn audit_entries_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
    contents: bool,
) -> sqlx::Result<Page<Entry>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT e.audit_entry_id, e.entry_number, e.leaf_index, e.subject_kind, e.subject_id, e.customer_id, e.transition, e.actor, \
             e.transition_time, e.leaf, ",
    );
    // Whether it was erased is told of in any case.
    query.push(if contents {
        "e.salt, e.content, "
    } else {
        "CASE WHEN e.salt IS NOT NULL THEN ''::bytea END AS salt, CASE WHEN e.content IS NOT NULL THEN ''::bytea END AS content, "
    });
    query.push("false AS customer_erased");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.audit_entry e WHERE e.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| Ok(AuditEntryRow::from_row(&row)?.into()))
}
