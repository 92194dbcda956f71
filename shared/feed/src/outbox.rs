//! Writing events, in the transaction of the change they tell of.

use std::sync::Arc;

use clientele_service::{Call, Context};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use prost::{Message, Name};
use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr, SqlStr};
use tokio::sync::Notify;
use uuid::Uuid;

/// An event on its way into the outbox.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Its id.
    pub event_id: Uuid,
    /// Whose data changed.
    pub tenant: String,
    /// Full name of the payload's message.
    pub event_type: String,
    /// What changed, such as `customers/0198…`.
    pub subject: String,
    /// When.
    pub time: Timestamp,
    /// Who changed it.
    pub actor: String,
    /// The `request_id` of the call, or nothing.
    pub request_id: String,
    /// Trace context of the call, or nothing.
    pub traceparent: String,
    /// The encoded payload.
    pub data: Vec<u8>,
}

impl NewEvent {
    /// An event that tells of a change made by `call`.
    pub fn of_call<M: Message + Name>(
        context: &Context,
        call: &Call,
        request_id: &str,
        time: Timestamp,
        subject: String,
        payload: &M,
    ) -> Self {
        Self {
            event_id: context.new_id(),
            tenant: call.tenant().to_owned(),
            event_type: M::full_name(),
            subject,
            time,
            actor: call.caller.subject.clone(),
            request_id: request_id.to_owned(),
            traceparent: clientele_telemetry::propagation::current_traceparent().unwrap_or_default(),
            data: payload.encode_to_vec(),
        }
    }

    /// An event that tells of a change the service made by itself, on behalf of `actor`.
    pub fn of_job<M: Message + Name>(
        context: &Context,
        tenant: &str,
        actor: &str,
        time: Timestamp,
        subject: String,
        payload: &M,
    ) -> Self {
        Self {
            event_id: context.new_id(),
            tenant: tenant.to_owned(),
            event_type: M::full_name(),
            subject,
            time,
            actor: actor.to_owned(),
            request_id: String::new(),
            traceparent: clientele_telemetry::propagation::current_traceparent().unwrap_or_default(),
            data: payload.encode_to_vec(),
        }
    }
}

/// The outbox of one schema.
#[derive(Debug, Clone)]
pub struct Outbox {
    schema: &'static str,
    insert: SqlStr,
    insert_many: SqlStr,
    committed: Arc<Notify>,
}

impl Outbox {
    /// The outbox of `schema`.
    pub fn new(schema: &'static str) -> Self {
        let columns = "tenant_id, event_id, event_type, subject, event_time, actor, request_id, traceparent, data";
        Self {
            schema,
            insert: AssertSqlSafe(format!("INSERT INTO {schema}.outbox ({columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"))
                .into_sql_str(),
            insert_many: AssertSqlSafe(format!(
                "INSERT INTO {schema}.outbox ({columns}) \
                 SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::bytea[])"
            ))
            .into_sql_str(),
            committed: Arc::new(Notify::new()),
        }
    }

    /// The schema the outbox stands in.
    pub fn schema(&self) -> &'static str {
        self.schema
    }

    /// Writes an event. Take the subject's row lock first: events of one subject then get positions in the order of their changes.
    pub async fn publish(&self, connection: &mut PgConnection, event: NewEvent) -> sqlx::Result<()> {
        sqlx::query(self.insert.clone())
            .bind(event.tenant)
            .bind(event.event_id)
            .bind(event.event_type)
            .bind(event.subject)
            .bind(event.time.to_sqlx())
            .bind(event.actor)
            .bind(event.request_id)
            .bind(event.traceparent)
            .bind(event.data)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Writes many events in one statement, in their order.
    pub async fn publish_all(&self, connection: &mut PgConnection, events: Vec<NewEvent>) -> sqlx::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let columns = EventColumns::of(events);
        sqlx::query(self.insert_many.clone())
            .bind(columns.tenant)
            .bind(columns.event_id)
            .bind(columns.event_type)
            .bind(columns.subject)
            .bind(columns.time)
            .bind(columns.actor)
            .bind(columns.request_id)
            .bind(columns.traceparent)
            .bind(columns.data)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Tells the sequencer of this process that events were committed, so that it need not wait for its next look.
    pub fn committed(&self) {
        self.committed.notify_one();
    }

    pub(crate) async fn commit(&self) {
        self.committed.notified().await;
    }
}

/// Events of the outbox by column, for a statement that writes them with what they tell of.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "see NewEvent")]
pub struct EventColumns {
    pub tenant: Vec<String>,
    pub event_id: Vec<Uuid>,
    pub event_type: Vec<String>,
    pub subject: Vec<String>,
    pub time: Vec<jiff_sqlx::Timestamp>,
    pub actor: Vec<String>,
    pub request_id: Vec<String>,
    pub traceparent: Vec<String>,
    pub data: Vec<Vec<u8>>,
}

impl EventColumns {
    /// Of events, in their order.
    pub fn of(events: Vec<NewEvent>) -> Self {
        let mut columns = Self::default();
        for event in events {
            columns.push(event);
        }
        columns
    }

    fn push(&mut self, event: NewEvent) {
        self.tenant.push(event.tenant);
        self.event_id.push(event.event_id);
        self.event_type.push(event.event_type);
        self.subject.push(event.subject);
        self.time.push(event.time.to_sqlx());
        self.actor.push(event.actor);
        self.request_id.push(event.request_id);
        self.traceparent.push(event.traceparent);
        self.data.push(event.data);
    }
}
