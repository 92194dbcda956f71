//! Lists merges page by page, newest first.

use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, PageSizes, Schema};
use clientele_proto::customers::v1::{ListCustomerMergesRequest, ListCustomerMergesResponse};
use clientele_service::Call;
use uuid::Uuid;

use super::record::read;
use crate::{
    Customers,
    error::{Error, Result},
    store::customer_merge::customer_merge_list,
};

/// The order of ids is that of the merges.
static FIELDS: Schema = Schema::new(Field::new("customer_merge_id", "m.customer_merge_id", Kind::Uuid), &[])
    .ordered_by("customer_merge_id desc");

/// Serves the RPC.
pub async fn list_customer_merges(
    app: &Customers,
    call: Call,
    request: ListCustomerMergesRequest,
) -> clientele_error::Result<ListCustomerMergesResponse> {
    let list = parse(call.tenant(), &request)?;
    Ok(run(app, call.tenant(), &list).await?)
}

/// Which page.
#[derive(Debug, Clone)]
pub struct ListCustomerMerges {
    /// What to ask the database.
    pub plan: ListPlan,
    /// Only merges this customer took part in.
    pub customer_id: Option<Uuid>,
}

fn parse(tenant: &str, request: &ListCustomerMergesRequest) -> clientele_error::Result<ListCustomerMerges> {
    let customer_id = Some(request.customer_id.as_str()).filter(|id| !id.is_empty()).map(Uuid::parse_str).transpose();
    let customer_id =
        customer_id.map_err(|_| clientele_error::Error::invalid_field("customer_id", "must be a valid UUID"))?;
    let arguments = Arguments::of("customers.list_customer_merges").with("tenant", tenant);
    let list = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        ..ListRequest::new(arguments.with("customer_id", &request.customer_id))
    };
    let plan = FIELDS.plan(&list, PageSizes::default()).map_err(Error::Page)?;
    Ok(ListCustomerMerges { plan, customer_id })
}

/// Does it.
pub async fn run(app: &Customers, tenant: &str, list: &ListCustomerMerges) -> Result<ListCustomerMergesResponse> {
    let page = customer_merge_list(&app.pool, tenant, list.customer_id, &list.plan).await?;
    Ok(ListCustomerMergesResponse {
        customer_merges: page.items.iter().map(read).collect::<Result<_>>()?,
        next_page_token: page.next_page_token,
    })
}
