//! `GetContract`: with its terms.

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::value::v1::{self as proto, GetContractRequest, get_contract_request::Key};
use clientele_service::Call;

use super::changing::{contract_id, read};
use crate::{
    State,
    store::contract::{ContractKey, contract_get},
};

pub(super) async fn get_contract(state: &State, call: Call, request: GetContractRequest) -> Result<proto::Contract> {
    let (key, name) = match request.key {
        Some(Key::ContractId(id)) => (ContractKey::Id(contract_id(&id, "contract_id")?), id),
        Some(Key::ExternalId(external_id)) => (ContractKey::External(external_id.clone()), external_id),
        None => return Err(Error::invalid_field("key", "must be given, as contract_id or as external_id")),
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let found = contract_get(&mut connection, call.tenant(), &key).await.map_err(failed)?;
    let record = found.ok_or_else(|| Error::not_found("contract", name))?;
    read(state, &mut connection, call.tenant(), record.contract_id).await
}
