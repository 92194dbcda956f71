//! `ListOwnershipStructures`: versions without their statements.

use clientele_error::{Error, Result};
use clientele_page::{Arguments, ListPlan, ListRequest, PageSizes, refused};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    ListOwnershipStructuresRequest, ListOwnershipStructuresResponse, OwnershipStructure,
};
use clientele_service::Call;
use prost::Message as _;

use crate::{
    State,
    store::ownership_structure::{STRUCTURES, ownership_list},
};

pub(super) async fn list_ownership_structures(
    state: &State,
    call: Call,
    request: ListOwnershipStructuresRequest,
) -> Result<ListOwnershipStructuresResponse> {
    let plan = parse(&call, &request)?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let page = ownership_list(&mut connection, call.tenant(), &plan).await.map_err(failed)?;
    let without_statements = |content: Vec<u8>| {
        OwnershipStructure::decode(content.as_slice()).map(|structure| OwnershipStructure {
            persons: Vec::new(),
            entities: Vec::new(),
            relationships: Vec::new(),
            ..structure
        })
    };
    let structures = page.items.into_iter().map(without_statements).collect::<Result<Vec<_>, _>>();
    Ok(ListOwnershipStructuresResponse {
        ownership_structures: structures.map_err(Error::internal)?,
        next_page_token: page.next_page_token,
    })
}

fn parse(call: &Call, request: &ListOwnershipStructuresRequest) -> Result<ListPlan> {
    let request = ListRequest {
        page_size: request.page_size,
        page_token: &request.page_token,
        filter: &request.filter,
        order_by: &request.order_by,
        arguments: Arguments::of("qualification.list_ownership_structures").with("tenant_id", call.tenant()),
    };
    STRUCTURES.plan(&request, PageSizes::default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_ownership_structures_are_sound() {
        clientele_page::suite::schema_is_sound(&super::STRUCTURES);
    }
}
