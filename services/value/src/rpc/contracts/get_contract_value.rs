//! `GetContractValue`: what the contracts of a customer are worth today.

use clientele_error::Result;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{ContractValue, GetContractValueRequest};
use clientele_service::Call;

use crate::{
    State,
    contracts::outlooks::{Models, outlooks},
    domain::{calendar::CalendarUnit, contract::DiscountRate, day},
    rpc::customer::{buyer, customer_key, customer_of},
    store::contract_report::{Scope, contract_lives, contracts_open, contracts_planned_for_scope},
};

pub(super) async fn get_contract_value(
    state: &State,
    call: Call,
    request: GetContractValueRequest,
) -> Result<ContractValue> {
    let customer = customer_key(customer_of!(request, get_contract_value_request), "")?;
    let rate = request.annual_discount_rate.map_or(DiscountRate::USUAL, DiscountRate);
    let (tenant, today) = (call.tenant(), day::day_of(state.context.now()));
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    contracts_planned_for_scope(&mut tx).await.map_err(failed)?;
    let buyer = buyer(&mut tx, tenant, &customer).await?;
    let mut contracts = Vec::new();
    let scope = Scope { buyer_id: Some(buyer.buyer_id), ..Scope::default() };
    contracts_open(&mut tx, tenant, scope, today, |contract| contracts.push(contract)).await.map_err(failed)?;
    let mut lengths: Vec<i32> = contracts.iter().map(|contract| contract.agreement.term_months).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let scope = Scope { term_months: Some(&lengths), ..Scope::default() };
    let lives = contract_lives(&mut tx, tenant, scope, today, CalendarUnit::Year).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    let (totals, contract_outlooks) = outlooks(&contracts, &Models::new(&lives), today, rate);
    Ok(ContractValue {
        customer_id: buyer.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: buyer.external_id.unwrap_or_default(),
        annual_discount_rate: rate.0,
        totals,
        contract_outlooks,
    })
}
