//! What became of the rows of a batch or an import, as messages.

use clientele_error::Reason;
use clientele_proto::{
    customers::v1::{UpsertOutcome, upsert_outcome::Result as ResultMessage},
    errors::v1::FieldViolation,
};

use crate::{
    domain::{Refusal, upsert::Outcome},
    error::reason_of,
};

/// The outcome of the row at a position.
pub fn message(row: i64, outcome: Outcome) -> UpsertOutcome {
    let kept = |result: ResultMessage, customer_id: uuid::Uuid| UpsertOutcome {
        row,
        result: result.into(),
        customer_id: customer_id.to_string(),
        ..UpsertOutcome::default()
    };
    match outcome {
        Outcome::Created(customer_id) => kept(ResultMessage::Created, customer_id),
        Outcome::Updated(customer_id) => kept(ResultMessage::Updated, customer_id),
        Outcome::Unchanged(customer_id) => kept(ResultMessage::Unchanged, customer_id),
        Outcome::Rejected(refusal) => UpsertOutcome {
            row,
            result: ResultMessage::Rejected.into(),
            reason: Reason::into(reason_of(&refusal)),
            violations: violations(refusal),
            ..UpsertOutcome::default()
        },
    }
}

fn violations(refusal: Refusal) -> Vec<FieldViolation> {
    let Refusal::Invalid(violations) = refusal else { return Vec::new() };
    violations
        .into_iter()
        .map(|violation| FieldViolation { field: violation.field, description: violation.description })
        .collect()
}
