//! Lists of scorecards, assessments, overrides and credit decisions, and of checks: rows of encoded messages.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use prost::Message;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row as _};

use super::{risk::decoded, standing_list::RISK_LEVELS};

/// What `ListRiskScorecards` can filter and sort by.
pub static SCORECARDS: Schema = Schema::new(
    Field::new("risk_scorecard_id", "t.risk_scorecard_id", Kind::Uuid),
    &[
        Field::new("version", "t.version", Kind::Integer).sortable(),
        Field::new("actor", "t.actor", Kind::Text),
        Field::new("create_time", "t.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("risk_scorecard_id desc");

/// What `ListRiskAssessments` can filter and sort by.
pub static ASSESSMENTS: Schema = Schema::new(
    Field::new("risk_assessment_id", "t.risk_assessment_id", Kind::Uuid),
    &[
        Field::new("customer_id", "t.customer_id", Kind::Uuid),
        Field::new("risk_level", "t.level::text", RISK_LEVELS),
        Field::new("score", "t.score", Kind::Integer).sortable(),
        Field::new("scorecard_version", "t.scorecard_version", Kind::Integer),
        Field::new("create_time", "t.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("risk_assessment_id desc");

/// What `ListRiskOverrides` can filter and sort by.
pub static OVERRIDES: Schema = Schema::new(
    Field::new("risk_override_id", "t.risk_override_id", Kind::Uuid),
    &[
        Field::new("customer_id", "t.customer_id", Kind::Uuid),
        Field::new("state", "t.state::text", OVERRIDE_STATES),
        Field::new("expire_time", "t.expire_time", Kind::Timestamp).sortable(),
        Field::new("create_time", "t.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("risk_override_id desc");

/// What `ListCreditDecisions` can filter and sort by.
pub static DECISIONS: Schema = Schema::new(
    Field::new("credit_decision_id", "t.credit_decision_id", Kind::Uuid),
    &[
        Field::new("customer_id", "t.customer_id", Kind::Uuid),
        Field::new("state", "t.state::text", DECISION_STATES),
        Field::new("expire_time", "t.expire_time", Kind::Timestamp).nullable(),
        Field::new("create_time", "t.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("credit_decision_id desc");

/// What `ListChecks` can filter and sort by.
pub static CHECKS: Schema = Schema::new(
    Field::new("check_id", "t.check_id", Kind::Uuid),
    &[
        Field::new("customer_id", "t.customer_id", Kind::Uuid),
        Field::new("required_check", "t.required_check::text", CHECK_KINDS),
        Field::new("result", "t.result::text", CHECK_RESULTS),
        Field::new("create_time", "t.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("check_id desc");

const OVERRIDE_STATES: Kind = Kind::Enum(&[("PROPOSED", "1"), ("ACTIVE", "2"), ("EXPIRED", "3"), ("ENDED", "4")]);
const DECISION_STATES: Kind =
    Kind::Enum(&[("PROPOSED", "1"), ("APPROVED", "2"), ("REJECTED", "3"), ("SUPERSEDED", "4"), ("EXPIRED", "5")]);
const CHECK_KINDS: Kind = Kind::Enum(&[
    ("IDENTIFIERS", "1"),
    ("LICENCE_FACTS", "2"),
    ("REGISTRY_STATUS", "3"),
    ("DUPLICATES", "4"),
    ("OWNERSHIP", "6"),
]);
const CHECK_RESULTS: Kind = Kind::Enum(&[("PASSED", "1"), ("FAILED", "2"), ("WARNING", "3"), ("UNAVAILABLE", "4")]);

/// A table of encoded messages.
#[derive(Debug, Clone, Copy)]
pub enum Table {
    /// Of [`SCORECARDS`].
    Scorecards,
    /// Of [`ASSESSMENTS`].
    Assessments,
    /// Of [`OVERRIDES`].
    Overrides,
    /// Of [`DECISIONS`].
    Decisions,
    /// Of [`CHECKS`].
    Checks,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Scorecards => "qualification.risk_scorecard",
            Self::Assessments => "qualification.risk_assessment_history",
            Self::Overrides => "qualification.risk_override",
            Self::Decisions => "qualification.credit_decision",
            Self::Checks => "qualification.check_run",
        }
    }

    /// Its fields.
    pub fn schema(self) -> &'static Schema {
        match self {
            Self::Scorecards => &SCORECARDS,
            Self::Assessments => &ASSESSMENTS,
            Self::Overrides => &OVERRIDES,
            Self::Decisions => &DECISIONS,
            Self::Checks => &CHECKS,
        }
    }
}

/// A page of the messages of a tenant.
pub async fn messages_list<M: Message + Default>(
    connection: &mut PgConnection,
    tenant: &str,
    table: Table,
    plan: &ListPlan,
) -> sqlx::Result<Page<M>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT t.content");
    plan.push_keys(&mut query);
    query.push(" FROM ").push(table.name()).push(" t WHERE t.tenant_id = ").push_bind(tenant);
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| decoded(row.try_get("content")?))
}
