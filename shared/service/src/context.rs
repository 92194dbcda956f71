//! Time and ids, from the one place that may make them, so that tests can set both.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Makes the id of something that comes into being at a time.
pub type Ids = Arc<dyn Fn(Timestamp) -> Uuid + Send + Sync>;

/// Where a service gets the time and new ids from.
#[derive(Clone)]
pub struct Context {
    clock: Clock,
    ids: Ids,
}

impl Context {
    /// The real clock, and UUIDv7 ids.
    #[expect(clippy::disallowed_methods, reason = "this is the context that everyone else asks")]
    pub fn system() -> Self {
        Self { clock: Arc::new(Timestamp::now), ids: Arc::new(|_| Uuid::now_v7()) }
    }

    /// A clock and ids of the caller's choice.
    pub fn new(clock: Clock, ids: Ids) -> Self {
        Self { clock, ids }
    }

    /// The time, in whole microseconds: what Postgres can hold, so that what is answered equals what is stored.
    pub fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// A new id.
    pub fn new_id(&self) -> Uuid {
        (self.ids)((self.clock)())
    }

    /// The clock, for parts that ask it themselves.
    pub fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Context")
    }
}
