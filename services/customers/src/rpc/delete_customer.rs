//! Deletes a customer, softly.

use clientele_proto::customers::v1::{self as proto, CustomerDeleted, DeleteCustomerRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::customer_message::message;
use crate::{
    Customers,
    domain::Customer,
    error::{Error, Result},
    store::{customer_read::customer_get_for_update, customer_write::customer_update},
    upsert::event,
    write::{Once, Start, begin},
};

/// Serves the RPC.
pub async fn delete_customer(
    app: &Customers,
    call: Call,
    request: DeleteCustomerRequest,
) -> clientele_error::Result<proto::Customer> {
    let command = parse(request)?;
    Ok(run(app, &call, command).await?)
}

/// What to do.
#[derive(Debug, Clone)]
pub struct DeleteCustomer {
    /// To which customer.
    pub customer_id: Uuid,
    /// The version the caller saw; empty when they do not mind.
    pub etag: String,
    /// Whether it may be repeated, and whether it is meant.
    pub once: Once,
}

fn parse(request: DeleteCustomerRequest) -> clientele_error::Result<DeleteCustomer> {
    let once = Once::of(&request, &request.request_id, request.validate_only);
    let customer_id = Uuid::parse_str(&request.customer_id)
        .map_err(|_| clientele_error::Error::invalid_field("customer_id", "must be a valid UUID"))?;
    Ok(DeleteCustomer { customer_id, etag: request.etag, once })
}

/// Does it.
pub async fn run(app: &Customers, call: &Call, command: DeleteCustomer) -> Result<proto::Customer> {
    let DeleteCustomer { customer_id, etag, once } = command;
    let mut write = match begin(app, call, &once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let customer = customer_get_for_update(&mut write.tx, call.tenant(), customer_id).await?;
    let mut customer = customer.ok_or_else(|| Error::NotFound { key: customer_id.to_string(), others: 0 })?;
    let now = app.context.now();
    let deleted = customer.expect_etag(&etag).and_then(|()| customer.delete(now));
    deleted.map_err(|refusal| Error::refused(customer_id, refusal))?;
    customer_update(&mut write.tx, call.tenant(), &[&customer]).await?;
    let deleted = event(app, call, &once.request_id(), customer.clone(), |customer| CustomerDeleted { customer });
    app.outbox.publish(&mut write.tx, deleted).await?;
    let answer = reply(customer);
    write.end(app, &answer).await?;
    Ok(answer)
}

fn reply(customer: Customer) -> proto::Customer {
    message(customer)
}
