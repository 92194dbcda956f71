//! The buyer that a single transaction belongs to.

use clientele_error::{Error, Reason, Result};
use clientele_pg::answer::failed;
use sqlx::PgConnection;

use crate::{
    domain::transaction::CustomerKey,
    rpc::customer::name,
    store::{
        buyer::{
            Buyer, buyer_by_customer_id, buyer_by_external_id, buyers_insert_customer_ids, buyers_insert_external_ids,
        },
        erasure::erased_keys,
    },
};

/// The buyer that a key means, if one does. The key of an erased customer is refused.
pub(super) async fn buyer_find(
    connection: &mut PgConnection,
    tenant: &str,
    customer: &CustomerKey,
) -> Result<Option<Buyer>> {
    let found = match customer {
        CustomerKey::Id(id) => buyer_by_customer_id(connection, tenant, *id).await,
        CustomerKey::External(key) => buyer_by_external_id(connection, tenant, key).await,
    };
    let found = found.map_err(failed)?;
    if found.is_none() {
        expect_not_erased(connection, tenant, customer).await?;
    }
    Ok(found)
}

/// Refuses the key of an erased customer.
async fn expect_not_erased(connection: &mut PgConnection, tenant: &str, customer: &CustomerKey) -> Result<()> {
    let (ids, keys) = match customer {
        CustomerKey::Id(id) => (vec![*id], Vec::new()),
        CustomerKey::External(key) => (Vec::new(), vec![key.clone()]),
    };
    let erased = erased_keys(connection, tenant, &ids, &keys).await.map_err(failed)?;
    if erased.0.is_empty() && erased.1.is_empty() { Ok(()) } else { Err(self::erased(customer)) }
}

/// The key is that of an erased customer.
pub(super) fn erased(customer: &CustomerKey) -> Error {
    let message = format!("customer {} was erased for good; nothing is recorded of it any more", name(customer));
    Error::new(Reason::CustomerErased, message).about("customer", name(customer))
}

/// A new buyer, or the one somebody else made at the same time.
pub(super) async fn buyer_make(connection: &mut PgConnection, tenant: &str, customer: &CustomerKey) -> Result<Buyer> {
    match customer {
        CustomerKey::Id(id) => buyers_insert_customer_ids(connection, tenant, &[*id]).await.map(drop),
        CustomerKey::External(key) => {
            buyers_insert_external_ids(connection, tenant, std::slice::from_ref(key)).await.map(drop)
        }
    }
    .map_err(failed)?;
    let made = buyer_find(connection, tenant, customer).await?;
    made.ok_or_else(|| Error::internal("a buyer that was made cannot be found"))
}

/// Whom a transaction under `customer` is answered as belonging to: the customer's id where it is known.
pub(super) fn customer_of(buyer: Option<&Buyer>, customer: &CustomerKey) -> CustomerKey {
    buyer.and_then(|buyer| buyer.customer_id).map_or_else(|| customer.clone(), CustomerKey::Id)
}
