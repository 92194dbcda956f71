//! Rows into the database: loads the customers they name, settles them, stores what changed and its events, in one transaction.

use std::borrow::Cow;

use clientele_feed::NewEvent;
use clientele_proto::customers::v1::{CustomerCreated, CustomerUpdated};
use clientele_service::Call;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Customers,
    domain::{
        Customer, Refusal,
        text::ExternalId,
        upsert::{Change, Outcome, Row, settle},
    },
    error::{Error, Result},
    rpc::customer_message::message,
    store::{
        customer_merge::customer_survivors,
        customer_read::{customer_by_external_ids_for_update, customer_get_many_for_update},
        customer_write::{customer_insert, customer_update},
        erased_customer::erased_external_ids,
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
    let existing = existing(connection, tenant, &external_ids).await?;
    // After the locks: who erases a customer meanwhile has committed by now.
    let erased = erased_external_ids(connection, tenant, &external_ids).await?;
    let mut rows = Cow::Borrowed(rows);
    if !erased.is_empty() {
        let is_erased = |row: &Row| erased.iter().any(|key| key == row.external_id().as_str());
        for row in rows.to_mut().iter_mut().filter(|row| row.as_ref().is_ok_and(is_erased)) {
            *row = Err(Refusal::Erased);
        }
    }
    let now = app.context.now();
    let settled = settle(&rows, existing, now, || app.context.new_id());

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

/// The customers that external ids lead to, each with those that do, locked. A merged customer's row is locked too, so that it goes on to lead
/// there.
async fn existing(
    connection: &mut PgConnection,
    tenant: &str,
    external_ids: &[&str],
) -> Result<Vec<(Vec<ExternalId>, Customer)>> {
    let found = customer_by_external_ids_for_update(connection, tenant, external_ids).await?;
    let (merged, own): (Vec<_>, Vec<_>) = found.into_iter().partition(|customer| customer.merged_into.is_some());
    let mut existing: Vec<(Vec<ExternalId>, Customer)> =
        own.into_iter().map(|one| (one.profile.external_id.clone().into_iter().collect(), one)).collect();
    if merged.is_empty() {
        return Ok(existing);
    }
    let ids: Vec<Uuid> = merged.iter().map(|one| one.customer_id).collect();
    let leads = customer_survivors(connection, &vec![tenant.to_owned(); ids.len()], &ids).await?;
    let mut survivors: Vec<Uuid> = leads.iter().map(|lead| lead.survivor).collect();
    survivors.sort_unstable();
    survivors.dedup();
    let locked = customer_get_many_for_update(connection, tenant, &survivors).await?;
    if locked.len() < survivors.len() || locked.iter().any(|one| one.merged_into.is_some()) {
        // Merged or erased between the two statements.
        return Err(Error::Moved);
    }
    for one in locked {
        let place = existing.iter().position(|(_, other)| other.customer_id == one.customer_id);
        let place = place.unwrap_or_else(|| {
            existing.push((one.profile.external_id.clone().into_iter().collect(), one.clone()));
            existing.len() - 1
        });
        let of = leads.iter().filter(|lead| lead.survivor == one.customer_id);
        let keys = of.filter_map(|lead| merged.iter().find(|other| other.customer_id == lead.merged));
        existing[place].0.extend(keys.filter_map(|other| other.profile.external_id.clone()));
    }
    Ok(existing)
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
