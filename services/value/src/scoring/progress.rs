//! How far a run is, as its own process knows it, and the wish that it stops.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use clientele_proto::value::v1::score_run_progress::Stage;
use tokio::sync::watch;

use super::error::RunError;

/// A point a run has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub stage: Stage,
    /// Steps of the stage done.
    pub done: i64,
    /// Steps of the stage in all.
    pub total: i64,
}

/// The progress of one run at work in this process; clones share it.
#[derive(Debug, Clone)]
pub struct Progress {
    step: Arc<watch::Sender<Step>>,
    stopped: Arc<AtomicBool>,
    stop: Arc<tokio::sync::Notify>,
}

impl Default for Progress {
    fn default() -> Self {
        let start = Step { stage: Stage::Unspecified, done: 0, total: 0 };
        Self { step: Arc::new(watch::channel(start).0), stopped: Arc::default(), stop: Arc::default() }
    }
}

impl Progress {
    /// The run begins a stage of `total` steps.
    pub fn begin(&self, stage: Stage, total: i64) -> Result<(), RunError> {
        self.step.send_replace(Step { stage, done: 0, total });
        self.check()
    }

    /// The run did `steps` more.
    pub fn advance(&self, steps: i64) -> Result<(), RunError> {
        self.step.send_modify(|step| {
            step.done += steps;
            step.total = step.total.max(step.done);
        });
        self.check()
    }

    /// Where it is.
    pub fn step(&self) -> Step {
        *self.step.borrow()
    }

    /// Tells every further step.
    pub fn subscribe(&self) -> watch::Receiver<Step> {
        self.step.subscribe()
    }

    /// Asks the run to stop; it does so at its next step.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.stop.notify_waiters();
    }

    /// Ends when the run is asked to stop.
    pub async fn asked_to_stop(&self) {
        // Made before the look at the flag, it misses no notification.
        let notified = self.stop.notified();
        if !self.stopped.load(Ordering::SeqCst) {
            notified.await;
        }
    }

    /// An error when the run is to stop.
    pub fn check(&self) -> Result<(), RunError> {
        if self.stopped.load(Ordering::Relaxed) { Err(RunError::Stopped) } else { Ok(()) }
    }
}
