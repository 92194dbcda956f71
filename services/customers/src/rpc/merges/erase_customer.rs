//! Erases a customer for good.

use clientele_feed::NewEvent;
use clientele_proto::customers::v1::{self as proto, EraseCustomerRequest};
use clientele_service::Call;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Customers,
    erasing::erase,
    error::{Error, Result},
    rpc::customer_message::instant,
    store::{customer_read::customer_get_for_update, erased_customer::is_erased},
    upsert::ATTEMPTS,
    write::{Once, Start, begin},
};

/// Serves the RPC.
pub async fn erase_customer(
    app: &Customers,
    call: Call,
    request: EraseCustomerRequest,
) -> clientele_error::Result<proto::Customer> {
    let command = parse(request)?;
    Ok(run(app, &call, &command).await?)
}

/// What to do.
#[derive(Debug, Clone)]
pub struct EraseCustomer {
    /// To which customer.
    pub customer_id: Uuid,
    /// The version the caller saw; empty when they do not mind.
    pub etag: String,
    /// Whether it may be repeated, and whether it is meant.
    pub once: Once,
}

fn parse(request: EraseCustomerRequest) -> clientele_error::Result<EraseCustomer> {
    let once = Once::of(&request, &request.request_id, request.validate_only);
    let customer_id = Uuid::parse_str(&request.customer_id)
        .map_err(|_| clientele_error::Error::invalid_field("customer_id", "must be a valid UUID"))?;
    Ok(EraseCustomer { customer_id, etag: request.etag, once })
}

/// Does it; again, when an import had locked the same customers in another order.
pub async fn run(app: &Customers, call: &Call, command: &EraseCustomer) -> Result<proto::Customer> {
    let mut attempts = 1;
    loop {
        match attempt(app, call, command).await {
            Err(error) if error.is_race() && attempts < ATTEMPTS => attempts += 1,
            done => return done,
        }
    }
}

async fn attempt(app: &Customers, call: &Call, command: &EraseCustomer) -> Result<proto::Customer> {
    let EraseCustomer { customer_id, etag, once } = command;
    let mut write = match begin(app, call, once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let (tenant, now) = (call.tenant(), app.context.now());
    let Some(customer) = customer_get_for_update(&mut write.tx, tenant, *customer_id).await? else {
        let erased = is_erased(&mut write.tx, tenant, *customer_id).await?;
        let missing = Error::NotFound { key: customer_id.to_string(), others: 0 };
        return Err(if erased { Error::Erased(*customer_id) } else { missing });
    };
    customer.expect_etag(etag).map_err(|refusal| Error::refused(*customer_id, refusal))?;
    let erased = erase(&mut write.tx, tenant, customer, &call.caller.subject, now).await?;
    let subject = format!("customers/{customer_id}");
    let event = NewEvent::of_call(&app.context, call, &once.request_id(), now, subject, &erased);
    app.outbox.publish(&mut write.tx, event).await?;
    let answer = reply(*customer_id, now);
    write.end(app, &answer).await?;
    Ok(answer)
}

/// What is left.
fn reply(customer_id: Uuid, now: Timestamp) -> proto::Customer {
    proto::Customer {
        customer_id: customer_id.to_string(),
        erase_time: Some(instant(now)),
        ..proto::Customer::default()
    }
}
