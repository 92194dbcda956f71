//! Keeps segments' members as customers change: goes through what asks for another look.

use std::{sync::Arc, time::Duration};

use clientele_feed::FeedService;
use clientele_service::{Job, app::Stop, serve::stopped};

use crate::{State, scoring::RunError, segmenting::reviewing::review, store::segment_review::segment_review_tenants};

/// Looks for reviews at least this often, should it not be woken: a profile that changed wakes nobody.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The job of this process. Several replicas may run it: each tenant is looked after by one at a time.
pub fn job(state: Arc<State>, feed: &FeedService) -> Job {
    let mut latest = feed.latest();
    Job::new("segment reviews", move |stop| async move {
        while !*stop.borrow() {
            if let Err(error) = until_done(&state, &stop).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a segment review broke off and will be tried again"
                );
                let _ = tokio::time::timeout(LOOK_AGAIN, stopped(stop.clone())).await;
            }
            tokio::select! {
                () = state.segmenting.written() => {}
                // Another replica made a change that it told of.
                _ = latest.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = stopped(stop.clone()) => {}
            }
        }
    })
}

async fn until_done(state: &State, stop: &Stop) -> Result<(), RunError> {
    let tenants = segment_review_tenants(&mut *state.pool.acquire().await?).await?;
    for tenant in tenants {
        while !*stop.borrow() && Box::pin(review(state, &tenant)).await? {}
    }
    Ok(())
}
