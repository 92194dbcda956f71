//! Projections: another service's events applied to tables of our own, each exactly once and in order.
//!
//! The cursor moves in the transaction that applies the events. Two replicas may read the same events; the cursor's row lock and its
//! value make the slower one skip what the faster one has applied.

use std::{sync::Arc, time::Duration};

use clientele_error::{Reason, reason_of};
use clientele_proto::events::v1::{
    Event, SubscribeRequest, event_feed_service_client::EventFeedServiceClient, subscribe_response::Content,
};
use clientele_service::{Job, client::Peer, serve::stopped};
use futures::StreamExt;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, SqlSafeStr, SqlStr};
use tonic::Status;

/// Events applied in one transaction at most.
const BATCH: usize = 500;

/// Applies events to this service's tables.
#[tonic::async_trait]
pub trait Apply: Send + Sync + 'static {
    /// The types of events it needs.
    fn event_types(&self) -> Vec<String>;

    /// Applies one event. It may see an event of the past after a newer state was loaded otherwise, never the same one twice.
    /// An error undoes the batch, which is tried again.
    async fn apply(&self, connection: &mut PgConnection, event: &Event) -> Result<(), Failure>;

    /// Events were applied, and their transaction is committed: the place to wake whom it concerns, such as the outbox of what it told.
    fn applied(&self) {}
}

/// Why an event could not be applied.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A consumer of another service's feed.
pub struct Projection {
    source: &'static str,
    pool: PgPool,
    peer: Peer,
    apply: Arc<dyn Apply>,
    cursor: SqlStr,
    cursor_for_update: SqlStr,
    move_cursor: SqlStr,
}

impl Projection {
    /// Applies the feed that `peer` serves, called `source`, with its cursor in `schema`.
    pub fn new(schema: &'static str, source: &'static str, pool: PgPool, peer: Peer, apply: Arc<dyn Apply>) -> Self {
        let select = format!("SELECT position FROM {schema}.projection_cursor WHERE source = $1");
        Self {
            source,
            pool,
            peer,
            apply,
            cursor_for_update: AssertSqlSafe(format!("{select} FOR UPDATE")).into_sql_str(),
            cursor: AssertSqlSafe(select).into_sql_str(),
            move_cursor: AssertSqlSafe(format!(
                "UPDATE {schema}.projection_cursor SET position = $2 WHERE source = $1"
            ))
            .into_sql_str(),
        }
    }

    /// The projection as a background job: it starts again where it was after every error.
    pub fn job(self) -> Job {
        Job::new("projection", move |stop| async move {
            let mut wait = Duration::from_millis(100);
            while !*stop.borrow() {
                let before = std::time::Instant::now();
                let turn = tokio::select! {
                    turn = self.follow() => turn,
                    () = stopped(stop.clone()) => return,
                };
                if before.elapsed() > Duration::from_secs(30) {
                    wait = Duration::from_millis(100);
                }
                match turn {
                    Ok(()) => {}
                    Err(error) if gone(&*error) => {
                        tracing::error!(feed.source = self.source, error = %error, "the feed no longer holds what this projection needs: rebuild it");
                    }
                    Err(error) => {
                        tracing::warn!(feed.source = self.source, error = %error, retry.after_ms = wait.as_millis() as u64, "projection broke off");
                    }
                }
                let _ = tokio::time::timeout(wait, stopped(stop.clone())).await;
                wait = (wait * 2).min(Duration::from_secs(10));
            }
        })
    }

    async fn follow(&self) -> Result<(), Failure> {
        let cursor: i64 = sqlx::query_scalar(self.cursor.clone()).bind(self.source).fetch_one(&self.pool).await?;
        let request = SubscribeRequest { after_position: cursor, event_types: self.apply.event_types() };
        let mut client = EventFeedServiceClient::new(self.peer.clone()).max_decoding_message_size(16 << 20);
        let stream = client.subscribe(request).await?.into_inner();
        let mut batches = stream.ready_chunks(BATCH);
        while let Some(batch) = batches.next().await {
            let mut events = Vec::with_capacity(batch.len());
            let mut reached = cursor;
            for answer in batch {
                match answer?.content {
                    Some(Content::Event(event)) => {
                        reached = event.position;
                        events.push(event);
                    }
                    Some(Content::Checkpoint(checkpoint)) => reached = checkpoint.position,
                    None => {}
                }
            }
            self.apply_batch(&events, reached).await?;
        }
        Ok(())
    }

    async fn apply_batch(&self, events: &[Event], reached: i64) -> Result<(), Failure> {
        let mut transaction = self.pool.begin().await?;
        let applied: i64 =
            sqlx::query_scalar(self.cursor_for_update.clone()).bind(self.source).fetch_one(&mut *transaction).await?;
        for event in events.iter().filter(|event| event.position > applied) {
            self.apply.apply(&mut transaction, event).await?;
        }
        if reached > applied {
            sqlx::query(self.move_cursor.clone()).bind(self.source).bind(reached).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.apply.applied();
        Ok(())
    }
}

fn gone(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.downcast_ref::<Status>().and_then(reason_of) == Some(Reason::FeedPositionGone)
}
