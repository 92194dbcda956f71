//! Lists of messages that are stored encoded: from the four fields that every list request has to a page.

use clientele_error::Result;
use clientele_page::{Arguments, ListRequest, Page, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_service::Call;
use prost::Message;

use crate::{
    State,
    store::risk_list::{Table, messages_list},
};

/// A page of a list request.
macro_rules! list {
    ($state:expr, $call:expr, $request:expr, $table:expr, $name:literal) => {{
        let asked = ($request.page_size, &*$request.page_token, &*$request.filter, &*$request.order_by);
        crate::rpc::listing::page($state, &$call, concat!("qualification.", $name), $table, asked).await?
    }};
}
pub(crate) use list;

/// What a list request asks for: `page_size`, `page_token`, `filter`, `order_by`.
pub(crate) type Listed<'a> = (i32, &'a str, &'a str, &'a str);

/// The page of a table.
pub(crate) async fn page<M: Message + Default>(
    state: &State,
    call: &Call,
    name: &'static str,
    table: Table,
    (page_size, page_token, filter, order_by): Listed<'_>,
) -> Result<Page<M>> {
    let arguments = Arguments::of(name).with("tenant_id", call.tenant());
    let request = ListRequest { page_size, page_token, filter, order_by, arguments };
    let plan = table.schema().plan(&request, PageSizes::default()).map_err(refused)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    messages_list(&mut connection, call.tenant(), table, &plan).await.map_err(failed)
}
