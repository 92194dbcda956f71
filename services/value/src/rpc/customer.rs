//! The customer that a request names, and the buyer it is here.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use sqlx::PgConnection;

use crate::{
    domain::{key, transaction::CustomerKey},
    store::buyer::{Buyer, buyer_by_customer_id, buyer_by_external_id},
};

/// The `customer` of a message, whichever message it is: (its id, its key), at most one of them.
macro_rules! customer_of {
    ($message:expr, $module:ident) => {
        match &$message.customer {
            Some(clientele_proto::value::v1::$module::Customer::CustomerId(id)) => (Some(id.as_str()), None),
            Some(clientele_proto::value::v1::$module::Customer::CustomerExternalId(key)) => (None, Some(key.as_str())),
            None => (None, None),
        }
    };
}
pub(super) use customer_of;

/// Checks a name; `field` is that of the message it stands in, with a dot at its end, or nothing.
pub fn customer_key((id, external_id): (Option<&str>, Option<&str>), field: &str) -> Result<CustomerKey> {
    match (id, external_id) {
        (Some(id), _) => key::uuid(id)
            .map(CustomerKey::Id)
            .map_err(|error| Error::invalid_field(format!("{field}customer_id"), error.to_string())),
        // Postgres holds no NUL in a text, so no customer has one in its key.
        (None, Some(key)) if key.contains('\0') => {
            Err(Error::invalid_field(format!("{field}customer_external_id"), "must not hold a NUL character"))
        }
        (None, Some(key)) => Ok(CustomerKey::External(key.to_owned())),
        (None, None) => Err(Error::invalid_field(
            format!("{field}customer"),
            "must be given, as customer_id or as customer_external_id",
        )),
    }
}

/// The buyer of that name; NOT_FOUND where the service knows none.
pub async fn buyer(connection: &mut PgConnection, tenant: &str, customer: &CustomerKey) -> Result<Buyer> {
    let found = match customer {
        CustomerKey::Id(id) => buyer_by_customer_id(connection, tenant, *id).await,
        CustomerKey::External(key) => buyer_by_external_id(connection, tenant, key).await,
    };
    found.map_err(failed)?.ok_or_else(|| Error::not_found("customer", name(customer)))
}

/// The name as an error tells it.
pub fn name(customer: &CustomerKey) -> String {
    match customer {
        CustomerKey::Id(id) => id.to_string(),
        CustomerKey::External(key) => key.clone(),
    }
}
