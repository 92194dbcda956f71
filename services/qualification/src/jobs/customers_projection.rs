//! Who customers are: the customers service's events, kept as the names that checks and screening compare.
//!
//! A customer that is deleted or merged into another keeps its row, marked so; of one that is erased nothing is kept here.

use std::sync::Arc;

use clientele_feed::{Apply, Projection, projection::Failure};
use clientele_pg::Pool;
use clientele_proto::{
    customers::v1::{
        Customer as Told, CustomerCreated, CustomerDeleted, CustomerErased, CustomerUndeleted, CustomerUpdated,
        CustomersMerged, CustomersUnmerged, customer::Kind,
    },
    events::v1::Event,
};
use clientele_service::{Job, client::Peer};
use prost::{Message as _, Name};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    SCHEMA,
    store::{
        audit_erasure::audit_erasures_insert,
        customer::{Customer, customer_put, customers_delete},
        document::customers_documents_delete,
        screening_list::task_put,
    },
};

/// The projection as a background job.
pub fn job(pool: &Pool, customers: Peer) -> Job {
    Projection::new(SCHEMA.schema.name(), "customers", (**pool).clone(), customers, Arc::new(CustomersProjection)).job()
}

/// Applies customers' events.
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
            CustomersMerged::full_name(),
            CustomersUnmerged::full_name(),
            CustomerErased::full_name(),
        ]
    }

    async fn apply(&self, connection: &mut PgConnection, event: &Event) -> Result<(), Failure> {
        let tenant = event.tenant_id.as_str();
        let data = event.data.as_ref().map(|data| data.value.as_slice()).unwrap_or_default();
        if event.r#type == CustomerErased::full_name() {
            let erased = CustomerErased::decode(data)?;
            let ids = std::iter::once(&erased.customer_id).chain(&erased.merged_customer_ids);
            let ids = ids.map(|id| Uuid::try_parse(id)).collect::<Result<Vec<_>, _>>()?;
            audit_erasures_insert(connection, tenant, &ids).await?;
            customers_documents_delete(connection, tenant, &ids).await?;
            return Ok(customers_delete(connection, tenant, &ids).await?);
        }
        for customer in customers(event, data)? {
            customer_put(connection, tenant, &customer).await?;
            task_put(connection, tenant, customer.customer_id).await?;
        }
        Ok(())
    }
}

/// What customers are after the event.
fn customers(event: &Event, data: &[u8]) -> Result<Vec<Customer>, Failure> {
    let kind = event.r#type.as_str();
    let single = match kind {
        _ if kind == CustomerCreated::full_name() => CustomerCreated::decode(data)?.customer,
        _ if kind == CustomerUpdated::full_name() => CustomerUpdated::decode(data)?.customer,
        _ if kind == CustomerDeleted::full_name() => CustomerDeleted::decode(data)?.customer,
        _ if kind == CustomerUndeleted::full_name() => CustomerUndeleted::decode(data)?.customer,
        _ if kind == CustomersMerged::full_name() => return merged(CustomersMerged::decode(data)?),
        _ if kind == CustomersUnmerged::full_name() => {
            let CustomersUnmerged { survivor, restored_customers, .. } = CustomersUnmerged::decode(data)?;
            return survivor.into_iter().chain(restored_customers).map(|told| customer(told, None)).collect();
        }
        _ => None,
    };
    single.map(|told| customer(told, None)).into_iter().collect()
}

fn merged(CustomersMerged { customer_merge, merged_customers }: CustomersMerged) -> Result<Vec<Customer>, Failure> {
    let survivor = customer_merge.and_then(|merge| merge.survivor);
    let survivor_id = survivor.as_ref().map(|told| Uuid::try_parse(&told.customer_id)).transpose()?;
    let merged = merged_customers.into_iter().map(|told| customer(told, survivor_id));
    survivor.map(|told| customer(told, None)).into_iter().chain(merged).collect()
}

fn customer(told: Told, survivor_customer_id: Option<Uuid>) -> Result<Customer, Failure> {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let (kind, legal_name, given_name, family_name) = match told.kind {
        Some(Kind::Person(person)) => (2, None, some(person.given_name), some(person.family_name)),
        Some(Kind::Organisation(organisation)) => (1, some(organisation.legal_name), None, None),
        None => (1, None, None, None),
    };
    Ok(Customer {
        customer_id: Uuid::try_parse(&told.customer_id)?,
        external_id: some(told.external_id),
        kind,
        display_name: told.display_name,
        legal_name,
        given_name,
        family_name,
        country_code: some(told.country_code),
        survivor_customer_id,
        deleted: told.delete_time.is_some(),
    })
}
