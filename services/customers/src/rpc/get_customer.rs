//! Reads one customer. Reads that are under way at the same time are gathered into few queries.

use std::sync::Arc;

use clientele_proto::customers::v1::{self as proto, GetCustomerRequest, get_customer_request::Key as KeyMessage};
use clientele_service::Call;
use uuid::Uuid;

use super::customer_message::message_of;
use crate::{
    Customers,
    error::{Error, Result},
    store::{customer_read::Read, erased_customer::is_erased},
};

/// Serves the RPC.
pub async fn get_customer(
    app: &Customers,
    call: Call,
    request: GetCustomerRequest,
) -> clientele_error::Result<proto::Customer> {
    let key = parse(request)?;
    Ok(reply(run(app, call.tenant(), key).await?))
}

/// Which customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// By the service's id.
    Id(Uuid),
    /// By the caller's own key.
    External(String),
}

fn parse(request: GetCustomerRequest) -> clientele_error::Result<Key> {
    match request.key {
        Some(KeyMessage::CustomerId(id)) => Uuid::parse_str(&id)
            .map(Key::Id)
            .map_err(|_| clientele_error::Error::invalid_field("customer_id", "must be a valid UUID")),
        Some(KeyMessage::ExternalId(id)) => Ok(Key::External(id)),
        None => Err(clientele_error::Error::invalid_field("key", "give a customer_id or an external_id")),
    }
}

/// Does it.
pub async fn run(app: &Customers, tenant_id: &str, key: Key) -> Result<Read> {
    let tenant: Arc<str> = tenant_id.into();
    let found = match &key {
        Key::Id(id) => app.by_id.get((tenant, *id)).await,
        Key::External(id) => app.by_external_id.get((tenant, id.clone())).await,
    };
    if let Some(found) = found.map_err(Error::Gathered)? {
        return Ok(found);
    }
    let key = match key {
        Key::Id(id) if is_erased(&mut *app.pool.acquire().await?, tenant_id, id).await? => {
            return Err(Error::Erased(id));
        }
        Key::Id(id) => id.to_string(),
        Key::External(id) => id,
    };
    Err(Error::NotFound { key, others: 0 })
}

fn reply(read: Read) -> proto::Customer {
    message_of(read)
}
