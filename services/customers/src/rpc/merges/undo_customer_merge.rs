//! Takes a merge back.

use clientele_feed::NewEvent;
use clientele_proto::customers::v1::{CustomerMerge, CustomersUnmerged, UndoCustomerMergeRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::record::{profile, read, row};
use crate::{
    Customers,
    domain::{Customer, merge::undo},
    error::{Error, Result},
    rpc::customer_message::{instant, message},
    store::{
        customer_merge::{customer_merge_get, customer_merge_get_for_update, customer_merge_update},
        customer_read::customer_get_many_for_update,
        customer_write::{customer_release_external_ids, customer_update},
    },
    upsert::ATTEMPTS,
    write::{Once, Start, Write, begin},
};

/// Serves the RPC.
pub async fn undo_customer_merge(
    app: &Customers,
    call: Call,
    request: UndoCustomerMergeRequest,
) -> clientele_error::Result<CustomerMerge> {
    let command = parse(&request)?;
    Ok(run(app, &call, &command).await?)
}

/// What to do.
#[derive(Debug, Clone)]
pub struct UndoCustomerMerge {
    /// Which merge.
    pub customer_merge_id: Uuid,
    /// Whether it may be repeated, and whether it is meant.
    pub once: Once,
}

fn parse(request: &UndoCustomerMergeRequest) -> clientele_error::Result<UndoCustomerMerge> {
    let once = Once::of(request, &request.request_id, request.validate_only);
    let customer_merge_id = Uuid::parse_str(&request.customer_merge_id)
        .map_err(|_| clientele_error::Error::invalid_field("customer_merge_id", "must be a valid UUID"))?;
    Ok(UndoCustomerMerge { customer_merge_id, once })
}

/// Does it; again, when an import had locked the same customers in another order.
pub async fn run(app: &Customers, call: &Call, command: &UndoCustomerMerge) -> Result<CustomerMerge> {
    let mut attempts = 1;
    loop {
        match attempt(app, call, command).await {
            Err(error) if error.is_race() && attempts < ATTEMPTS => attempts += 1,
            done => return done,
        }
    }
}

async fn attempt(app: &Customers, call: &Call, command: &UndoCustomerMerge) -> Result<CustomerMerge> {
    let (once, customer_merge_id) = (&command.once, command.customer_merge_id);
    let mut write = match begin(app, call, once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let (tenant, now) = (call.tenant(), app.context.now());
    let (mut record, mut survivor, mut merged) = load(&mut write, tenant, customer_merge_id).await?;
    let kept: Option<Vec<_>> = record.previous_customers.iter().map(|one| profile(Some(one))).collect();
    let (Some(before), Some(after)) = (kept, profile(record.survivor.as_ref())) else {
        return Err(not_undoable(customer_merge_id, "what its customers were cannot be read"));
    };
    let keyed = survivor.profile.external_id.clone();
    undo(&mut survivor, &mut merged, &before, &after, now).map_err(|violations| Error::NotUndoable {
        customer_merge_id,
        why: "fields that it had changed were changed again since; set them back to what the merge made them",
        violations,
    })?;
    let all: Vec<&Customer> = std::iter::once(&survivor).chain(&merged).collect();
    if survivor.profile.external_id != keyed {
        let ids: Vec<Uuid> = all.iter().map(|one| one.customer_id).collect();
        customer_release_external_ids(&mut write.tx, tenant, &ids).await?;
    }
    customer_update(&mut write.tx, tenant, &all).await?;

    record.undo_time = Some(instant(now));
    record.undo_actor.clone_from(&call.caller.subject);
    customer_merge_update(&mut write.tx, tenant, &row(customer_merge_id, &record)).await?;
    let subject = format!("customers/{}", survivor.customer_id);
    let payload = CustomersUnmerged {
        customer_merge: Some(record.clone()),
        survivor: Some(message(survivor)),
        restored_customers: merged.into_iter().map(message).collect(),
    };
    let event = NewEvent::of_call(&app.context, call, &once.request_id(), now, subject, &payload);
    app.outbox.publish(&mut write.tx, event).await?;
    write.end(app, &record).await?;
    Ok(record)
}

/// A merge that holds, its survivor and those merged into it, in its order, all locked.
async fn load(
    write: &mut Write,
    tenant: &str,
    customer_merge_id: Uuid,
) -> Result<(CustomerMerge, Customer, Vec<Customer>)> {
    // Customers are locked before merges; who took part in a merge never changes.
    let found = customer_merge_get(&mut write.tx, tenant, customer_merge_id).await?;
    let found = read(&found.ok_or(Error::NoMerge(customer_merge_id))?)?;
    let ids: Vec<Uuid> = std::iter::once(&found.survivor_customer_id)
        .chain(&found.merged_customer_ids)
        .filter_map(|id| Uuid::parse_str(id).ok())
        .collect();
    let mut customers = customer_get_many_for_update(&mut write.tx, tenant, &ids).await?;
    let locked = customer_merge_get_for_update(&mut write.tx, tenant, customer_merge_id).await?;
    let record = read(&locked.ok_or(Error::NoMerge(customer_merge_id))?)?;
    if record.undo_time.is_some() {
        return Err(not_undoable(customer_merge_id, "it was undone already"));
    }
    if record.erase_time.is_some() || customers.len() < ids.len() {
        return Err(not_undoable(customer_merge_id, "its customers were erased"));
    }
    customers.sort_by_key(|one| ids.iter().position(|id| *id == one.customer_id));
    let merged = customers.split_off(1);
    let survivor = customers.pop().ok_or(Error::NoMerge(customer_merge_id))?;
    survivor.expect_alive().map_err(|refusal| Error::refused(survivor.customer_id, refusal))?;
    Ok((record, survivor, merged))
}

fn not_undoable(customer_merge_id: Uuid, why: &'static str) -> Error {
    Error::NotUndoable { customer_merge_id, why, violations: Vec::new() }
}
