//! Lists of authorisations, each as it stands at the instant of the call.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};

use super::authorisation::{AuthorisationRecord, AuthorisationRow};

/// What `ListAuthorisations` can filter and sort by.
pub static AUTHORISATIONS: Schema = Schema::new(
    Field::new("authorisation_id", "a.authorisation_id", Kind::Uuid),
    &[
        Field::new("external_id", "a.external_id", Kind::Text).nullable(),
        Field::new("customer_id", "a.customer_id", Kind::Uuid),
        Field::new("basis", "a.basis::text", Kind::Enum(&[("LETTER", "1"), ("STATUTORY", "2")])),
        Field::new("grantee.external_id", "a.grantee_external_id", Kind::Text).nullable(),
        Field::new("parent_authorisation_id", "a.parent_authorisation_id", Kind::Uuid).nullable(),
        Field::new("document_id", "a.document_id", Kind::Uuid).nullable(),
        Field::new("matters", "a.matters", Kind::TextList),
        Field::new("products", "a.products", Kind::TextList),
        Field::new("state", "a.state_now::text", STATES),
        Field::new("valid_from_date", "a.valid_from_date", Kind::Date).sortable(),
        Field::new("valid_until_date", "a.valid_until_date", Kind::Date).nullable().sortable(),
        Field::new("valid_until_time", "a.end_time", Kind::Timestamp).nullable().sortable(),
        Field::new("create_time", "a.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("authorisation_id desc");

const STATES: Kind = Kind::Enum(&[
    ("DRAFT", "1"),
    ("VERIFIED", "2"),
    ("REJECTED", "3"),
    ("REVOKED", "4"),
    ("EXPIRED", "5"),
    ("SUPERSEDED", "6"),
]);

/// A page of the authorisations of a tenant.
pub async fn authorisations_list(
    connection: &mut PgConnection,
    tenant: &str,
    now: Timestamp,
    plan: &ListPlan,
) -> sqlx::Result<Page<AuthorisationRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT a.*");
    plan.push_keys(&mut query);
    // The state at an instant, as `domain::authorisation::lasting` has it: the first end that has come.
    query.push(
        " FROM (SELECT l.*, least(l.expire_time, l.revoke_time, l.supersede_time) AS end_time, \
             CASE WHEN l.state <> 2 OR coalesce(least(l.expire_time, l.revoke_time, l.supersede_time) > ",
    );
    query.push_bind(now.to_sqlx());
    query.push(
        ", true) THEN l.state WHEN l.supersede_time = least(l.expire_time, l.revoke_time, l.supersede_time) THEN 6 \
             WHEN l.revoke_time = least(l.expire_time, l.revoke_time, l.supersede_time) THEN 4 ELSE 5 END AS state_now \
         FROM qualification.authorisation l WHERE l.tenant_id = ",
    );
    query.push_bind(tenant.to_owned()).push(") a WHERE true");
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| Ok(AuthorisationRow::from_row(&row)?.into()))
}
