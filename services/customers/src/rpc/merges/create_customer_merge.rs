//! Makes customers one.

use std::collections::HashMap;

use clientele_error::Violation;
use clientele_feed::NewEvent;
use clientele_proto::customers::v1::{CreateCustomerMergeRequest, CustomerMerge, CustomersMerged};
use clientele_service::Call;
use uuid::Uuid;

use super::record::row;
use crate::{
    Customers,
    domain::{
        Customer,
        merge::{Source, merge},
    },
    error::{Error, Result, below},
    rpc::customer_message::{instant, message},
    store::{
        customer_merge::customer_merge_insert,
        customer_read::customer_get_many_for_update,
        customer_write::{customer_release_external_ids, customer_update},
        erased_customer::is_erased,
    },
    upsert::ATTEMPTS,
    write::{Once, Start, Write, begin},
};

/// Serves the RPC.
pub async fn create_customer_merge(
    app: &Customers,
    call: Call,
    request: CreateCustomerMergeRequest,
) -> clientele_error::Result<CustomerMerge> {
    let command = parse(request)?;
    Ok(run(app, &call, &command).await?)
}

/// What to do.
#[derive(Debug, Clone)]
pub struct CreateCustomerMerge {
    /// Who survives.
    pub survivor: Uuid,
    /// Who is merged into it.
    pub merged: Vec<Uuid>,
    /// Whose values fields get.
    pub sources: Vec<Source>,
    /// The merge as it was asked for.
    pub asked_for: CustomerMerge,
    /// Whether it may be repeated, and whether it is meant.
    pub once: Once,
}

fn parse(request: CreateCustomerMergeRequest) -> Result<CreateCustomerMerge> {
    let once = Once::of(&request, &request.request_id, request.validate_only);
    let asked_for = request.customer_merge.unwrap_or_default();
    let mut violations = Vec::new();
    let mut id = |field: String, text: &str| {
        Uuid::parse_str(text).unwrap_or_else(|_| {
            violations.push(Violation::new(field, "must be a valid UUID"));
            Uuid::nil()
        })
    };
    let survivor = id("survivor_customer_id".to_owned(), &asked_for.survivor_customer_id);
    let merged = asked_for.merged_customer_ids.iter().enumerate();
    let merged: Vec<Uuid> = merged.map(|(place, text)| id(format!("merged_customer_ids[{place}]"), text)).collect();
    let sources = asked_for.field_sources.iter().enumerate().map(|(place, source)| Source {
        field: source.field.clone(),
        customer_id: id(format!("field_sources[{place}].customer_id"), &source.customer_id),
    });
    let sources = sources.collect();
    if merged.is_empty() {
        violations.push(Violation::new("merged_customer_ids", "must name the customers to merge into the survivor"));
    }
    for (place, one) in merged.iter().enumerate().filter(|(_, id)| !id.is_nil()) {
        if *one == survivor {
            let field = format!("merged_customer_ids[{place}]");
            violations.push(Violation::new(field, "is the survivor; a customer cannot be merged into itself"));
        } else if merged[..place].contains(one) {
            violations.push(Violation::new(format!("merged_customer_ids[{place}]"), "is named twice"));
        }
    }
    if violations.is_empty() {
        Ok(CreateCustomerMerge { survivor, merged, sources, asked_for, once })
    } else {
        Err(Error::Invalid(below("customer_merge", violations)))
    }
}

/// Does it; again, when an import had locked the same customers in another order.
pub async fn run(app: &Customers, call: &Call, command: &CreateCustomerMerge) -> Result<CustomerMerge> {
    let mut attempts = 1;
    loop {
        match attempt(app, call, command).await {
            Err(error) if error.is_race() && attempts < ATTEMPTS => attempts += 1,
            done => return done,
        }
    }
}

async fn attempt(app: &Customers, call: &Call, command: &CreateCustomerMerge) -> Result<CustomerMerge> {
    let once = &command.once;
    let mut write = match begin(app, call, once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let (tenant, now) = (call.tenant(), app.context.now());
    let (mut survivor, mut merged) = load(&mut write, tenant, command).await?;
    let previous_customers = std::iter::once(&survivor).chain(&merged).cloned().map(message).collect();
    let changed = merge(&mut survivor, &mut merged, &command.sources, now)
        .map_err(|violations| Error::Invalid(below("customer_merge", violations)))?;

    let customer_merge_id = app.context.new_id();
    let record = CustomerMerge {
        customer_merge_id: customer_merge_id.to_string(),
        previous_customers,
        survivor: Some(message(survivor.clone())),
        changed_fields: changed.iter().map(|path| (*path).to_owned()).collect(),
        actor: call.caller.subject.clone(),
        create_time: Some(instant(now)),
        undo_time: None,
        undo_actor: String::new(),
        erase_time: None,
        ..command.asked_for.clone()
    };
    store(app, call, &mut write, (&survivor, &merged), (customer_merge_id, &record), &once.request_id()).await?;
    let answer = reply(record, once.validate_only);
    write.end(app, &answer).await?;
    Ok(answer)
}

/// The survivor and the others in the order of the command, all locked, none deleted or merged.
async fn load(write: &mut Write, tenant: &str, command: &CreateCustomerMerge) -> Result<(Customer, Vec<Customer>)> {
    let ids: Vec<Uuid> = std::iter::once(command.survivor).chain(command.merged.iter().copied()).collect();
    let found = customer_get_many_for_update(&mut write.tx, tenant, &ids).await?;
    let mut found: HashMap<_, _> = found.into_iter().map(|customer| (customer.customer_id, customer)).collect();
    let mut loaded = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(customer) = found.remove(&id) else {
            let erased = is_erased(&mut write.tx, tenant, id).await?;
            return Err(if erased { Error::Erased(id) } else { Error::NotFound { key: id.to_string(), others: 0 } });
        };
        customer.expect_alive().map_err(|refusal| Error::refused(id, refusal))?;
        loaded.push(customer);
    }
    let merged = loaded.split_off(1);
    let survivor = loaded.pop().ok_or_else(|| Error::NotFound { key: command.survivor.to_string(), others: 0 })?;
    Ok((survivor, merged))
}

async fn store(
    app: &Customers,
    call: &Call,
    write: &mut Write,
    (survivor, merged): (&Customer, &[Customer]),
    (customer_merge_id, record): (Uuid, &CustomerMerge),
    request_id: &str,
) -> Result<()> {
    let (tenant, now) = (call.tenant(), app.context.now());
    let all: Vec<&Customer> = std::iter::once(survivor).chain(merged).collect();
    let ids: Vec<Uuid> = all.iter().map(|one| one.customer_id).collect();
    if record.changed_fields.iter().any(|field| field == "external_id") {
        customer_release_external_ids(&mut write.tx, tenant, &ids).await?;
    }
    customer_update(&mut write.tx, tenant, &all).await?;
    customer_merge_insert(&mut write.tx, tenant, &row(customer_merge_id, record), &ids, now).await?;
    let payload = CustomersMerged {
        customer_merge: Some(record.clone()),
        merged_customers: merged.iter().cloned().map(message).collect(),
    };
    let subject = format!("customers/{}", survivor.customer_id);
    let event = NewEvent::of_call(&app.context, call, request_id, now, subject, &payload);
    Ok(app.outbox.publish(&mut write.tx, event).await?)
}

/// A merge that is not kept has no id: nobody can ask for it.
fn reply(mut record: CustomerMerge, validate_only: bool) -> CustomerMerge {
    if validate_only {
        record.customer_merge_id.clear();
    }
    record
}
