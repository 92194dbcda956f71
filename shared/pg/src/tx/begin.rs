//! What a transaction is begun with, as the one SQL text that opens it.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Isolation of a transaction; Postgres' names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Each statement sees what was committed before it.
    #[default]
    ReadCommitted,
    /// All statements see one snapshot.
    RepeatableRead,
    /// As if transactions ran one after another; may end in [`Kind::Retry`](crate::Kind::Retry).
    Serializable,
}

/// How to begin a transaction.
#[derive(Clone, Debug, Default)]
#[must_use = "pass it to Tx::begin_with"]
pub struct Begin {
    remaining: Option<Duration>,
    isolation: Isolation,
    read_only: bool,
    soon_durable: bool,
    /// The call that takes an advisory lock.
    lock: Option<String>,
}

impl Begin {
    /// `remaining` is the time left to the request: no statement of the transaction runs longer. `None` leaves the pool's timeout.
    pub fn new(remaining: Option<Duration>) -> Self {
        Self { remaining, ..Self::default() }
    }

    /// Refuses writes.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Does not wait until the commit is on the disk, which it soon is: for what is done again from what is there, should a crash lose it.
    /// What commits afterwards and does wait is not there without it.
    pub fn soon_durable(mut self) -> Self {
        self.soon_durable = true;
        self
    }

    /// Sets the isolation level.
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Waits for this advisory lock, held until the transaction ends, before anything else. Not with [`Isolation`] above
    /// `ReadCommitted`: the snapshot would be older than the lock.
    pub fn lock(mut self, key: i64) -> Self {
        self.lock = Some(format!("pg_advisory_xact_lock({key})"));
        self
    }

    /// Like [`lock`](Self::lock), but shared with others, and by two texts of which Postgres makes the key: `hashtext` of each.
    pub fn lock_shared(mut self, of: &str, key: &str) -> Self {
        self.lock = Some(format!("pg_advisory_xact_lock_shared(hashtext({}),hashtext({}))", literal(of), literal(key)));
        self
    }

    /// The token comes first, so that `pg_stat_activity` never cuts it off; the answer is one row with the backend's process id.
    pub(super) fn sql(&self, token: &str, waited: Duration) -> String {
        let mut sql = format!("/*{token}*/BEGIN");
        match self.isolation {
            Isolation::ReadCommitted => {}
            Isolation::RepeatableRead => sql.push_str(" ISOLATION LEVEL REPEATABLE READ"),
            Isolation::Serializable => sql.push_str(" ISOLATION LEVEL SERIALIZABLE"),
        }
        if self.read_only {
            sql.push_str(" READ ONLY");
        }
        if let Some(remaining) = self.remaining {
            // Zero would mean no limit at all.
            let left = remaining.saturating_sub(waited).as_millis().clamp(1, 86_400_000);
            let _ = write!(sql, ";SET LOCAL statement_timeout={left}");
        }
        if self.soon_durable {
            sql.push_str(";SET LOCAL synchronous_commit=off");
        }
        sql.push_str(";SELECT pg_backend_pid()");
        if let Some(lock) = &self.lock {
            sql.push_str(" FROM ");
            sql.push_str(lock);
        }
        sql
    }
}

/// A text as a literal of SQL, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Names one first round trip among all those of all processes.
pub(super) fn token() -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}.{:x}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::{Begin, Isolation};
    use std::time::Duration;

    #[test]
    fn a_deadline_that_has_passed_still_limits_the_statement() {
        let sql = Begin::new(Some(Duration::from_millis(5))).sql("t", Duration::from_secs(1));
        assert_eq!(sql, "/*t*/BEGIN;SET LOCAL statement_timeout=1;SELECT pg_backend_pid()");
    }

    #[test]
    fn everything_asked_for_stands_in_one_text() {
        let begin = Begin::new(None).read_only().isolation(Isolation::RepeatableRead).lock(-7);
        assert_eq!(
            begin.sql("t", Duration::ZERO),
            "/*t*/BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;SELECT pg_backend_pid() FROM pg_advisory_xact_lock(-7)"
        );
    }

    #[test]
    fn who_need_not_wait_for_the_disk_says_so() {
        let sql = Begin::new(None).soon_durable().sql("t", Duration::ZERO);
        assert_eq!(sql, "/*t*/BEGIN;SET LOCAL synchronous_commit=off;SELECT pg_backend_pid()");
    }

    #[test]
    fn no_text_of_a_lock_ends_its_literal() {
        assert_eq!(
            Begin::new(None).lock_shared("a.b", r"it's \' x").sql("t", Duration::ZERO),
            r"/*t*/BEGIN;SELECT pg_backend_pid() FROM pg_advisory_xact_lock_shared(hashtext(E'a.b'),hashtext(E'it''s \\'' x'))"
        );
    }
}
