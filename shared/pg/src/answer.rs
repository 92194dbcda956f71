//! A failure of the database as callers see it, the same for every service.
//!
//! What a violated constraint means is known where it happens ([`violated`](crate::constraint::violated)); here it is a fault of ours.

use std::sync::Arc;

use clientele_error::{Error, Reason};

use crate::{Kind, coalesce, idempotency};

const OUT_OF_REACH: &str = "the database is out of reach for now; repeat the call with back-off";
const TOO_LATE: &str = "the call took longer than it had; repeat it with a longer deadline";

/// The error of a statement.
pub fn failed(error: sqlx::Error) -> Error {
    of_kind(Kind::of(&error), error)
}

/// The error of a read that shared its statement with others.
pub fn shared_failed(error: Arc<coalesce::Error>) -> Error {
    of_kind(error.query().map_or(Kind::Internal, Kind::of), error)
}

/// The error of a write with a `request_id` that did not begin.
pub fn not_begun(error: idempotency::Error) -> Error {
    match error {
        idempotency::Error::Conflict => request_id_reused(),
        idempotency::Error::Database(error) => failed(error),
    }
}

/// A `request_id` came with another body than the first time.
pub fn request_id_reused() -> Error {
    let message = "the request_id was used before with another body; use a new one for a new request";
    Error::new(Reason::RequestIdReused, message).at("request_id")
}

fn of_kind(kind: Kind, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    match kind {
        Kind::Unavailable | Kind::Busy | Kind::Exhausted => Error::unavailable(OUT_OF_REACH, source),
        Kind::Retry => Error::new(Reason::Conflict, "another transaction got in the way; repeat the call"),
        Kind::Cancelled => Error::new(Reason::DeadlineExceeded, TOO_LATE),
        Kind::Violation | Kind::NotFound | Kind::BadValue | Kind::Denied | Kind::Internal => Error::internal(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_out_of_reach_asks_to_try_again_and_a_fault_of_ours_shows_nothing() {
        let reason = |error| failed(error).reason();
        assert_eq!(reason(sqlx::Error::PoolTimedOut), Reason::DependencyUnavailable);
        assert_eq!(reason(sqlx::Error::PoolClosed), Reason::DependencyUnavailable);
        assert_eq!(reason(sqlx::Error::RowNotFound), Reason::Internal);
        let fault = failed(sqlx::Error::Protocol("a secret".into()));
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }

    #[test]
    fn a_shared_read_fails_as_its_own_would() {
        let shared = shared_failed(Arc::new(coalesce::Error::Query(sqlx::Error::PoolTimedOut)));
        assert_eq!(shared.reason(), Reason::DependencyUnavailable);
        assert_eq!(shared_failed(Arc::new(coalesce::Error::Stopped)).reason(), Reason::Internal);
    }

    #[test]
    fn a_request_id_used_for_another_body_names_the_field() {
        let error = not_begun(idempotency::Error::Conflict);
        assert_eq!(error.reason(), Reason::RequestIdReused);
        assert_eq!(error.violations().first().map(|violation| violation.field.as_str()), Some("request_id"));
    }
}
