//! Whose buyers are: the customers service's events, applied to ours.
//!
//! Transactions may come before their customer, under either of its keys. When the customer appears, the buyer with its external id learns
//! who it is; where there is also a buyer with its id, the two are one, and the transactions of one go to the other. Deleting a customer
//! changes nothing: what it bought it has bought, and it can be undeleted. What merges, their undoing and erasures do is in
//! [`super::customer_merges`] and [`super::customer_erasure`].

use std::sync::Arc;

use clientele_feed::{Apply, Projection, projection::Failure};
use clientele_proto::{
    customers::v1::{
        Customer, CustomerCreated, CustomerDeleted, CustomerErased, CustomerUndeleted, CustomerUpdated,
        CustomersMerged, CustomersUnmerged,
    },
    events::v1::Event,
    value::v1::{CustomerDataMoved, customer_data_moved::Cause},
};
use clientele_service::{Job, client::Peer};
use prost::{Message, Name};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    customer_merges::{merge, publish, unmerge},
    qualification_projection::settle,
};
use crate::{
    SCHEMA, State,
    store::{
        account_signals::account_signals_move,
        buyer::{buyer_epoch_raise, buyer_insert, buyer_update, buyers_lock_exclusive},
        buyer_merge::{BuyerRow, Moved, buyer_join, buyer_row_by_customer_id, buyer_row_by_external_id},
        churn_alert::churn_alerts_move,
        contract::contracts_move,
        customer_qualification::customer_qualifications_delete,
        erasure::{erased_keys, erasure_insert},
        segment_member::segments_move,
        segment_review::segment_review_put_for_customer,
        tier::tiers_move,
        transaction::transactions_move,
    },
};

/// The projection as a background job.
pub fn job(state: Arc<State>, customers: Peer) -> Job {
    let pool = (*state.pool).clone();
    Projection::new(SCHEMA.schema.name(), "customers", pool, customers, Arc::new(CustomersProjection { state })).job()
}

/// Applies customers' events to buyers.
#[derive(Debug)]
pub struct CustomersProjection {
    state: Arc<State>,
}

#[tonic::async_trait]
impl Apply for CustomersProjection {
    fn event_types(&self) -> Vec<String> {
        vec![
            CustomerCreated::full_name(),
            CustomerUpdated::full_name(),
            CustomerDeleted::full_name(),
            CustomerUndeleted::full_name(),
            CustomersMerged::full_name(),
            CustomersUnmerged::full_name(),
            CustomerErased::full_name(),
        ]
    }

    async fn apply(&self, connection: &mut PgConnection, event: &Event) -> Result<(), Failure> {
        let tenant = event.tenant_id.as_str();
        let data = event.data.as_ref().map(|data| data.value.as_slice()).unwrap_or_default();
        if event.r#type == CustomersMerged::full_name() {
            let merged = CustomersMerged::decode(data)?;
            merge(&self.state, connection, tenant, &merged).await?;
            let survivor = merged.customer_merge.iter().filter_map(|merge| merge.survivor.as_ref());
            self.settle(connection, tenant, survivor).await
        } else if event.r#type == CustomersUnmerged::full_name() {
            let unmerged = CustomersUnmerged::decode(data)?;
            unmerge(&self.state, connection, tenant, &unmerged).await?;
            self.settle(connection, tenant, unmerged.survivor.iter().chain(&unmerged.restored_customers)).await
        } else if event.r#type == CustomerErased::full_name() {
            erase(&self.state, connection, tenant, &CustomerErased::decode(data)?).await
        } else if let Some(customer) = customer(event)? {
            appear(&self.state, connection, tenant, &customer).await
        } else {
            Ok(())
        }
    }

    fn applied(&self) {
        self.state.outbox.committed();
    }
}

impl CustomersProjection {
    /// Gives back to customers whose buyers were merged, or no longer are, what the qualification service told of them.
    async fn settle(
        &self,
        connection: &mut PgConnection,
        tenant: &str,
        customers: impl Iterator<Item = &Customer> + Send,
    ) -> Result<(), Failure> {
        for customer in customers {
            settle(&self.state, connection, tenant, Uuid::try_parse(&customer.customer_id)?).await?;
        }
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

/// Attaches a customer's keys to its buyer; where two buyers turned out to be one, says so, and both are rescored.
pub(super) async fn appear(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    customer: &Customer,
) -> Result<(), Failure> {
    let customer_id = Uuid::try_parse(&customer.customer_id)?;
    let external_id = Some(customer.external_id.as_str()).filter(|key| !key.is_empty());
    let moved = customer_apply(connection, tenant, customer_id, external_id).await?;
    segment_review_put_for_customer(connection, tenant, customer_id).await?;
    let Some(moved) = moved else { return Ok(()) };
    settle(state, connection, tenant, customer_id).await?;
    let told = CustomerDataMoved {
        cause: Cause::Joined.into(),
        customer_id: customer.customer_id.clone(),
        transactions: moved.transactions,
        ..CustomerDataMoved::default()
    };
    Ok(publish(state, connection, tenant, &told).await?)
}

/// Asks for a customer's data to be erased; a job does it, batch by batch.
async fn erase(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    erased: &CustomerErased,
) -> Result<(), Failure> {
    let customer_id = Uuid::try_parse(&erased.customer_id)?;
    let merged = erased.merged_customer_ids.iter().map(|id| Uuid::try_parse(id)).collect::<Result<Vec<_>, _>>()?;
    // Whoever makes a buyer holds this lock shared: none is made of these keys afterwards.
    buyers_lock_exclusive(connection, tenant).await?;
    let ids: Vec<Uuid> = std::iter::once(customer_id).chain(merged.iter().copied()).collect();
    customer_qualifications_delete(connection, tenant, &ids).await?;
    erasure_insert(connection, tenant, customer_id, &merged, &erased.external_ids, state.context.now()).await?;
    Ok(())
}

/// Makes the buyers of a customer the one buyer that has both of its keys; answers what went from one to the other where there were two. A
/// customer with an external id gets its buyer even before its first transaction: the first may come under one key and the second under the
/// other.
pub async fn customer_apply(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    external_id: Option<&str>,
) -> sqlx::Result<Option<Moved>> {
    // Most events change neither key.
    match buyer_row_by_customer_id(connection, tenant, customer_id).await? {
        Some(buyer) if buyer.external_id.as_deref() == external_id => return Ok(None),
        None if external_id.is_none() => return Ok(None),
        _ => {}
    }
    // From here on keys may come to mean another buyer: what uses buyers waits, and what was read before is read again.
    buyers_lock_exclusive(connection, tenant).await?;
    let by_id = buyer_row_by_customer_id(connection, tenant, customer_id).await?;
    let Some(key) = external_id else {
        if let Some(buyer) = by_id {
            rename(connection, tenant, &buyer, None).await?;
        }
        return Ok(None);
    };
    let mut by_key = buyer_row_by_external_id(connection, tenant, key).await?;
    if let (Some(by_id), Some(by_key)) = (&by_id, &by_key)
        && by_id.leads_to() == by_key.leads_to()
    {
        // A key of a customer that is merged into this one, which it took over: whose it is by itself matters again when the merge is undone.
        return Ok(None);
    }
    if let Some(other) = by_key.take_if(|buyer| buyer.customer_id.is_some_and(|id| id != customer_id)) {
        // Another customer has lost the key: what was bought under it before stays with that one.
        rename(connection, tenant, &other, None).await?;
    }
    match (by_id, by_key) {
        (None, None) => {
            let erased = erased_keys(connection, tenant, &[customer_id], &[key.to_owned()]).await?;
            if erased.0.is_empty() && erased.1.is_empty() {
                buyer_insert(connection, tenant, customer_id, Some(key)).await?;
            }
        }
        (None, Some(buyer)) => buyer_update(connection, tenant, buyer.buyer_id, Some(customer_id), Some(key)).await?,
        (Some(buyer), None) => rename(connection, tenant, &buyer, Some(key)).await?,
        (Some(by_id), Some(by_key)) => {
            let (from, to) = (by_id.buyer_id, by_key.buyer_id);
            let transactions = transactions_move(connection, tenant, from, to).await? as i64;
            account_signals_move(connection, tenant, from, to).await?;
            tiers_move(connection, tenant, from, to).await?;
            churn_alerts_move(connection, tenant, from, to).await?;
            contracts_move(connection, tenant, from, to).await?;
            segments_move(connection, tenant, from, to).await?;
            buyer_join(connection, tenant, (from, to)).await?;
            buyer_update(connection, tenant, to, Some(customer_id), Some(key)).await?;
            buyer_epoch_raise(connection, tenant).await?;
            return Ok(Some(Moved { transactions, ..Moved::default() }));
        }
    }
    Ok(None)
}

/// Gives a buyer another external id, or none.
async fn rename(
    connection: &mut PgConnection,
    tenant: &str,
    buyer: &BuyerRow,
    external_id: Option<&str>,
) -> sqlx::Result<()> {
    buyer_update(connection, tenant, buyer.buyer_id, buyer.customer_id, external_id).await?;
    if buyer.external_id.is_some() {
        buyer_epoch_raise(connection, tenant).await?;
    }
    Ok(())
}
