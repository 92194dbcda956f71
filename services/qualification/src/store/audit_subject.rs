//! Where the subjects of the log have their own rows.
//!
//! A further kind: a line in [`SUBJECTS`], with the `subject_kind` that its transitions are written down with, a statement that pages through its
//! rows by id, and how the log calls the state that a row is in. A kind that is not here is replayed, and compared with nothing: checks that
//! people recorded (`case_check`), of which only the last has a row, and imports of screening lists (`screening_list_import`), which have none.

use clientele_proto::qualification::v1::{
    AuthorisationState, CaseState, Check, CheckResult, DocumentState, HitState, RiskLevel, check_waiver,
    credit_decision, risk_override,
};
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{assessing::level_name, crediting, overriding};

/// A kind of subjects with rows of their own.
#[derive(Debug, Clone, Copy)]
pub struct Subjects {
    /// As the log calls it.
    pub kind: &'static str,
    /// Id, state and, where the state stands in it, content, after `$2`, up to `$3` of them, of the tenant `$1`.
    rows: &'static str,
    /// The state as the log calls it.
    name: fn(i32, &[u8]) -> String,
}

/// The kinds.
pub static SUBJECTS: [Subjects; 13] = [
    Subjects {
        kind: "case",
        rows: "SELECT case_id, state, ''::bytea FROM qualification.qualification_case \
               WHERE tenant_id = $1 AND case_id > $2 ORDER BY case_id LIMIT $3",
        name: |state, _| name(CaseState::try_from(state).unwrap_or_default().as_str_name(), "CASE_STATE_"),
    },
    Subjects {
        kind: "document",
        rows: "SELECT document_id, state, ''::bytea FROM qualification.document \
               WHERE tenant_id = $1 AND document_id > $2 ORDER BY document_id LIMIT $3",
        name: |state, _| name(DocumentState::try_from(state).unwrap_or_default().as_str_name(), "DOCUMENT_STATE_"),
    },
    Subjects {
        kind: "screening_hit",
        rows: "SELECT screening_hit_id, state, ''::bytea FROM qualification.screening_hit \
               WHERE tenant_id = $1 AND screening_hit_id > $2 ORDER BY screening_hit_id LIMIT $3",
        name: |state, _| name(HitState::try_from(state).unwrap_or_default().as_str_name(), "HIT_STATE_"),
    },
    Subjects {
        kind: "authorisation",
        // What follows from an instant is in the log once it was told.
        rows: "SELECT authorisation_id, told_state, ''::bytea FROM qualification.authorisation \
               WHERE tenant_id = $1 AND authorisation_id > $2 ORDER BY authorisation_id LIMIT $3",
        name: |state, _| {
            name(AuthorisationState::try_from(state).unwrap_or_default().as_str_name(), "AUTHORISATION_STATE_")
        },
    },
    Subjects {
        kind: "act",
        rows: "SELECT act_id, 0::smallint, ''::bytea FROM qualification.act \
               WHERE tenant_id = $1 AND act_id > $2 ORDER BY act_id LIMIT $3",
        name: |_, _| "RECORDED".to_owned(),
    },
    Subjects {
        kind: "ownership_structure",
        rows: "SELECT ownership_structure_id, 0::smallint, ''::bytea FROM qualification.ownership_structure \
               WHERE tenant_id = $1 AND ownership_structure_id > $2 ORDER BY ownership_structure_id LIMIT $3",
        name: |_, _| "DECLARED".to_owned(),
    },
    Subjects {
        kind: "risk_inputs",
        rows: "SELECT customer_id, 0::smallint, ''::bytea FROM qualification.risk_inputs \
               WHERE tenant_id = $1 AND customer_id > $2 ORDER BY customer_id LIMIT $3",
        name: |_, _| "SET".to_owned(),
    },
    Subjects {
        kind: "risk_assessment",
        rows: "SELECT customer_id, level, ''::bytea FROM qualification.risk_assessment \
               WHERE tenant_id = $1 AND customer_id > $2 ORDER BY customer_id LIMIT $3",
        name: |level, _| level_name(RiskLevel::try_from(level).unwrap_or_default()).to_owned(),
    },
    Subjects {
        kind: "risk_override",
        rows: "SELECT risk_override_id, state, ''::bytea FROM qualification.risk_override \
               WHERE tenant_id = $1 AND risk_override_id > $2 ORDER BY risk_override_id LIMIT $3",
        name: |state, _| overriding::name(risk_override::State::try_from(state).unwrap_or_default()).to_owned(),
    },
    Subjects {
        kind: "credit_decision",
        rows: "SELECT credit_decision_id, state, ''::bytea FROM qualification.credit_decision \
               WHERE tenant_id = $1 AND credit_decision_id > $2 ORDER BY credit_decision_id LIMIT $3",
        name: |state, _| crediting::name(credit_decision::State::try_from(state).unwrap_or_default()).to_owned(),
    },
    Subjects {
        kind: "check",
        rows: "SELECT check_id, result, content FROM qualification.check_run \
               WHERE tenant_id = $1 AND check_id > $2 ORDER BY check_id LIMIT $3",
        name: |result, content| {
            let waiver = Check::decode(content).ok().and_then(|check| check.waiver).map(|waiver| waiver.state());
            check_name(CheckResult::try_from(result).unwrap_or_default(), waiver.unwrap_or_default()).to_owned()
        },
    },
    Subjects {
        kind: "risk_scorecard",
        rows: "SELECT risk_scorecard_id, 0::smallint, ''::bytea FROM qualification.risk_scorecard \
               WHERE tenant_id = $1 AND risk_scorecard_id > $2 ORDER BY risk_scorecard_id LIMIT $3",
        name: |_, _| "IN_FORCE".to_owned(),
    },
    Subjects {
        kind: "requirement_policy",
        // Versions have numbers, and the log ids: the number stands in it.
        rows: "SELECT id, 0::smallint, ''::bytea FROM ( \
                   SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(version), 12, '0'))::uuid AS id \
                   FROM qualification.requirement_policy WHERE tenant_id = $1 \
               ) AS version WHERE id > $2 ORDER BY id LIMIT $3",
        name: |_, _| String::new(),
    },
];

/// `APPROVED` of `CASE_STATE_APPROVED`.
fn name(of: &str, prefix: &str) -> String {
    of.strip_prefix(prefix).unwrap_or(of).to_owned()
}

/// How the log calls where a check is: its result, until somebody proposes to waive it.
pub fn check_name(result: CheckResult, waiver: check_waiver::State) -> &'static str {
    match waiver {
        check_waiver::State::Unspecified => result.as_str_name().trim_start_matches("CHECK_RESULT_"),
        check_waiver::State::Proposed => "WAIVER_PROPOSED",
        check_waiver::State::Approved => "WAIVED",
    }
}

/// Ids after one, and their states.
pub async fn audit_subjects_after(
    connection: &mut PgConnection,
    tenant: &str,
    of: Subjects,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows: Vec<(Uuid, i16, Vec<u8>)> =
        sqlx::query_as(of.rows).bind(tenant).bind(after).bind(limit).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(id, state, content)| (id, (of.name)(i32::from(state), &content))).collect())
}
