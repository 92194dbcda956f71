//! Lists customers page by page.

use clientele_page::{Arguments, Field, Kind, ListPlan, ListRequest, Page, PageSizes, Schema};
use clientele_proto::customers::v1::{ListCustomersRequest, ListCustomersResponse};
use clientele_service::Call;

use super::customer_message::message;
use crate::{
    Customers,
    domain::Customer,
    error::{Error, Result},
    store::customer_read::customer_list,
};

const KINDS: Kind = Kind::Enum(&[("ORGANISATION", "1"), ("PERSON", "2")]);

/// What callers may filter and sort by. The order of ids is that of creation.
static FIELDS: Schema = Schema::new(
    Field::new("customer_id", "c.customer_id", Kind::Uuid),
    &[
        Field::new("external_id", "c.external_id", Kind::Text).nullable().sortable(),
        Field::new("display_name", "c.display_name", Kind::Text).sortable(),
        Field::new("kind", "c.kind::text", KINDS),
        Field::new("email", "c.email", Kind::Text).nullable(),
        Field::new("country_code", "c.country_code", Kind::Text).nullable(),
        Field::new("attributes", "c.attributes", Kind::TextMap),
        Field::new("create_time", "c.create_time", Kind::Timestamp).sortable(),
        Field::new("update_time", "c.update_time", Kind::Timestamp).sortable(),
        Field::new("organisation.legal_name", "c.legal_name", Kind::Text).nullable(),
        Field::new("organisation.industry_code", "c.industry_code", Kind::Text).nullable(),
    ],
);

/// Serves the RPC.
pub async fn list_customers(
    app: &Customers,
    call: Call,
    request: ListCustomersRequest,
) -> clientele_error::Result<ListCustomersResponse> {
    let list = parse(call.tenant(), &request)?;
    Ok(reply(run(app, call.tenant(), &list).await?))
}

/// Which page.
#[derive(Debug, Clone)]
pub struct ListCustomers {
    /// What to ask the database.
    pub plan: ListPlan,
    /// Deleted ones too.
    pub show_deleted: bool,
}

fn parse(tenant: &str, request: &ListCustomersRequest) -> Result<ListCustomers> {
    let show_deleted = request.show_deleted;
    let arguments = Arguments::of("customers.list_customers").with("tenant", tenant);
    let list = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: arguments.with("show_deleted", if show_deleted { "true" } else { "false" }),
    };
    let plan = FIELDS.plan(&list, PageSizes { default: 50, max: 1000 }).map_err(Error::Page)?;
    Ok(ListCustomers { plan, show_deleted })
}

/// Does it.
pub async fn run(app: &Customers, tenant: &str, list: &ListCustomers) -> Result<Page<Customer>> {
    Ok(customer_list(&app.pool, tenant, list.show_deleted, &list.plan).await?)
}

fn reply(page: Page<Customer>) -> ListCustomersResponse {
    ListCustomersResponse {
        customers: page.items.into_iter().map(message).collect(),
        next_page_token: page.next_page_token,
    }
}
