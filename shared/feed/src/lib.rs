//! Events: the outbox, its sequencer, the feed service and exactly-once projections.
//!
//! A change writes its event with [`Outbox::publish`] in its own transaction, after it has taken the subject's row lock. The
//! [`sequencer`] gives committed events their positions, [`FeedService`] streams them, and a [`projection`] applies another
//! service's events to this service's own tables, each exactly once. [`once`] is the transaction of a write that may be repeated. The tables stand in each service's migrations; the README has them.

pub mod once;
pub mod outbox;
pub mod projection;
pub mod scrub;
pub mod sequencer;
pub mod service;

pub use once::{Asked, Writer};
pub use outbox::{EventColumns, NewEvent, Outbox};
pub use projection::{Apply, Projection};
pub use scrub::Persons;
pub use service::FeedService;
