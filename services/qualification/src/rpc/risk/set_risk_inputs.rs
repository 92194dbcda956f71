//! `SetRiskInputs`: the fields that a mask names; the customer is assessed anew.

use clientele_error::{Error, Reason, Result, Violation};
use clientele_money::currency;
use clientele_pg::{Tx, answer::failed};
use clientele_proto::{
    Money,
    qualification::v1::{RiskInputAuthor, RiskInputs, SetRiskInputsRequest},
};
use clientele_service::Call;
use uuid::Uuid;

use super::inputs_mask::FIELDS;
use crate::{
    State,
    assessing::{assess, transition},
    audit::{self, Transition},
    domain::{instant::message as time, key::uuid, mask::Mask, risk::credit::nanos},
    origin::Origin,
    rpc::once::{Asked, once},
    store::risk::{risk_inputs_get, risk_inputs_put, risk_lock},
};

pub(super) async fn set_risk_inputs(state: &State, call: Call, request: SetRiskInputsRequest) -> Result<RiskInputs> {
    let Some(said) = &request.risk_inputs else {
        return Err(Error::invalid_field("risk_inputs", "must be given, with its customer_id"));
    };
    let customer_id =
        uuid(&said.customer_id, "risk_inputs.customer_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.as_slice()).unwrap_or_default();
    let mask = Mask::of(&FIELDS, paths, said);
    let mut wrong = check(said);
    let mask = match mask {
        Ok(mask) if wrong.is_empty() => mask,
        mask => {
            wrong.extend(mask.err().unwrap_or_default());
            return Err(Error::invalid_fields(wrong));
        }
    };
    let asked =
        Asked { method: "SetRiskInputs", request_id: &request.request_id, validate_only: request.validate_only };
    once(state, &call, asked, &request, async |tx| {
        run(state, &call, tx, &request.request_id, customer_id, said, &mask).await
    })
    .await
}

/// What the contract's rules do not see.
fn check(said: &RiskInputs) -> Vec<Violation> {
    let mut wrong = Vec::new();
    let money = [
        ("revenue", &said.revenue, false),
        ("equity", &said.equity, true),
        ("debt", &said.debt, false),
        ("profit", &said.profit, true),
        ("overdue", &said.overdue, false),
    ];
    for (name, money, may_be_negative) in money {
        if let Some(money) = money {
            wrong.extend(check_money(money, may_be_negative, &format!("risk_inputs.{name}")));
        }
    }
    for (place, source) in said.sources.iter().enumerate() {
        let path = format!("risk_inputs.sources[{place}].field");
        if FIELDS.iter().all(|field| field.name != source.field) {
            wrong.push(Violation::new(path, "must be the name of a field of the inputs"));
        } else if said.sources[..place].iter().any(|other| other.field == source.field) {
            wrong.push(Violation::new(path, "must not be said twice"));
        }
    }
    wrong
}

/// What is wrong with an amount.
pub(super) fn check_money(money: &Money, may_be_negative: bool, path: &str) -> Vec<Violation> {
    let mut wrong = Vec::new();
    if let Err(error) = currency(&money.currency_code) {
        wrong.push(Violation::new(format!("{path}.currency_code"), error.to_string()));
    }
    if (money.units > 0 && money.nanos < 0) || (money.units < 0 && money.nanos > 0) {
        wrong.push(Violation::new(format!("{path}.nanos"), "must have the sign of units"));
    }
    if !may_be_negative && nanos(money) < 0 {
        wrong.push(Violation::new(format!("{path}.units"), "must not be negative"));
    }
    wrong
}

async fn run(
    state: &State,
    call: &Call,
    tx: &mut Tx,
    request_id: &str,
    customer_id: Uuid,
    said: &RiskInputs,
    mask: &Mask<RiskInputs>,
) -> Result<RiskInputs> {
    let (tenant, now) = (call.tenant(), state.context.now());
    let origin = Origin::call(call, request_id, now);
    risk_lock(tx, tenant, customer_id).await.map_err(failed)?;
    let before = risk_inputs_get(tx, tenant, customer_id).await.map_err(failed)?;
    let etag = before.as_ref().map_or("0", |before| before.etag.as_str());
    if !said.etag.is_empty() && said.etag != etag {
        let message = "the inputs were changed meanwhile; read them again and decide anew";
        return Err(Error::new(Reason::EtagMismatch, message).at("risk_inputs.etag"));
    }
    let version = etag.parse::<i64>().unwrap_or_default() + 1;
    let empty = || RiskInputs { customer_id: customer_id.to_string(), ..RiskInputs::default() };
    let known = before.clone().unwrap_or_else(empty);
    let mut told = mask.onto(known.clone(), said);
    if before.as_ref() == Some(&told) {
        return Ok(told);
    }
    let changed: Vec<_> = FIELDS.iter().filter(|field| !(field.is_same)(&known, &told)).collect();
    for field in changed {
        told.authors.retain(|author| author.field != field.name);
        told.authors.push(RiskInputAuthor { field: field.name.to_owned(), actor: origin.actor().to_owned() });
    }
    told.etag = version.to_string();
    told.update_time = Some(time(now));
    risk_inputs_put(tx, tenant, customer_id, version, &told).await.map_err(failed)?;
    let transition = Transition {
        state_before: if before.is_some() { "SET" } else { "" },
        state_after: "SET",
        role: "maker",
        ..transition("risk_inputs", customer_id, customer_id, "set")
    };
    audit::record(state, tx, &origin, transition, &told).await.map_err(failed)?;
    assess(state, tx, &origin, customer_id).await.map_err(failed)?;
    Ok(told)
}
