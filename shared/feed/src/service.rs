//! `EventFeedService`: streams a schema's events from a position.

use std::{sync::Arc, time::Duration};

use clientele_error::{Error, Reason, Result};
use clientele_proto::events::v1::{
    Checkpoint, Event, FeedBounds, GetFeedBoundsRequest, SubscribeRequest, SubscribeResponse,
    event_feed_service_server::EventFeedService, subscribe_response::Content,
};
use clientele_service::{
    Call, Job,
    rpc::{Answers, streaming, unary},
    serve::stopped,
};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr, SqlStr, postgres::PgListener};
use tokio::sync::watch;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// Holders of this scope see the events of every tenant.
pub const ALL_TENANTS: &str = "events.all_tenants";

/// Events read in one statement.
const PAGE: i64 = 500;

/// Looks for new events at least this often, should a notification be lost with its connection.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The feed of one schema.
#[derive(Debug, Clone)]
pub struct FeedService {
    feed: Arc<Feed>,
}

#[derive(Debug)]
struct Feed {
    pool: PgPool,
    schema: &'static str,
    source: String,
    bounds: SqlStr,
    page: SqlStr,
    latest: watch::Sender<i64>,
    closing: watch::Sender<bool>,
}

impl FeedService {
    /// The feed of `schema`, read through `pool`.
    pub fn new(pool: PgPool, schema: &'static str) -> Self {
        let feed = Feed {
            pool,
            schema,
            source: format!("clientele/{schema}"),
            bounds: AssertSqlSafe(format!("SELECT earliest_position, latest_position FROM {schema}.feed_bounds")).into_sql_str(),
            page: AssertSqlSafe(format!(
                "SELECT position, tenant_id, event_id, event_type, subject, event_time, actor, request_id, traceparent, data \
                 FROM {schema}.outbox WHERE position > $1 AND position <= $2 \
                 AND ($3::text IS NULL OR tenant_id = $3) AND (cardinality($4::text[]) = 0 OR event_type = ANY($4)) \
                 ORDER BY position LIMIT {PAGE}"
            ))
            .into_sql_str(),
            latest: watch::channel(0).0,
            closing: watch::channel(false).0,
        };
        Self { feed: Arc::new(feed) }
    }

    /// The latest position that this process was told of; changes whenever there are new events.
    pub fn latest(&self) -> watch::Receiver<i64> {
        self.feed.latest.subscribe()
    }

    /// Listens for the sequencer's notifications, whichever replica it runs in, and wakes the subscribers. When the service is to stop, it
    /// ends their streams: they subscribe again elsewhere, and the service need not wait for them.
    pub fn listener(&self) -> Job {
        let feed = Arc::clone(&self.feed);
        Job::new("feed listener", move |stop| async move {
            while !*stop.borrow() {
                let turn = tokio::select! {
                    turn = feed.listen() => turn,
                    () = stopped(stop.clone()) => break,
                };
                if let Err(error) = turn {
                    tracing::warn!(error = %error, "the feed listener lost its connection and starts again");
                }
                let _ = tokio::time::timeout(Duration::from_secs(1), stopped(stop.clone())).await;
            }
            feed.closing.send_replace(true);
        })
    }
}

impl Feed {
    async fn listen(&self) -> sqlx::Result<()> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(&format!("{}_feed", self.schema)).await?;
        loop {
            let notification = listener.recv().await?;
            let position: i64 = notification.payload().parse().unwrap_or_default();
            self.latest.send_if_modified(|latest| {
                let newer = position > *latest;
                *latest = position.max(*latest);
                newer
            });
        }
    }

    async fn bounds(&self) -> Result<(i64, i64)> {
        sqlx::query_as(self.bounds.clone()).fetch_one(&self.pool).await.map_err(unreadable)
    }

    /// The events after `cursor`, up to what was the latest when asked; an empty page means there is nothing newer.
    async fn page(&self, reader: &Reader) -> Result<(Vec<SubscribeResponse>, i64)> {
        let (earliest, latest) = self.bounds().await?;
        if reader.cursor < earliest {
            return Err(Error::new(
                Reason::FeedPositionGone,
                format!("the feed keeps what comes after position {earliest}; rebuild from the List RPCs and subscribe from there"),
            )
            .with("earliest_position", earliest));
        }
        if reader.cursor >= latest {
            return Ok((Vec::new(), reader.cursor));
        }
        let rows: Vec<EventRow> = sqlx::query_as(self.page.clone())
            .bind(reader.cursor)
            .bind(latest)
            .bind(reader.tenant.as_deref())
            .bind(&reader.event_types)
            .fetch_all(&self.pool)
            .await
            .map_err(unreadable)?;
        let full = rows.len() as i64 == PAGE;
        let last = rows.last().map(|row| row.position);
        let mut answers: Vec<_> =
            rows.into_iter().map(|row| answer(Content::Event(row.into_event(&self.source)))).collect();
        match last {
            Some(last) if full => Ok((answers, last)),
            _ => {
                answers.push(answer(Content::Checkpoint(Checkpoint { position: latest })));
                Ok((answers, latest))
            }
        }
    }

    fn follow(self: Arc<Self>, reader: Reader) -> impl Stream<Item = Result<SubscribeResponse>> + Send {
        let (awake, closing) = (self.latest.subscribe(), self.closing.subscribe());
        stream::try_unfold((self, reader, awake, closing), |(feed, mut reader, mut awake, closing)| async move {
            while !*closing.borrow() {
                awake.mark_unchanged();
                let (answers, cursor) = feed.page(&reader).await?;
                reader.cursor = cursor;
                if !answers.is_empty() {
                    return Ok(Some((stream::iter(answers).map(Ok::<_, Error>), (feed, reader, awake, closing))));
                }
                tokio::select! {
                    _ = tokio::time::timeout(LOOK_AGAIN, awake.changed()) => {}
                    () = stopped(closing.clone()) => {}
                }
            }
            Ok(None)
        })
        .try_flatten()
    }
}

fn answer(content: Content) -> SubscribeResponse {
    SubscribeResponse { content: Some(content) }
}

fn unreadable(error: sqlx::Error) -> Error {
    Error::unavailable("the feed cannot be read right now", error)
}

struct Reader {
    cursor: i64,
    tenant: Option<String>,
    event_types: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    position: i64,
    tenant_id: String,
    event_id: Uuid,
    event_type: String,
    subject: String,
    event_time: jiff_sqlx::Timestamp,
    actor: String,
    request_id: String,
    traceparent: String,
    data: Vec<u8>,
}

impl EventRow {
    fn into_event(self, source: &str) -> Event {
        let time = self.event_time.to_jiff();
        Event {
            event_id: self.event_id.to_string(),
            source: source.to_owned(),
            subject: self.subject,
            time: Some(prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }),
            position: self.position,
            tenant_id: self.tenant_id,
            actor: self.actor,
            request_id: self.request_id,
            traceparent: self.traceparent,
            data: Some(prost_types::Any {
                type_url: format!("type.googleapis.com/{}", self.event_type),
                value: self.data,
            }),
            r#type: self.event_type,
        }
    }
}

#[tonic::async_trait]
impl EventFeedService for FeedService {
    type SubscribeStream = Answers<SubscribeResponse>;

    async fn subscribe(&self, request: Request<SubscribeRequest>) -> Result<Response<Self::SubscribeStream>, Status> {
        let feed = Arc::clone(&self.feed);
        streaming(request, async |call: Call, request: SubscribeRequest| {
            let tenant = (!call.caller.may(ALL_TENANTS)).then(|| call.tenant().to_owned());
            Ok(feed.follow(Reader { cursor: request.after_position, tenant, event_types: request.event_types }))
        })
        .await
    }

    async fn get_feed_bounds(&self, request: Request<GetFeedBoundsRequest>) -> Result<Response<FeedBounds>, Status> {
        unary(request, async |_call, _request| {
            let (earliest_position, latest_position) = self.feed.bounds().await?;
            Ok(FeedBounds { earliest_position, latest_position })
        })
        .await
    }
}
