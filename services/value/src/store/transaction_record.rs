//! A few transactions and their events by one statement.

use clientele_feed::{EventColumns, NewEvent};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use super::transaction::{Detail, column, owned};
use crate::domain::transaction::Facts;

/// The code of the error that says that rows have to be recorded otherwise.
pub const OTHERWISE: &str = "CL001";
/// That of the error that says that somebody else holds a lock for long.
pub const LOCKED: &str = "55P03";

/// Records transactions without items, all new, of buyers that were looked up in an epoch, with the events that tell of them; durably, where the connection
/// is in no transaction. Where an id is taken it fails with [`EXTERNAL_ID_TAKEN`](super::transaction::EXTERNAL_ID_TAKEN), where it was deleted or the
/// epoch is over with [`OTHERWISE`], and where a lock is not to be had with [`LOCKED`]; then nothing was done.
pub async fn transactions_record(
    connection: &mut PgConnection,
    (tenant, epoch): (&str, i64),
    create_time: Timestamp,
    rows: &[(&str, i64, &Facts)],
    events: Vec<NewEvent>,
) -> sqlx::Result<()> {
    let details: Vec<Detail<'_>> = rows.iter().map(|(.., facts)| Detail::of(facts)).collect();
    let events = EventColumns::of(events);
    sqlx::query!(
        "SELECT FROM value.transactions_record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
        tenant,
        epoch,
        create_time.to_sqlx() as _,
        &column(rows, |(external_id, ..)| (*external_id).to_owned()),
        &column(rows, |(_, buyer_id, _)| *buyer_id),
        &column(rows, |(.., facts)| facts.kind.number()),
        &column(rows, |(.., facts)| facts.amount.minor()),
        &column(rows, |(.., facts)| facts.amount.currency_code().to_owned()),
        &column(rows, |(.., facts)| facts.occur_date.to_sqlx()) as _,
        &column(rows, |(.., facts)| facts.occur_time.map(Timestamp::to_sqlx)) as _,
        &column(rows, |(.., facts)| facts.refunded_external_id.clone()) as _,
        &column(&details, |detail| detail.cost_kind) as _,
        &column(&details, |detail| owned(detail.company)) as _,
        &column(&details, |detail| owned(detail.department)) as _,
        &column(&details, |detail| owned(detail.employee)) as _,
        &events.event_id,
        &events.event_type,
        &events.subject,
        &events.time as _,
        &events.actor,
        &events.request_id,
        &events.traceparent,
        &events.data,
    )
    .execute(connection)
    .await
    .map(drop)
}
