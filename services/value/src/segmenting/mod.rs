//! Who is in which segment: found in the background, from what is written down where something changes.
//!
//! A run, a new definition, a rescored customer and a changed profile each leave a row in `value.segment_review`, in their own transaction.
//! [`reviewing`] takes them up, compares who fits with who is in, and stores and tells who joined and left, in one transaction: exactly once,
//! also after a crash. [`followed`] says which run's scores are read, [`clustering`] finds clusters. Lists change by what people say, and by merges
//! of customers ([`merging`]).

pub mod clustering;
pub mod followed;
pub mod merging;
pub mod message;
pub mod reviewing;
pub mod telling;

use tokio::sync::Notify;

/// What wakes the job that goes through reviews, in this process.
#[derive(Debug, Default)]
pub struct Segmenting {
    written: Notify,
}

impl Segmenting {
    /// Reviews were committed.
    pub fn wake(&self) {
        self.written.notify_one();
    }

    /// Ends when reviews were committed.
    pub async fn written(&self) {
        self.written.notified().await;
    }
}
