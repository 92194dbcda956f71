//! Changes the fields of a customer that a mask names.

use clientele_error::Violation;
use clientele_proto::customers::v1::{self as proto, CustomerUpdated, UpdateCustomerRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::customer_message::{draft, message};
use crate::{
    Customers,
    domain::{Customer, Refusal, Update},
    error::{Error, Result, below},
    store::{customer_read::customer_get_for_update, customer_write::customer_update},
    upsert::event,
    write::{Once, Start, begin},
};

/// Serves the RPC.
pub async fn update_customer(
    app: &Customers,
    call: Call,
    request: UpdateCustomerRequest,
) -> clientele_error::Result<proto::Customer> {
    let command = parse(request)?;
    Ok(run(app, &call, command).await?)
}

/// What to do.
#[derive(Debug, Clone)]
pub struct UpdateCustomer {
    /// To which customer.
    pub customer_id: Uuid,
    /// The new values.
    pub update: Update,
    /// Whether it may be repeated, and whether it is meant.
    pub once: Once,
}

fn parse(request: UpdateCustomerRequest) -> Result<UpdateCustomer> {
    let once = Once::of(&request, &request.request_id, request.validate_only);
    let Some(customer) = request.customer else {
        return Err(Error::Invalid(vec![Violation::new("customer", "must be given")]));
    };
    let customer_id =
        Uuid::parse_str(&customer.customer_id).map_err(|_| Violation::new("customer_id", "must be a valid UUID"));
    let update = Update::new(draft(customer), request.update_mask.as_ref().map(|mask| mask.paths.as_slice()));
    match (customer_id, update) {
        (Ok(customer_id), Ok(update)) => Ok(UpdateCustomer { customer_id, update, once }),
        (customer_id, update) => {
            let violations = customer_id.err().into_iter().chain(update.err().into_iter().flatten());
            Err(Error::Invalid(below("customer", violations.collect())))
        }
    }
}

/// Does it. An update that changes nothing makes no new version and no event.
pub async fn run(app: &Customers, call: &Call, command: UpdateCustomer) -> Result<proto::Customer> {
    let UpdateCustomer { customer_id, update, once } = command;
    let mut write = match begin(app, call, &once).await? {
        Start::Done(answer) => return Ok(answer),
        Start::Go(write) => write,
    };
    let customer = customer_get_for_update(&mut write.tx, call.tenant(), customer_id).await?;
    let mut customer = customer.ok_or_else(|| Error::NotFound { key: customer_id.to_string(), others: 0 })?;
    let changed =
        change(&mut customer, &update, app.context.now()).map_err(|refusal| Error::refused(customer_id, refusal))?;
    if !changed.is_empty() {
        customer_update(&mut write.tx, call.tenant(), &[&customer]).await?;
        let changed_fields = changed.into_iter().map(str::to_owned).collect();
        let updated = event(app, call, &once.request_id(), customer.clone(), |customer| CustomerUpdated {
            customer,
            changed_fields,
        });
        app.outbox.publish(&mut write.tx, updated).await?;
    }
    let answer = reply(customer);
    write.end(app, &answer).await?;
    Ok(answer)
}

fn change(
    customer: &mut Customer,
    update: &Update,
    now: jiff::Timestamp,
) -> std::result::Result<Vec<&'static str>, Refusal> {
    customer.expect_etag(update.etag())?;
    let profile = update.onto(&customer.profile).map_err(Refusal::Invalid)?;
    customer.change(profile, now)
}

fn reply(customer: Customer) -> proto::Customer {
    message(customer)
}
