//! Reads one merge.

use clientele_proto::customers::v1::{CustomerMerge, GetCustomerMergeRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::record::read;
use crate::{
    Customers,
    error::{Error, Result},
    store::customer_merge::customer_merge_get,
};

/// Serves the RPC.
pub async fn get_customer_merge(
    app: &Customers,
    call: Call,
    request: GetCustomerMergeRequest,
) -> clientele_error::Result<CustomerMerge> {
    let customer_merge_id = parse(&request)?;
    Ok(run(app, call.tenant(), customer_merge_id).await?)
}

fn parse(request: &GetCustomerMergeRequest) -> clientele_error::Result<Uuid> {
    Uuid::parse_str(&request.customer_merge_id)
        .map_err(|_| clientele_error::Error::invalid_field("customer_merge_id", "must be a valid UUID"))
}

/// Does it.
pub async fn run(app: &Customers, tenant: &str, customer_merge_id: Uuid) -> Result<CustomerMerge> {
    let found = customer_merge_get(&mut *app.pool.acquire().await?, tenant, customer_merge_id).await?;
    read(&found.ok_or(Error::NoMerge(customer_merge_id))?)
}
