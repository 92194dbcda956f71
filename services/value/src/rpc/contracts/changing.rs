//! A contract changed by a call: what was due to it before is settled first; all of it is stored and told in one transaction.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed, constraint};
use clientele_proto::value::v1::{self as proto, contract_changed::Change};
use clientele_service::Call;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    contracts::{
        keeping::{revise, settle},
        message::message_with_terms,
    },
    domain::{
        contract::{Contract, ContractError},
        day, key,
        money::Amount,
    },
    store::contract::{
        ContractRecord, EXTERNAL_ID_TAKEN, contract_put, contract_term_value, contract_terms, contracts_by_ids,
        contracts_for_update,
    },
};

/// What is to be changed, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changing<'a> {
    /// Which contract.
    pub contract_id: Uuid,
    /// The version it must have; empty for any.
    pub etag: &'a str,
    /// What the change is called.
    pub change: Change,
    /// The request's id.
    pub request_id: &'a str,
    /// Where the contract stands in the request, with a dot at its end, or nothing.
    pub within: &'static str,
}

/// The id of a contract as it stands in a request.
pub(super) fn contract_id(text: &str, field: &str) -> Result<Uuid> {
    key::uuid(text).map_err(|error| Error::invalid_field(field, error.to_string()))
}

/// Makes a contract what `revised` makes of it; one that stays as it is gets no new version.
pub(super) async fn change(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    changing: Changing<'_>,
    revised: impl FnOnce(&ContractRecord) -> Result<Contract>,
) -> Result<proto::Contract> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let today = day::day_of(now);
    let id = changing.contract_id;
    let found = contracts_for_update(tx, tenant, &[id]).await.map_err(failed)?.pop();
    let mut record = found.ok_or_else(|| Error::not_found("contract", id.to_string()))?;
    if !changing.etag.is_empty() && changing.etag != record.version.to_string() {
        let message = "the contract was changed meanwhile; read it again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at(format!("{}etag", changing.within)));
    }
    let steps = settle(&mut record, today, now);
    let mut events: Vec<_> = steps.iter().map(|step| step.of_itself(&state.context, tenant)).collect();
    if !steps.is_empty() {
        put(tx, tenant, &record, changing.within).await?;
    }
    let contract = revised(&record)?;
    let contract = priced(tx, tenant, &record, contract).await?;
    if contract != record.contract {
        let step = revise(&mut record, contract, changing.change, &call.caller.subject, (today, now));
        events.push(step.of_call(&state.context, call, changing.request_id));
        put(tx, tenant, &record, changing.within).await?;
    }
    state.outbox.publish_all(tx, events).await.map_err(failed)?;
    read(state, tx, tenant, id).await
}

/// A contract that is revised: where terms are taken back and nobody says another price, it costs again what the last one left costs.
pub(super) async fn priced(
    tx: &mut Tx,
    tenant: &str,
    before: &ContractRecord,
    mut contract: Contract,
) -> Result<Contract> {
    let left = contract.agreement.terms;
    if left < before.contract.agreement.terms && contract.value == before.contract.value {
        let minor = contract_term_value(tx, tenant, before.contract_id, left).await.map_err(failed)?;
        let value = minor.and_then(|minor| Amount::stored(minor, contract.value.currency_code()));
        contract.value = value.unwrap_or(contract.value);
    }
    Ok(contract)
}

/// Stores a contract; `within` is where it stands in the request.
pub(super) async fn put(tx: &mut Tx, tenant: &str, record: &ContractRecord, within: &str) -> Result<()> {
    contract_put(tx, tenant, record).await.map_err(|error| {
        if constraint::violated(&error) == Some(EXTERNAL_ID_TAKEN) {
            let message = "another contract has this external id; use another one, or change that contract";
            return Error::new(Reason::ExternalIdTaken, message).at(format!("{within}external_id"));
        }
        failed(error)
    })
}

/// A contract with its terms, as it stands today.
pub(super) async fn read(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    id: Uuid,
) -> Result<proto::Contract> {
    let record = contracts_by_ids(connection, tenant, &[id]).await.map_err(failed)?.pop();
    let record = record.ok_or_else(|| Error::not_found("contract", id.to_string()))?;
    let terms = contract_terms(connection, tenant, id).await.map_err(failed)?;
    Ok(message_with_terms(&record, &terms, day::day_of(state.context.now())))
}

/// What the rules refuse, as the caller sees it.
pub(super) fn refused(error: ContractError, within: &str) -> Error {
    if error == ContractError::Cancelled {
        let message = "the contract is cancelled; withdraw the cancellation with UpdateContract, or create another";
        return Error::new(Reason::ContractCancelled, message);
    }
    Error::invalid_field(format!("{within}{}", error.field()), error.to_string())
}
