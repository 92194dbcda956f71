//! A failure of the database as callers see it.

use std::sync::Arc;

use clientele_error::{Error, Reason};
use clientele_pg::{Kind, coalesce, idempotency};

const OUT_OF_REACH: &str = "the database is out of reach; repeat the call with back-off";
const TOO_LATE: &str = "the call took longer than it had; repeat it with a longer deadline";

/// The error of a statement. A violated constraint that means something is looked at where it happens: here it is a fault of ours.
pub fn failed(error: sqlx::Error) -> Error {
    match Kind::of(&error) {
        Kind::Unavailable | Kind::Busy | Kind::Exhausted => Error::unavailable(OUT_OF_REACH, error),
        Kind::Retry => Error::new(Reason::Conflict, "another transaction got in the way; repeat the call"),
        Kind::Cancelled => Error::new(Reason::DeadlineExceeded, TOO_LATE),
        _ => Error::internal(error),
    }
}

/// The error of a read that shared its statement with others.
pub fn shared_failed(error: Arc<coalesce::Error>) -> Error {
    match error.query().map(Kind::of) {
        Some(Kind::Unavailable | Kind::Busy | Kind::Exhausted) => Error::unavailable(OUT_OF_REACH, error),
        Some(Kind::Cancelled) => Error::new(Reason::DeadlineExceeded, TOO_LATE),
        _ => Error::internal(error),
    }
}

/// The error of a write with a `request_id`.
pub fn not_begun(error: idempotency::Error) -> Error {
    match error {
        idempotency::Error::Conflict => Error::new(
            Reason::RequestIdReused,
            "the request_id was used before with another body; use a new one for a new request",
        )
        .at("request_id"),
        idempotency::Error::Database(error) => failed(error),
    }
}
