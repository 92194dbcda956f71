//! What the RPCs and the worker of one process tell each other about runs: there is work, this run goes on, stop that run.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::progress::Progress;

/// The board of one process.
#[derive(Debug)]
pub struct Hub {
    work: Notify,
    at_work: Mutex<HashMap<Uuid, Progress>>,
    changes: watch::Sender<()>,
    closing: watch::Sender<bool>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            work: Notify::new(),
            at_work: Mutex::default(),
            changes: watch::channel(()).0,
            closing: watch::channel(false).0,
        }
    }
}

impl Hub {
    /// A run was asked for or given back: a worker can look.
    pub fn wake(&self) {
        self.work.notify_one();
        self.changed();
    }

    /// Ends when there may be work.
    pub async fn work(&self) {
        self.work.notified().await;
    }

    /// The stored state of some run changed.
    pub fn changed(&self) {
        self.changes.send_replace(());
    }

    /// Tells every change of some run's stored state that this process made.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// This process is to stop: who watches runs here is to watch them elsewhere.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Turns true when this process is to stop.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// The progress of a run at work in this process.
    pub fn progress(&self, run: Uuid) -> Option<Progress> {
        self.at_work().get(&run).cloned()
    }

    /// Stops a run, if it is at work in this process.
    pub fn stop(&self, run: Uuid) {
        if let Some(progress) = self.progress(run) {
            progress.stop();
        }
        self.changed();
    }

    /// Puts a run on the board until the guard is dropped.
    pub fn begin(&self, run: Uuid) -> AtWork<'_> {
        let progress = Progress::default();
        self.at_work().insert(run, progress.clone());
        self.changed();
        AtWork { hub: self, run, progress }
    }

    fn at_work(&self) -> MutexGuard<'_, HashMap<Uuid, Progress>> {
        // Nothing panics while holding the lock.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run on the board.
#[derive(Debug)]
pub struct AtWork<'h> {
    hub: &'h Hub,
    run: Uuid,
    /// How far it is.
    pub progress: Progress,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.hub.at_work().remove(&self.run);
        self.hub.changed();
    }
}
