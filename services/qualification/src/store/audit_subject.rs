//! Where the subjects of the log have their own rows.
//!
//! A further kind: a line in [`SUBJECTS`], with the `subject_kind` that its transitions are written down with, a statement that pages through its
//! rows by id, and how the log calls a state that the row holds as a number. A kind that is not here is replayed, and compared with nothing.

use clientele_proto::qualification::v1::{CaseState, DocumentState, HitState};
use sqlx::PgConnection;
use uuid::Uuid;

/// A kind of subjects with rows of their own.
#[derive(Debug, Clone, Copy)]
pub struct Subjects {
    /// As the log calls it.
    pub kind: &'static str,
    /// Id and state, after `$2`, up to `$3` of them, of the tenant `$1`.
    rows: &'static str,
    /// The state as the log calls it.
    name: fn(i32) -> String,
}

/// The kinds.
pub static SUBJECTS: [Subjects; 3] = [
    Subjects {
        kind: "case",
        rows: "SELECT case_id, state FROM qualification.qualification_case WHERE tenant_id = $1 AND case_id > $2 ORDER BY case_id LIMIT $3",
        name: |state| name(CaseState::try_from(state).unwrap_or_default().as_str_name(), "CASE_STATE_"),
    },
    Subjects {
        kind: "document",
        rows: "SELECT document_id, state FROM qualification.document WHERE tenant_id = $1 AND document_id > $2 ORDER BY document_id LIMIT $3",
        name: |state| name(DocumentState::try_from(state).unwrap_or_default().as_str_name(), "DOCUMENT_STATE_"),
    },
    Subjects {
        kind: "screening_hit",
        rows: "SELECT screening_hit_id, state FROM qualification.screening_hit \
               WHERE tenant_id = $1 AND screening_hit_id > $2 ORDER BY screening_hit_id LIMIT $3",
        name: |state| name(HitState::try_from(state).unwrap_or_default().as_str_name(), "HIT_STATE_"),
    },
];

/// `APPROVED` of `CASE_STATE_APPROVED`.
fn name(of: &str, prefix: &str) -> String {
    of.strip_prefix(prefix).unwrap_or(of).to_owned()
}

/// Ids after one, and their states.
pub async fn audit_subjects_after(
    connection: &mut PgConnection,
    tenant: &str,
    of: Subjects,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows: Vec<(Uuid, i16)> =
        sqlx::query_as(of.rows).bind(tenant).bind(after).bind(limit).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(id, state)| (id, (of.name)(i32::from(state)))).collect())
}
