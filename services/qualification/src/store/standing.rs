//! Where customers stand, and what that follows from.

use std::collections::HashMap;

use clientele_pg::{Pool, coalesce::Coalescer};
use clientele_proto::qualification::v1::{CaseState, QualificationReason, QualificationState, RiskLevel};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::standing::{Approval, Case, Document, Inputs, Standing, Validity};

/// A standing as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingRecord {
    /// Whose.
    pub customer_id: Uuid,
    /// Where the customer stands.
    pub standing: Standing,
    /// The next instant at which that changes by itself.
    pub restate_time: Option<Timestamp>,
    /// Rises with every change that is told.
    pub version: i64,
    /// When it changed last.
    pub update_time: Timestamp,
}

/// A row as it is read.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct StandingRow {
    tenant_id: String,
    customer_id: Uuid,
    qualified: bool,
    state: i16,
    scope: Vec<String>,
    conditions: Vec<String>,
    reasons: Vec<i16>,
    risk_level: i16,
    case_id: Option<Uuid>,
    valid_until_time: Option<jiff_sqlx::Timestamp>,
    restate_time: Option<jiff_sqlx::Timestamp>,
    version: i64,
    update_time: jiff_sqlx::Timestamp,
}

impl From<StandingRow> for StandingRecord {
    fn from(row: StandingRow) -> Self {
        let reasons = row.reasons.into_iter();
        Self {
            customer_id: row.customer_id,
            standing: Standing {
                qualified: row.qualified,
                state: QualificationState::try_from(i32::from(row.state)).unwrap_or_default(),
                scope: row.scope,
                conditions: row.conditions,
                reasons: reasons.filter_map(|number| QualificationReason::try_from(i32::from(number)).ok()).collect(),
                risk_level: RiskLevel::try_from(i32::from(row.risk_level)).unwrap_or_default(),
                case_id: row.case_id,
                valid_until: row.valid_until_time.map(jiff_sqlx::Timestamp::to_jiff),
            },
            restate_time: row.restate_time.map(jiff_sqlx::Timestamp::to_jiff),
            version: row.version,
            update_time: row.update_time.to_jiff(),
        }
    }
}

/// Locks a customer's standing until the end of the transaction, whether it is there or not, and reads it.
pub async fn standing_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<StandingRecord>> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('qualification.standing/' || $1 || '/' || $2, 0))",
        tenant,
        customer_id.to_string()
    )
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query_as!(
        StandingRow,
        "SELECT tenant_id, customer_id, qualified, state, scope, conditions, reasons, risk_level, case_id, valid_until_time, restate_time, version, \
             update_time \
         FROM qualification.standing WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(StandingRecord::from))
}

/// Writes a standing down.
pub async fn standing_put(connection: &mut PgConnection, tenant: &str, record: &StandingRecord) -> sqlx::Result<()> {
    let standing = &record.standing;
    let reasons: Vec<i16> = standing.reasons.iter().map(|reason| *reason as i16).collect();
    sqlx::query!(
        "INSERT INTO qualification.standing (tenant_id, customer_id, qualified, state, scope, conditions, reasons, risk_level, case_id, \
             valid_until_time, restate_time, version, update_time) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (tenant_id, customer_id) DO UPDATE SET qualified = excluded.qualified, state = excluded.state, \
             scope = excluded.scope, conditions = excluded.conditions, reasons = excluded.reasons, risk_level = excluded.risk_level, \
             case_id = excluded.case_id, valid_until_time = excluded.valid_until_time, restate_time = excluded.restate_time, \
             version = excluded.version, update_time = excluded.update_time",
        tenant,
        record.customer_id,
        standing.qualified,
        standing.state as i16,
        &standing.scope,
        &standing.conditions,
        &reasons,
        standing.risk_level as i16,
        standing.case_id,
        standing.valid_until.map(Timestamp::to_sqlx) as _,
        record.restate_time.map(Timestamp::to_sqlx) as _,
        record.version,
        record.update_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Customers whose standing changes by itself by `now`.
pub async fn standings_due(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, customer_id FROM qualification.standing WHERE restate_time <= $1 ORDER BY restate_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.customer_id)).collect())
}

/// The next instant at which a standing changes by itself.
pub async fn standings_next(connection: &mut PgConnection) -> sqlx::Result<Option<Timestamp>> {
    let next = sqlx::query_scalar!(
        r#"SELECT min(restate_time) AS "next: jiff_sqlx::Timestamp" FROM qualification.standing WHERE restate_time IS NOT NULL"#
    )
    .fetch_one(connection)
    .await?;
    Ok(next.map(jiff_sqlx::Timestamp::to_jiff))
}

/// What the standings of customers follow from; nothing for those of which nothing is known.
pub async fn standing_inputs(
    connection: &mut PgConnection,
    tenant: &str,
    customer_ids: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, Inputs>> {
    let mut found: HashMap<Uuid, Inputs> = HashMap::new();
    let cases = sqlx::query!(
        "SELECT customer_id, case_id, state, approval_kind, approval_scope, approval_conditions, approval_valid_until_time, review_time \
         FROM qualification.qualification_case WHERE tenant_id = $1 AND customer_id = ANY($2)",
        tenant,
        customer_ids,
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in cases {
        let approval = (row.approval_kind > 0).then(|| Approval {
            scope: row.approval_scope,
            conditions: row.approval_conditions,
            is_conditional: row.approval_kind == 2,
            valid_until: row.approval_valid_until_time.map(jiff_sqlx::Timestamp::to_jiff),
        });
        let state = CaseState::try_from(i32::from(row.state)).unwrap_or_default();
        let review_time = row.review_time.map(jiff_sqlx::Timestamp::to_jiff);
        found.entry(row.customer_id).or_default().case =
            Some(Case { case_id: row.case_id, state, approval, review_time });
    }
    // The best verified document of each kind: one that never expires, or the one that does last. 4 and 5 are VERIFIED and EXPIRING; one that
    // is EXPIRED (6) still counts during its grace.
    let documents = sqlx::query!(
        r#"SELECT c.customer_id, r.grace_days, d.found AS "found!", d.expire_time
           FROM qualification.qualification_case c
           JOIN qualification.case_document_requirement r ON r.tenant_id = c.tenant_id AND r.case_id = c.case_id
           CROSS JOIN LATERAL (
               SELECT count(*) > 0 AS found, CASE WHEN bool_or(v.expire_time IS NULL) THEN NULL ELSE max(v.expire_time) END AS expire_time
               FROM qualification.document v
               WHERE v.tenant_id = c.tenant_id AND v.customer_id = c.customer_id AND v.kind = r.document_kind AND v.state IN (4, 5, 6)
           ) d
           WHERE c.tenant_id = $1 AND c.customer_id = ANY($2)
           ORDER BY c.customer_id, r.document_kind"#,
        tenant,
        customer_ids,
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in documents {
        let validity = Validity { expire_time: row.expire_time.map(jiff_sqlx::Timestamp::to_jiff) };
        let document = Document { verified: row.found.then_some(validity), grace_days: row.grace_days };
        found.entry(row.customer_id).or_default().documents.push(document);
    }
    let hits = sqlx::query!(
        r#"SELECT customer_id, count(*) FILTER (WHERE state = 2) AS "true_matches!", count(*) FILTER (WHERE state IN (1, 4)) AS "open_hits!"
           FROM qualification.screening_hit WHERE tenant_id = $1 AND customer_id = ANY($2) GROUP BY customer_id"#,
        tenant,
        customer_ids,
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in hits {
        let inputs = found.entry(row.customer_id).or_default();
        inputs.true_matches = u32::try_from(row.true_matches).unwrap_or(u32::MAX);
        inputs.open_hits = u32::try_from(row.open_hits).unwrap_or(u32::MAX);
    }
    let risks = sqlx::query!(
        "SELECT customer_id, level FROM qualification.risk_assessment WHERE tenant_id = $1 AND customer_id = ANY($2)",
        tenant,
        customer_ids,
    )
    .fetch_all(connection)
    .await?;
    for row in risks {
        found.entry(row.customer_id).or_default().risk_level =
            RiskLevel::try_from(i32::from(row.level)).unwrap_or_default();
    }
    Ok(found)
}

/// Standings read together: many calls at a time become one query.
pub type Reads = Coalescer<(String, Uuid), StandingRecord>;

/// Reads over `pool`.
pub fn reads(pool: Pool) -> Reads {
    Coalescer::new(move |keys: Vec<(String, Uuid)>| {
        let pool = pool.clone();
        async move { standings_get(&mut *pool.acquire().await?, &keys).await }
    })
}

/// Standings as they were written down, by tenant and customer.
async fn standings_get(
    connection: &mut PgConnection,
    keys: &[(String, Uuid)],
) -> sqlx::Result<HashMap<(String, Uuid), StandingRecord>> {
    let tenants: Vec<String> = keys.iter().map(|(tenant, _)| tenant.clone()).collect();
    let ids: Vec<Uuid> = keys.iter().map(|(_, id)| *id).collect();
    let rows = sqlx::query_as!(
        StandingRow,
        "SELECT s.tenant_id, s.customer_id, qualified, state, scope, conditions, reasons, risk_level, case_id, valid_until_time, \
             restate_time, version, update_time \
         FROM unnest($1::text[], $2::uuid[]) AS k (tenant_id, customer_id) \
         JOIN qualification.standing s ON s.tenant_id = k.tenant_id AND s.customer_id = k.customer_id",
        &tenants,
        &ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.tenant_id.clone(), row.customer_id), row.into())).collect())
}
