//! Creates a customer.

use clientele_proto::customers::v1::{self as proto, CreateCustomerRequest, CustomerCreated};
use clientele_service::Call;

use super::customer_message::{draft, message};
use crate::{
    Customers,
    domain::{Customer, Profile},
    error::{Error, Result, below},
    store::{customer_write::customer_insert, erased_customer::erased_external_ids},
    upsert::event,
    write::{Once, Start, begin},
};

/// Serves the RPC.
pub async fn create_customer(
    app: &Customers,
    call: Call,
    request: CreateCustomerRequest,
) -> clientele_error::Result<proto::Customer> {
    let command = parse(request)?;
    Ok(run(app, &call, command).await?)
}

/// What to do.
#[derive(Debug, Clone)]
pub struct CreateCustomer {
    /// The customer to be.
    pub profile: Profile,
    /// Whether it may be repeated, and whether it is meant.
    pub once: Once,
}

fn parse(request: CreateCustomerRequest) -> Result<CreateCustomer> {
    let once = Once::of(&request, &request.request_id, request.validate_only);
    let profile = Profile::new(draft(request.customer.unwrap_or_default()));
    let profile = profile.map_err(|violations| Error::Invalid(below("customer", violations)))?;
    Ok(CreateCustomer { profile, once })
}

/// Does it.
pub async fn run(app: &Customers, call: &Call, command: CreateCustomer) -> Result<proto::Customer> {
    let mut write = match begin(app, call, &command.once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let customer = Customer::new(app.context.new_id(), command.profile, app.context.now());
    customer_insert(&mut write.tx, call.tenant(), &[&customer]).await?;
    if let Some(key) = &customer.profile.external_id
        && !erased_external_ids(&mut write.tx, call.tenant(), &[key.as_str()]).await?.is_empty()
    {
        return Err(Error::ExternalIdErased);
    }
    let created =
        event(app, call, &command.once.request_id(), customer.clone(), |customer| CustomerCreated { customer });
    app.outbox.publish(&mut write.tx, created).await?;
    let answer = reply(customer, command.once.validate_only);
    write.end(app, &answer).await?;
    Ok(answer)
}

/// A customer that is not kept has no id: nobody can ask for it.
fn reply(customer: Customer, validate_only: bool) -> proto::Customer {
    let mut message = message(customer);
    if validate_only {
        message.customer_id.clear();
    }
    message
}
