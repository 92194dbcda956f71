//! The steps in the life of cases.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A step as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TransitionRecord {
    /// Its id.
    pub case_transition_id: Uuid,
    /// Counts the steps of the case, from 1; the store gives it.
    pub number: i64,
    /// The round it belongs to.
    pub round: i32,
    /// What happened.
    pub transition: String,
    /// Number of the state before.
    pub state_before: i16,
    /// Number of the state after.
    pub state_after: i16,
    /// Who did it.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// Number of the reason.
    pub reason: i16,
    /// Why, for people.
    pub note: String,
    /// Version of the policy.
    pub policy_version: i64,
    /// What it rests on.
    pub evidence_root: Vec<u8>,
    /// When.
    pub transition_time: jiff_sqlx::Timestamp,
}

/// Stores the next step of a case. The lock of the case's row must be held.
pub async fn case_transition_insert(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    step: &TransitionRecord,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO qualification.case_transition (tenant_id, case_id, number, case_transition_id, round, transition, state_before, \
             state_after, actor, role, reason, note, policy_version, evidence_root, transition_time) \
         SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 \
         FROM qualification.case_transition WHERE tenant_id = $1 AND case_id = $2",
        tenant,
        case_id,
        step.case_transition_id,
        step.round,
        step.transition,
        step.state_before,
        step.state_after,
        step.actor,
        step.role,
        step.reason,
        step.note,
        step.policy_version,
        step.evidence_root,
        step.transition_time.to_jiff().to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Up to `limit` steps of a case after a number, oldest first.
pub async fn case_transitions_list(
    connection: &mut PgConnection,
    tenant: &str,
    case_id: Uuid,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<TransitionRecord>> {
    sqlx::query_as!(
        TransitionRecord,
        r#"SELECT case_transition_id, number, round, transition, state_before, state_after, actor, role, reason, note, policy_version,
               evidence_root, transition_time AS "transition_time: _"
           FROM qualification.case_transition WHERE tenant_id = $1 AND case_id = $2 AND number > $3 ORDER BY number LIMIT $4"#,
        tenant,
        case_id,
        after,
        limit,
    )
    .fetch_all(connection)
    .await
}
