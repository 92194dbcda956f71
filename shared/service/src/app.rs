//! What a service is made of: the RPCs it serves and the jobs it runs in the background.

use std::{fmt, future::Future, pin::Pin};

use tokio::sync::watch;
use tonic::service::Routes;

/// Told when the process is to stop: `true` from then on.
pub type Stop = watch::Receiver<bool>;

type JobFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Work in the background, from start to stop.
pub struct Job {
    /// Its name in logs.
    pub name: &'static str,
    run: Box<dyn FnOnce(Stop) -> JobFuture + Send>,
}

impl Job {
    /// A job that runs until it is told to stop. It handles its own errors: a job that returns early is logged as a fault.
    pub fn new<F, Fut>(name: &'static str, run: F) -> Self
    where
        F: FnOnce(Stop) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self { name, run: Box::new(move |stop| Box::pin(run(stop))) }
    }

    pub(crate) fn start(self, stop: Stop) -> tokio::task::JoinHandle<()> {
        let name = self.name;
        let running = (self.run)(stop.clone());
        tokio::spawn(async move {
            running.await;
            if !*stop.borrow() {
                tracing::error!(job.name = name, "job ended before it was told to");
            }
        })
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Job").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A service, ready to be served.
#[derive(Debug)]
pub struct App {
    /// Its domain, such as `customers`.
    pub name: &'static str,
    /// Its RPCs.
    pub routes: Routes,
    /// Full names of the gRPC services among the routes, for health.
    pub services: Vec<&'static str>,
    /// Its background jobs.
    pub jobs: Vec<Job>,
}
