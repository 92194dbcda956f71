//! Tells of reviews of approved cases before they fall due, at the leads of the requirement policy. That they fall due is the case keeper's.
//!
//! Several replicas may run it: what is due is taken under its row's lock, and the instant of the next look moves in the same transaction.

use std::{sync::Arc, time::Duration};

use clientele_pg::Tx;
use clientele_proto::qualification::v1::{Case, CaseReviewNearing, CaseState};
use clientele_service::{Job, serve::stopped};
use uuid::Uuid;

use crate::{
    State,
    cases::{gathering::leads, message::message},
    domain::reminders::due,
    origin::Origin,
    store::{
        qualification_case::case_get,
        review_reminder::{review_reminder_take, review_reminder_told, review_reminders_due},
    },
};

/// The job as actor of what it does.
pub const NAME: &str = "review reminder";
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Reviews looked at in one round.
const BATCH: i64 = 100;

/// The reminder as a background job.
pub fn job(state: Arc<State>) -> Job {
    Job::new(NAME, move |stop| async move {
        while !*stop.borrow() {
            match Box::pin(remind(&state)).await {
                Ok(looked_at) if looked_at == BATCH as usize => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "reviews could not be told of");
                }
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Looks at some of the reviews that may be near, and answers how many those were.
async fn remind(state: &State) -> sqlx::Result<usize> {
    let now = state.context.now();
    let found = review_reminders_due(&mut *state.pool.acquire().await?, now, BATCH).await?;
    for (tenant, case_id) in &found {
        let mut tx = Tx::begin(&state.pool, None).await?;
        remind_of(state, &mut tx, &Origin::job(tenant, NAME, now), *case_id).await?;
        tx.commit().await?;
        state.outbox.committed();
    }
    Ok(found.len())
}

async fn remind_of(state: &State, tx: &mut Tx, origin: &Origin<'_>, case_id: Uuid) -> sqlx::Result<()> {
    let (tenant, now) = (origin.tenant(), origin.now);
    let Some(told) = review_reminder_take(tx, tenant, case_id, now).await? else { return Ok(()) };
    let case = case_get(tx, tenant, case_id).await?.filter(|case| {
        let is_approved = matches!(case.state, CaseState::Approved | CaseState::ApprovedWithConditions);
        is_approved && case.review_time == Some(told.review_time)
    });
    let Some(case) = case else { return review_reminder_told(tx, tenant, case_id, (0, None)).await };
    let due = due(Some(told.review_time), told.lead_days, now, &leads(tx, tenant).await?);
    if let Some(lead_days) = due.lead_days {
        let case = Case { facts: None, information_request: None, recommendation: None, ..message(&case) };
        let event = CaseReviewNearing { case: Some(case), lead_days };
        state.outbox.publish(tx, origin.event(&state.context, format!("cases/{case_id}"), &event)).await?;
    }
    let next = due.next.filter(|_| !due.over);
    review_reminder_told(tx, tenant, case_id, (due.lead_days.unwrap_or(told.lead_days), next)).await
}
