//! Whose buyers are: the customers service's events, applied to ours.
//!
//! Transactions may come before their customer, under either of its keys. When the customer appears, the buyer with its external id learns
//! who it is; where there is also a buyer with its id, the two are one, and the transactions of one go to the other. Deleting a customer
//! changes nothing: what it bought it has bought, and it can be undeleted.

use std::sync::Arc;

use clientele_feed::{Apply, Projection, projection::Failure};
use clientele_pg::Pool;
use clientele_proto::{
    customers::v1::{Customer, CustomerCreated, CustomerDeleted, CustomerUndeleted, CustomerUpdated},
    events::v1::Event,
};
use clientele_service::{Job, client::Peer};
use prost::{Message, Name};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    SCHEMA,
    store::{
        account_signals::account_signals_move,
        buyer::{
            Buyer, buyer_by_customer_id, buyer_by_external_id, buyer_delete, buyer_epoch_raise, buyer_insert,
            buyer_update, buyers_lock_exclusive,
        },
        churn_alert::churn_alerts_move,
        segment_member::segments_move,
        segment_review::segment_review_put_for_customer,
        tier::tiers_move,
        transaction::transactions_move,
    },
};

/// The projection as a background job.
pub fn job(pool: &Pool, customers: Peer) -> Job {
    Projection::new(SCHEMA.schema.name(), "customers", (**pool).clone(), customers, Arc::new(CustomersProjection)).job()
}

/// Applies customers' events to buyers.
#[derive(Debug)]
pub struct CustomersProjection;

#[tonic::async_trait]
impl Apply for CustomersProjection {
    fn event_types(&self) -> Vec<String> {
        vec![
            CustomerCreated::full_name(),
            CustomerUpdated::full_name(),
            CustomerDeleted::full_name(),
            CustomerUndeleted::full_name(),
        ]
    }

    async fn apply(&self, connection: &mut PgConnection, event: &Event) -> Result<(), Failure> {
        let Some(customer) = customer(event)? else { return Ok(()) };
        let customer_id = Uuid::try_parse(&customer.customer_id)?;
        let external_id = Some(customer.external_id.as_str()).filter(|key| !key.is_empty());
        customer_apply(connection, &event.tenant_id, customer_id, external_id).await?;
        segment_review_put_for_customer(connection, &event.tenant_id, customer_id).await?;
        Ok(())
    }
}

/// The customer as it is after the event.
pub(super) fn customer(event: &Event) -> Result<Option<Customer>, Failure> {
    let Some(data) = &event.data else { return Ok(None) };
    let data = data.value.as_slice();
    Ok(match event.r#type.as_str() {
        of if of == CustomerCreated::full_name() => CustomerCreated::decode(data)?.customer,
        of if of == CustomerUpdated::full_name() => CustomerUpdated::decode(data)?.customer,
        of if of == CustomerDeleted::full_name() => CustomerDeleted::decode(data)?.customer,
        of if of == CustomerUndeleted::full_name() => CustomerUndeleted::decode(data)?.customer,
        _ => None,
    })
}

/// Makes the buyers of a customer the one buyer that has both of its keys. A customer with an external id gets its buyer even before its
/// first transaction: the first may come under one key and the second under the other.
pub async fn customer_apply(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    external_id: Option<&str>,
) -> sqlx::Result<()> {
    // Most events change neither key.
    match buyer_by_customer_id(connection, tenant, customer_id).await? {
        Some(buyer) if buyer.external_id.as_deref() == external_id => return Ok(()),
        None if external_id.is_none() => return Ok(()),
        _ => {}
    }
    // From here on keys may come to mean another buyer: what uses buyers waits, and what was read before is read again.
    buyers_lock_exclusive(connection, tenant).await?;
    let by_id = buyer_by_customer_id(connection, tenant, customer_id).await?;
    let Some(key) = external_id else {
        return match by_id {
            Some(buyer) => rename(connection, tenant, &buyer, None).await,
            None => Ok(()),
        };
    };
    let mut by_key = buyer_by_external_id(connection, tenant, key).await?;
    if let Some(other) = by_key.take_if(|buyer| buyer.customer_id.is_some_and(|id| id != customer_id)) {
        // Another customer has lost the key: what was bought under it before stays with that one.
        rename(connection, tenant, &other, None).await?;
    }
    match (by_id, by_key) {
        (None, None) => buyer_insert(connection, tenant, customer_id, key).await,
        (None, Some(buyer)) => buyer_update(connection, tenant, buyer.buyer_id, Some(customer_id), Some(key)).await,
        (Some(buyer), None) => rename(connection, tenant, &buyer, Some(key)).await,
        (Some(by_id), Some(by_key)) if by_id.buyer_id == by_key.buyer_id => Ok(()),
        (Some(by_id), Some(by_key)) => {
            transactions_move(connection, tenant, by_id.buyer_id, by_key.buyer_id).await?;
            account_signals_move(connection, tenant, by_id.buyer_id, by_key.buyer_id).await?;
            tiers_move(connection, tenant, by_id.buyer_id, by_key.buyer_id).await?;
            churn_alerts_move(connection, tenant, by_id.buyer_id, by_key.buyer_id).await?;
            segments_move(connection, tenant, by_id.buyer_id, by_key.buyer_id).await?;
            buyer_delete(connection, tenant, by_id.buyer_id).await?;
            buyer_update(connection, tenant, by_key.buyer_id, Some(customer_id), Some(key)).await?;
            buyer_epoch_raise(connection, tenant).await
        }
    }
}

/// Gives a buyer another external id, or none.
async fn rename(
    connection: &mut PgConnection,
    tenant: &str,
    buyer: &Buyer,
    external_id: Option<&str>,
) -> sqlx::Result<()> {
    buyer_update(connection, tenant, buyer.buyer_id, buyer.customer_id, external_id).await?;
    if buyer.external_id.is_some() {
        buyer_epoch_raise(connection, tenant).await?;
    }
    Ok(())
}
