//! What a database error means to the caller.

use clientele_error::{Error, Reason};
use clientele_pg::{Kind, coalesce, idempotency};

/// A database error as the caller sees it. Constraint violations that mean something are taken care of where they happen.
pub fn database(error: sqlx::Error) -> Error {
    match Kind::of(&error) {
        Kind::Retry => Error::new(Reason::Conflict, "another transaction got in the way; repeat the call"),
        Kind::Cancelled => Error::new(Reason::DeadlineExceeded, "the deadline passed before the database answered"),
        Kind::Unavailable | Kind::Busy | Kind::Exhausted => Error::unavailable("the database is out of reach for now; repeat the call", error),
        _ => Error::internal(error),
    }
}

/// An error of a coalesced read, which several callers share.
pub fn coalesced(error: std::sync::Arc<coalesce::Error>) -> Error {
    match error.query().map(Kind::of) {
        Some(Kind::Unavailable | Kind::Busy | Kind::Exhausted) => {
            Error::unavailable("the database is out of reach for now; repeat the call", error)
        }
        _ => Error::internal(error),
    }
}

/// An error of a write with a `request_id`.
pub fn idempotency(error: idempotency::Error) -> Error {
    match error {
        idempotency::Error::Conflict => {
            Error::new(Reason::RequestIdReused, "the request_id was used before with another body; use a new one for a new request").at("request_id")
        }
        idempotency::Error::Database(error) => database(error),
    }
}
