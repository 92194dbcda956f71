//! `CreateContract`: a new contract, of the future or of the past.

use clientele_error::{Error, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{self as proto, CreateContractRequest, contract_changed::Change};
use clientele_service::Call;

use super::{
    changing::{put, read, refused},
    parse::parse,
};
use crate::{
    State,
    contracts::keeping::revise,
    domain::{
        contract::{Said, revised},
        day,
        transaction::CustomerKey,
    },
    recording::resolve::look_up,
    rpc::once::{Asked, once},
    store::{
        buyer::{Buyer, buyers_by_buyer_ids, buyers_lock_shared},
        contract::{ContractRecord, contract_own},
    },
};

/// Where the contract stands in the request.
const WITHIN: &str = "contract.";

pub(super) async fn create_contract(
    state: &State,
    call: Call,
    request: CreateContractRequest,
) -> Result<proto::Contract> {
    let (customer, said) = parse(&request.contract.clone().unwrap_or_default()).map_err(|violations| {
        let violations = violations.into_iter().map(|mut violation| {
            violation.field.insert_str(0, WITHIN);
            violation
        });
        Error::invalid_fields(violations.collect())
    })?;
    let asked =
        Asked { method: "CreateContract", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| run(state, &call, tx, &request.request_id, &customer, &said).await)
        .await
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    customer: &CustomerKey,
    said: &Said,
) -> Result<proto::Contract> {
    let tenant = call.tenant();
    buyers_lock_shared(tx, tenant).await.map_err(failed)?;
    let found = look_up(tx, tenant, std::iter::once(customer)).await.map_err(failed)?;
    let booking = found.get(customer).ok_or_else(|| Error::internal("a buyer that was made cannot be found"))?;
    let buyer_id = booking.buyer_id;
    let buyer = buyers_by_buyer_ids(tx, tenant, &[buyer_id]).await.map_err(failed)?.remove(&buyer_id);
    let buyer = buyer.ok_or_else(|| Error::internal("a buyer that was found is gone"))?;
    let now = state.context.now();
    let mut record = new_record(state, &buyer, said);
    let contract = revised(said, None, day::day_of(now)).map_err(|error| refused(error, WITHIN))?;
    let step = revise(&mut record, contract, Change::Created, &call.caller.subject, (day::day_of(now), now));
    put(tx, tenant, &record, WITHIN).await?;
    if let Some(own) = booking.own_buyer_id {
        contract_own(tx, tenant, record.contract_id, own).await.map_err(failed)?;
    }
    let event = step.of_call(&state.context, call, request_id);
    state.outbox.publish(tx, event).await.map_err(failed)?;
    read(state, tx, tenant, record.contract_id).await
}

/// A contract that is to be stored for the first time.
pub(super) fn new_record(state: &State, buyer: &Buyer, said: &Said) -> ContractRecord {
    let now = state.context.now();
    ContractRecord {
        contract_id: state.context.new_id(),
        buyer_id: buyer.buyer_id,
        customer_id: buyer.customer_id,
        customer_external_id: buyer.external_id.clone(),
        contract: said.contract.clone(),
        due_date: None,
        version: 0,
        actor: String::new(),
        create_time: now,
        update_time: now,
    }
}
