//! What went wrong in Postgres, in the few kinds a caller can act on, and which constraint refused a row.

use sqlx::Error;

/// What a caller can do about a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A unique, foreign-key, check, exclusion or not-null rule refused the row: see [`violated`].
    Violation,
    /// A serialization failure, deadlock or lock timeout: the same transaction may succeed when run again.
    Retry,
    /// The server cannot be reached, went away or is not taking writes: try again later. When a commit ends this way, whether it
    /// took effect is unknown.
    Unavailable,
    /// No connection was free in time, or the server has no room for another one.
    Busy,
    /// The statement timeout or a cancel request stopped the statement.
    Cancelled,
    /// A row that had to exist does not.
    NotFound,
    /// A value Postgres cannot take: out of range, malformed, too long.
    BadValue,
    /// The role may not do this.
    Denied,
    /// Disk, memory or another limit of the server is used up.
    Exhausted,
    /// Anything else: a bug on our side.
    Internal,
}

impl Kind {
    /// Classifies an error.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Database(database) => database.code().map_or(Self::Internal, |code| Self::of_code(&code)),
            Error::Io(_) | Error::Tls(_) | Error::PoolClosed | Error::WorkerCrashed => Self::Unavailable,
            Error::PoolTimedOut => Self::Busy,
            Error::RowNotFound => Self::NotFound,
            _ => Self::Internal,
        }
    }

    /// Classifies a five-character SQLSTATE.
    pub fn of_code(code: &str) -> Self {
        match code {
            "40001" | "40P01" | "55P03" => Self::Retry,
            "57014" => Self::Cancelled,
            "53300" => Self::Busy,
            "42501" => Self::Denied,
            // Shutdown, crash, starting up, idle timeouts, dropped database, read-only after a fail-over.
            "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" | "25006" => Self::Unavailable,
            _ if code.starts_with("23") => Self::Violation,
            _ if code.starts_with("08") => Self::Unavailable,
            _ if code.starts_with("22") => Self::BadValue,
            _ if code.starts_with("53") || code.starts_with("54") => Self::Exhausted,
            _ => Self::Internal,
        }
    }

    /// Whether running the same request again, unchanged, may succeed.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Retry | Self::Unavailable | Self::Busy)
    }
}

/// The name of the unique, foreign-key, check or exclusion constraint that refused a row.
///
/// A not-null violation has no constraint and answers `None`; unique indexes count as constraints.
pub fn violated(error: &Error) -> Option<&str> {
    match error {
        Error::Database(database) => database.constraint(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    /// Codes and meanings: PostgreSQL 15 manual, appendix A.
    #[test]
    fn each_sqlstate_has_the_kind_a_caller_can_act_on() {
        for (code, kind) in [
            ("23505", Kind::Violation),
            ("23503", Kind::Violation),
            ("23514", Kind::Violation),
            ("23502", Kind::Violation),
            ("40001", Kind::Retry),
            ("40P01", Kind::Retry),
            ("55P03", Kind::Retry),
            ("57014", Kind::Cancelled),
            ("57P01", Kind::Unavailable),
            ("57P03", Kind::Unavailable),
            ("08006", Kind::Unavailable),
            ("53300", Kind::Busy),
            ("53100", Kind::Exhausted),
            ("22003", Kind::BadValue),
            ("42501", Kind::Denied),
            ("42P01", Kind::Internal),
            ("25P02", Kind::Internal),
        ] {
            assert_eq!(Kind::of_code(code), kind, "{code}");
        }
    }

    #[test]
    fn a_lost_connection_is_unavailable_and_a_full_pool_is_busy() {
        let lost = sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        assert_eq!(Kind::of(&lost), Kind::Unavailable);
        assert_eq!(Kind::of(&sqlx::Error::PoolTimedOut), Kind::Busy);
        assert!(Kind::of(&lost).is_transient());
    }
}
