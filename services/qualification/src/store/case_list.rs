//! Lists of cases.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};

use super::{
    qualification_case::{CaseRecord, CaseRow},
    standing_list::RISK_LEVELS,
};

/// What `ListCases` can filter and sort by.
pub static CASES: Schema = Schema::new(
    Field::new("case_id", "c.case_id", Kind::Uuid),
    &[
        Field::new("customer_id", "c.customer_id", Kind::Uuid),
        Field::new("state", "c.state::text", STATES),
        Field::new("risk_level", "c.assessed_level::text", RISK_LEVELS),
        Field::new("assignee", "c.assignee", Kind::Text),
        Field::new("country_code", "c.country_code", Kind::Text),
        Field::new("round", "c.round", Kind::Integer),
        Field::new("due_time", "c.due_time", Kind::Timestamp).nullable().sortable(),
        Field::new("snooze_time", "c.snooze_time", Kind::Timestamp).nullable(),
        Field::new("information_due_time", "c.information_due_time", Kind::Timestamp).nullable(),
        Field::new("review_time", "c.review_time", Kind::Timestamp).nullable().sortable(),
        Field::new("valid_until_time", "c.approval_valid_until_time", Kind::Timestamp).nullable().sortable(),
        Field::new("create_time", "c.create_time", Kind::Timestamp).sortable(),
        Field::new("update_time", "c.update_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("case_id desc");

const STATES: Kind = Kind::Enum(&[
    ("DRAFT", "1"),
    ("SUBMITTED", "2"),
    ("SCREENING", "3"),
    ("UNDER_REVIEW", "4"),
    ("ESCALATED", "5"),
    ("INFO_REQUESTED", "6"),
    ("PENDING_APPROVAL", "7"),
    ("APPROVED", "8"),
    ("APPROVED_WITH_CONDITIONS", "9"),
    ("REJECTED", "10"),
    ("WITHDRAWN", "11"),
    ("REVIEW_DUE", "12"),
    ("SUSPENDED", "13"),
    ("EXPIRED", "14"),
    ("TERMINATED", "15"),
]);

/// Cases with their risk as assessed now. The tenant is to follow.
const WITH_RISK: &str = " FROM (SELECT q.*, coalesce(r.level, 0::smallint) AS assessed_level \
    FROM qualification.qualification_case q \
    LEFT JOIN qualification.risk_assessment r ON r.tenant_id = q.tenant_id AND r.customer_id = q.customer_id) c WHERE c.tenant_id = ";

/// A page of the cases of a tenant.
pub async fn cases_list(
    connection: &mut PgConnection,
    tenant: &str,
    plan: &ListPlan,
) -> sqlx::Result<Page<CaseRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT c.*");
    plan.push_keys(&mut query);
    query.push(WITH_RISK).push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| CaseRow::from_row(&row)?.record())
}
