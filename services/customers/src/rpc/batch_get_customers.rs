//! Reads many customers at once, all or none.

use std::{collections::HashMap, sync::Arc};

use clientele_error::Violation;
use clientele_proto::customers::v1::{BatchGetCustomersRequest, BatchGetCustomersResponse};
use clientele_service::Call;
use uuid::Uuid;

use super::customer_message::message_of;
use crate::{
    Customers,
    error::{Error, Result},
    store::customer_read::{Read, customer_by_ids},
};

/// Serves the RPC.
pub async fn batch_get_customers(
    app: &Customers,
    call: Call,
    request: BatchGetCustomersRequest,
) -> clientele_error::Result<BatchGetCustomersResponse> {
    let customer_ids = parse(&request)?;
    Ok(reply(run(app, call.tenant(), &customer_ids).await?))
}

fn parse(request: &BatchGetCustomersRequest) -> Result<Vec<Uuid>> {
    let ids = request.customer_ids.iter().enumerate().map(|(index, id)| {
        let bad = |_| Error::Invalid(vec![Violation::new(format!("customer_ids[{index}]"), "must be a valid UUID")]);
        Uuid::parse_str(id).map_err(bad)
    });
    ids.collect()
}

/// The customers in the order asked for; the same one twice where it is asked for twice.
pub async fn run(app: &Customers, tenant: &str, customer_ids: &[Uuid]) -> Result<Vec<Read>> {
    let of_tenant: Arc<str> = tenant.into();
    let keys = customer_ids.iter().map(|id| (Arc::clone(&of_tenant), *id)).collect();
    let found = customer_by_ids(&mut *app.pool.acquire().await?, keys).await?;
    let found: HashMap<_, _> = found.into_iter().map(|((_, id), read)| (id, read)).collect();
    let mut missing = customer_ids.iter().filter(|id| !found.contains_key(*id));
    if let Some(first) = missing.next() {
        return Err(Error::NotFound { key: first.to_string(), others: missing.count() });
    }
    Ok(customer_ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

fn reply(customers: Vec<Read>) -> BatchGetCustomersResponse {
    BatchGetCustomersResponse { customers: customers.into_iter().map(message_of).collect() }
}
