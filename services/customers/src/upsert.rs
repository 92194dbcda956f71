//! Rows into the database: loads the customers they name, settles them, stores what changed and its events, in one transaction.

use clientele_feed::NewEvent;
use clientele_proto::customers::v1::{CustomerCreated, CustomerUpdated};
use clientele_service::Call;
use sqlx::PgConnection;

use crate::{
    Customers,
    domain::{
        Customer, Refusal,
        upsert::{Change, Outcome, Row, settle},
    },
    error::Result,
    rpc::customer_message::message,
    store::{
        customer_read::customer_by_external_ids_for_update,
        customer_write::{customer_insert, customer_update},
    },
};

/// How often rows are settled anew when another transaction created one of them at the same time.
pub const ATTEMPTS: usize = 5;

/// Settles rows within a transaction, which is only good to be undone after an error.
pub async fn upsert(
    app: &Customers,
    call: &Call,
    request_id: &str,
    connection: &mut PgConnection,
    rows: &[std::result::Result<Row, Refusal>],
) -> Result<Vec<Outcome>> {
    let tenant = call.tenant();
    let external_ids: Vec<_> = rows.iter().flatten().map(|row| row.external_id().as_str()).collect();
    let existing = customer_by_external_ids_for_update(connection, tenant, &external_ids).await?;
    let now = app.context.now();
    let settled = settle(rows, existing, now, || app.context.new_id());

    if !settled.updated.is_empty() {
        customer_update(connection, tenant, &settled.updated.iter().collect::<Vec<_>>()).await?;
    }
    if !settled.created.is_empty() {
        customer_insert(connection, tenant, &settled.created.iter().collect::<Vec<_>>()).await?;
    }
    let events = settled.changes.into_iter().map(|change| match change {
        Change::Created(customer) => event(app, call, request_id, customer, |customer| CustomerCreated { customer }),
        Change::Updated(customer, changed) => event(app, call, request_id, customer, |customer| CustomerUpdated {
            customer,
            changed_fields: changed.into_iter().map(str::to_owned).collect(),
        }),
    });
    app.outbox.publish_all(connection, events.collect()).await?;
    Ok(settled.outcomes)
}

/// The event of a change that a call made to a customer.
pub fn event<M: prost::Message + prost::Name>(
    app: &Customers,
    call: &Call,
    request_id: &str,
    customer: Customer,
    payload: impl FnOnce(Option<clientele_proto::customers::v1::Customer>) -> M,
) -> NewEvent {
    let subject = format!("customers/{}", customer.customer_id);
    let time = customer.update_time;
    NewEvent::of_call(&app.context, call, request_id, time, subject, &payload(Some(message(customer))))
}
