//! `GetOwnershipStructure`: a version, or a customer's latest.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{
    GetOwnershipStructureRequest, OwnershipStructure, get_ownership_structure_request::Key,
};
use clientele_service::Call;
use prost::Message as _;
use uuid::Uuid;

use crate::{
    State,
    domain::key::uuid,
    store::ownership_structure::{ownership_by_id, ownership_latest},
};

/// Which structure is meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    /// This version.
    Version(Uuid),
    /// A customer's latest.
    Latest(Uuid),
}

/// Which structure a request names.
macro_rules! which {
    ($key:expr, $keys:ident) => {{
        use crate::rpc::ownerships::get_ownership_structure::{Which, by_id};
        match $key {
            Some($keys::OwnershipStructureId(text)) => by_id(text, "ownership_structure_id").map(Which::Version),
            Some($keys::CustomerId(text)) => by_id(text, "customer_id").map(Which::Latest),
            None => Err(clientele_error::Error::invalid_field(
                "key",
                "must be given, as ownership_structure_id or as customer_id",
            )),
        }
    }};
}
pub(super) use which;

pub(super) fn by_id(text: &str, field: &str) -> Result<Uuid> {
    uuid(text, field).map_err(|wrong| Error::invalid_fields(vec![wrong]))
}

pub(super) async fn get_ownership_structure(
    state: &State,
    call: Call,
    request: GetOwnershipStructureRequest,
) -> Result<OwnershipStructure> {
    structure(state, call.tenant(), which!(&request.key, Key)?).await
}

/// Reads it.
pub(super) async fn structure(state: &State, tenant: &str, which: Which) -> Result<OwnershipStructure> {
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let (found, id) = match which {
        Which::Version(id) => (ownership_by_id(&mut connection, tenant, id).await, id),
        Which::Latest(id) => (ownership_latest(&mut connection, tenant, id).await, id),
    };
    let record = found.map_err(failed)?.ok_or_else(|| Error::not_found("ownership_structure", id.to_string()))?;
    OwnershipStructure::decode(record.content.as_slice()).map_err(Error::internal)
}
