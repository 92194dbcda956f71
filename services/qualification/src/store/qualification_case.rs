//! Cases.

use clientele_proto::qualification::v1::{
    CaseFacts, CaseInformationRequest, CaseRecommendation, CaseState, RequirementFacts, RiskLevel,
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{case_machine::Status, standing::Approval};

/// The constraint that keeps one case a customer.
pub const CUSTOMER_TAKEN: &str = "case_customer_taken";

/// A case as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRecord {
    /// Its id.
    pub case_id: Uuid,
    /// Whose.
    pub customer_id: Uuid,
    /// Its state.
    pub state: CaseState,
    /// Its round.
    pub round: i32,
    /// The approval that nobody took away.
    pub approval: Option<Approval>,
    /// When that, or the last one, was given.
    pub approve_time: Option<Timestamp>,
    /// When its review is due.
    pub review_time: Option<Timestamp>,
    /// The risk when it was last decided.
    pub decided_risk: RiskLevel,
    /// The risk as assessed now: not of this table.
    pub risk_level: RiskLevel,
    /// Version of the policy that judges it.
    pub policy_version: i32,
    /// What is known of the customer.
    pub facts: CaseFacts,
    /// Whether it needs enhanced due diligence whatever hits and risk say.
    pub edd_required: bool,
    /// Who works on it; empty for nobody.
    pub assignee: String,
    /// When the work is due.
    pub due_time: Option<Timestamp>,
    /// Until when it is out of sight.
    pub snooze_time: Option<Timestamp>,
    /// What the customer is asked for, and until when.
    pub information_request: Option<(CaseInformationRequest, Timestamp)>,
    /// What the reviewer recommended.
    pub recommendation: Option<CaseRecommendation>,
    /// Checks from before it do not count.
    pub checks_from: Option<Timestamp>,
    /// Who changed it last.
    pub actor: String,
    /// Rises with every change.
    pub version: i64,
    /// When it was opened.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
}

impl CaseRecord {
    /// Where it stands in its life.
    pub fn status(&self) -> Status {
        Status { state: self.state, has_approval: self.approval.is_some(), round: self.round }
    }

    /// What a policy looks at.
    pub fn requirement_facts(&self) -> RequirementFacts {
        RequirementFacts {
            party_kind: self.facts.party_kind,
            country_code: self.facts.country_code.clone(),
            products: self.facts.products.clone(),
            tier: self.facts.tier.clone(),
            risk_level: self.risk_level.into(),
        }
    }

    /// The next instant at which it changes by itself, but for its documents.
    pub fn keep_time(&self) -> Option<Timestamp> {
        let ends = self.approval.as_ref().and_then(|approval| approval.valid_until);
        match self.state {
            CaseState::InfoRequested => self.information_request.as_ref().map(|(_, due)| *due),
            CaseState::Approved | CaseState::ApprovedWithConditions => self.review_time.into_iter().chain(ends).min(),
            CaseState::ReviewDue => ends,
            _ => None,
        }
    }
}

/// A row as it is read.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct CaseRow {
    case_id: Uuid,
    customer_id: Uuid,
    round: i32,
    state: i16,
    risk_level: i16,
    approval_kind: i16,
    approval_scope: Vec<String>,
    approval_conditions: Vec<String>,
    approval_valid_until_time: Option<jiff_sqlx::Timestamp>,
    approve_time: Option<jiff_sqlx::Timestamp>,
    review_time: Option<jiff_sqlx::Timestamp>,
    policy_version: i64,
    facts: Vec<u8>,
    edd_required: bool,
    assignee: String,
    due_time: Option<jiff_sqlx::Timestamp>,
    snooze_time: Option<jiff_sqlx::Timestamp>,
    information_request: Option<Vec<u8>>,
    information_due_time: Option<jiff_sqlx::Timestamp>,
    recommendation: Option<Vec<u8>>,
    checks_from_time: Option<jiff_sqlx::Timestamp>,
    actor: String,
    version: i64,
    create_time: jiff_sqlx::Timestamp,
    update_time: jiff_sqlx::Timestamp,
    assessed_level: i16,
}

impl CaseRow {
    /// The case; an encoded message that cannot be read is a fault of ours.
    pub(super) fn record(self) -> sqlx::Result<CaseRecord> {
        let broken = |error: prost::DecodeError| sqlx::Error::Decode(Box::new(error));
        let instant = |time: Option<jiff_sqlx::Timestamp>| time.map(jiff_sqlx::Timestamp::to_jiff);
        let level = |number: i16| RiskLevel::try_from(i32::from(number)).unwrap_or_default();
        let asked = self.information_request.as_deref().map(CaseInformationRequest::decode).transpose();
        let recommended = self.recommendation.as_deref().map(CaseRecommendation::decode).transpose();
        Ok(CaseRecord {
            case_id: self.case_id,
            customer_id: self.customer_id,
            state: CaseState::try_from(i32::from(self.state)).unwrap_or_default(),
            round: self.round,
            approval: (self.approval_kind > 0).then(|| Approval {
                scope: self.approval_scope,
                conditions: self.approval_conditions,
                is_conditional: self.approval_kind == 2,
                valid_until: instant(self.approval_valid_until_time),
            }),
            approve_time: instant(self.approve_time),
            review_time: instant(self.review_time),
            decided_risk: level(self.risk_level),
            risk_level: level(self.assessed_level),
            policy_version: i32::try_from(self.policy_version).unwrap_or_default(),
            facts: CaseFacts::decode(self.facts.as_slice()).map_err(broken)?,
            edd_required: self.edd_required,
            assignee: self.assignee,
            due_time: instant(self.due_time),
            snooze_time: instant(self.snooze_time),
            information_request: asked.map_err(broken)?.zip(instant(self.information_due_time)),
            recommendation: recommended.map_err(broken)?,
            checks_from: instant(self.checks_from_time),
            actor: self.actor,
            version: self.version,
            create_time: self.create_time.to_jiff(),
            update_time: self.update_time.to_jiff(),
        })
    }
}

/// Reads a case by its id.
pub async fn case_get(connection: &mut PgConnection, tenant: &str, case_id: Uuid) -> sqlx::Result<Option<CaseRecord>> {
    let row = sqlx::query_as!(
        CaseRow,
        r#"SELECT c.case_id, c.customer_id, c.round, c.state, c.risk_level, c.approval_kind, c.approval_scope, c.approval_conditions,
               c.approval_valid_until_time, c.approve_time, c.review_time, c.policy_version, c.facts, c.edd_required, c.assignee, c.due_time,
               c.snooze_time, c.information_request, c.information_due_time, c.recommendation, c.checks_from_time, c.actor, c.version,
               c.create_time, c.update_time, coalesce(r.level, 0::smallint) AS "assessed_level!"
           FROM qualification.qualification_case c
           LEFT JOIN qualification.risk_assessment r ON r.tenant_id = c.tenant_id AND r.customer_id = c.customer_id
           WHERE c.tenant_id = $1 AND c.case_id = $2"#,
        tenant,
        case_id,
    )
    .fetch_optional(connection)
    .await?;
    row.map(CaseRow::record).transpose()
}

/// The id of the case of a customer.
pub async fn case_id_of_customer(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "SELECT case_id FROM qualification.qualification_case WHERE tenant_id = $1 AND customer_id = $2",
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await
}

/// The instant from before which checks of a customer do not count; `None` where all do, or it has no case.
pub async fn checks_count_from(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> sqlx::Result<Option<Timestamp>> {
    let from = sqlx::query_scalar!(
        r#"SELECT checks_from_time AS "checks_from_time: jiff_sqlx::Timestamp" FROM qualification.qualification_case
           WHERE tenant_id = $1 AND customer_id = $2"#,
        tenant,
        customer_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(from.flatten().map(jiff_sqlx::Timestamp::to_jiff))
}

/// Locks a case until the end of the transaction, and reads it.
pub async fn case_for_update(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
) -> sqlx::Result<Option<CaseRecord>> {
    // Read after the lock is held, in a statement of its own: what waited for the lock sees all of what was written under it.
    sqlx::query!(
        "SELECT case_id FROM qualification.qualification_case WHERE tenant_id = $1 AND case_id = $2 FOR UPDATE",
        tenant,
        case_id,
    )
    .fetch_optional(&mut *connection)
    .await?;
    case_get(connection, tenant, case_id).await
}

/// Stores a new case.
pub async fn case_insert(connection: &mut PgConnection, tenant: &str, record: &CaseRecord) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.qualification_case (tenant_id, case_id, customer_id, round, state, risk_level, approval_kind, approval_scope, \
             approval_conditions, policy_version, facts, country_code, actor, version, create_time, update_time) \
         VALUES ($1, $2, $3, $4, $5, 0, 0, '{}', '{}', 0, $6, $7, $8, $9, $10, $10)",
        tenant,
        record.case_id,
        record.customer_id,
        record.round,
        record.state as i16,
        record.facts.encode_to_vec(),
        record.facts.country_code,
        record.actor,
        record.version,
        record.create_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Stores what a case has become. Its lock must be held.
pub async fn case_put(connection: &mut PgConnection, tenant: &str, record: &CaseRecord) -> sqlx::Result<()> {
    let nothing = Vec::new();
    let approval = record.approval.as_ref();
    let kind = approval.map_or(0_i16, |approval| if approval.is_conditional { 2 } else { 1 });
    let (asked, due) = record.information_request.as_ref().map(|(asked, due)| (asked.encode_to_vec(), *due)).unzip();
    let stored = sqlx::query!(
        "UPDATE qualification.qualification_case SET round = $3, state = $4, risk_level = $5, approval_kind = $6, approval_scope = $7, \
             approval_conditions = $8, approval_valid_until_time = $9, approve_time = $10, review_time = $11, policy_version = $12, \
             facts = $13, country_code = $14, edd_required = $15, assignee = $16, due_time = $17, snooze_time = $18, \
             information_request = $19, information_due_time = $20, recommendation = $21, checks_from_time = $22, keep_time = $23, \
             actor = $24, version = $25, update_time = $26 \
         WHERE tenant_id = $1 AND case_id = $2",
        tenant,
        record.case_id,
        record.round,
        record.state as i16,
        record.decided_risk as i16,
        kind,
        approval.map_or(&nothing, |approval| &approval.scope),
        approval.map_or(&nothing, |approval| &approval.conditions),
        approval.and_then(|approval| approval.valid_until).map(Timestamp::to_sqlx) as _,
        record.approve_time.map(Timestamp::to_sqlx) as _,
        record.review_time.map(Timestamp::to_sqlx) as _,
        i64::from(record.policy_version),
        record.facts.encode_to_vec(),
        record.facts.country_code,
        record.edd_required,
        record.assignee,
        record.due_time.map(Timestamp::to_sqlx) as _,
        record.snooze_time.map(Timestamp::to_sqlx) as _,
        asked,
        due.map(Timestamp::to_sqlx) as _,
        record.recommendation.as_ref().map(prost::Message::encode_to_vec),
        record.checks_from.map(Timestamp::to_sqlx) as _,
        record.keep_time().map(Timestamp::to_sqlx) as _,
        record.actor,
        record.version,
        record.update_time.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
