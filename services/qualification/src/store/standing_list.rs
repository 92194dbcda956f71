//! Lists of standings, as they were written down.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};

use super::standing::{StandingRecord, StandingRow};

/// What `ListQualifications` can filter and sort by.
pub static STANDINGS: Schema = Schema::new(
    Field::new("customer_id", "s.customer_id", Kind::Uuid),
    &[
        Field::new("state", "s.state::text", STATES),
        Field::new("risk_level", "s.risk_level::text", RISK_LEVELS),
        Field::new("case_id", "s.case_id", Kind::Uuid).nullable(),
        Field::new("valid_until_time", "s.valid_until_time", Kind::Timestamp).nullable().sortable(),
        Field::new("update_time", "s.update_time", Kind::Timestamp).sortable(),
    ],
);

const STATES: Kind = Kind::Enum(&[
    ("NOT_ASSESSED", "1"),
    ("IN_PROGRESS", "2"),
    ("QUALIFIED", "3"),
    ("QUALIFIED_WITH_CONDITIONS", "4"),
    ("REJECTED", "5"),
    ("SUSPENDED", "6"),
    ("EXPIRED", "7"),
    ("TERMINATED", "8"),
]);

/// The levels of `RiskLevel`.
pub const RISK_LEVELS: Kind = Kind::Enum(&[("LOW", "1"), ("MEDIUM", "2"), ("HIGH", "3"), ("PROHIBITED", "4")]);

/// A page of the standings of a tenant.
pub async fn standings_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<StandingRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT s.*");
    plan.push_keys(&mut query);
    query.push(" FROM qualification.standing s WHERE s.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| Ok(StandingRow::from_row(&row)?.into()))
}
