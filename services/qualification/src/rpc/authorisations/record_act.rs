//! `RecordAct`: what MayAct would allow, taken off what remains, under the lock of the customer's authorisations.

use clientele_error::{Error, Reason, Result};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::qualification::v1::{Act, RecordActRequest};
use clientele_service::Call;
use uuid::Uuid;

use super::{
    changing::under_lock,
    may_act::{Actor, actor, asked, decided, held},
};
use crate::{
    State,
    audit::{self, Transition},
    authorisation::message::act_message,
    domain::{
        authorisation::{acting::Power, choice::Choice},
        standing::standing,
    },
    origin::Origin,
    rpc::once::{Asked, once},
    store::{
        act::{ActRecord, act_by_external_id, act_insert},
        authorisation::{authorisations_lock, authorisations_use},
        standing::standing_inputs,
    },
};

pub(super) async fn record_act(state: &State, call: Call, request: RecordActRequest) -> Result<Act> {
    let said = request.act.clone().unwrap_or_default();
    let actor =
        actor(&said.customer_id, &said.person_external_id, &said.authorisation_id, said.amount.as_ref(), "act.")?;
    let asked = Asked { method: "RecordAct", request_id: &request.request_id, validate_only: request.validate_only };
    let origin = Origin::call(&call, &request.request_id, state.context.now());
    once(state, &call, asked, &request, async |tx| {
        run(state, tx, &origin, &actor, &said, request.allow_unqualified).await
    })
    .await
}

async fn run(
    state: &State,
    tx: &mut Tx,
    origin: &Origin<'_>,
    actor: &Actor,
    said: &Act,
    allow_unqualified: bool,
) -> Result<Act> {
    let tenant = origin.tenant();
    authorisations_lock(tx, tenant, actor.customer_id).await.map_err(failed)?;
    let origin = &under_lock(state, origin);
    let now = origin.now;
    if let Some(recorded) = act_by_external_id(tx, tenant, &said.external_id).await.map_err(failed)? {
        return again(&recorded, actor, said);
    }
    let standing = if allow_unqualified {
        None
    } else {
        let inputs = standing_inputs(tx, tenant, &[actor.customer_id]).await.map_err(failed)?;
        let inputs = inputs.into_values().next().unwrap_or_default();
        Some(standing(&inputs, now).asked_for(&said.product))
    };
    let held = held(tx, tenant, actor).await?;
    let question = asked(&said.matter, &said.product, &said.cosignatory_external_ids, actor, now);
    let choice = decided(&held, &question, standing.as_ref());
    let chain = choice.place.and_then(|place| held.chains.get(place));
    let (Some(chain), true) = (chain, choice.judgement.is_allowed()) else { return Err(refused(&choice)) };
    let record = new_act(state.context.new_id(), origin, actor, said, chain);
    if !act_insert(tx, tenant, &record).await.map_err(failed)? {
        // Recorded for another customer at this very moment.
        return Err(conflict());
    }
    if let Some(amount) = actor.amount {
        let limited = chain.iter().filter(|power| power.limits.is_some());
        let ids: Vec<Uuid> = limited.map(|power| power.authorisation_id).collect();
        authorisations_use(tx, tenant, &ids, amount.minor()).await.map_err(failed)?;
    }
    let message = act_message(&record);
    let transition = Transition {
        subject_kind: "act",
        subject_id: record.act_id,
        customer_id: Some(record.customer_id),
        transition: "recorded",
        state_before: "",
        state_after: "RECORDED",
        role: "",
        policy_version: 0,
        evidence_hashes: Vec::new(),
    };
    audit::record(state, tx, origin, transition, &message).await.map_err(failed)?;
    Ok(message)
}

fn new_act(id: Uuid, origin: &Origin<'_>, actor: &Actor, said: &Act, chain: &[Power]) -> ActRecord {
    let holder = chain.last();
    ActRecord {
        act_id: id,
        external_id: said.external_id.clone(),
        customer_id: actor.customer_id,
        authorisation_id: holder.map_or_else(Uuid::nil, |power| power.authorisation_id),
        person_external_id: holder.and_then(|power| power.person.clone()),
        matter: said.matter.clone(),
        product: said.product.clone(),
        amount: actor.amount,
        cosignatory_external_ids: said.cosignatory_external_ids.clone(),
        actor: origin.actor().to_owned(),
        record_time: origin.now,
    }
}

/// The same act answers the same, whatever has become of its authorisation since; another one is refused.
fn again(recorded: &ActRecord, actor: &Actor, said: &Act) -> Result<Act> {
    let is_same = recorded.customer_id == actor.customer_id
        && actor.authorisation_id.is_none_or(|id| id == recorded.authorisation_id)
        && actor.person.as_ref().is_none_or(|person| recorded.person_external_id.as_ref() == Some(person))
        && recorded.amount == actor.amount
        && (&recorded.matter, &recorded.product) == (&said.matter, &said.product)
        && recorded.cosignatory_external_ids == said.cosignatory_external_ids;
    if is_same { Ok(act_message(recorded)) } else { Err(conflict()) }
}

fn conflict() -> Error {
    let message = "another act is recorded under this external id; use another one for another act";
    Error::new(Reason::ActConflict, message).at("act.external_id")
}

fn refused(choice: &Choice) -> Error {
    let refusals = choice.judgement.refusals.iter().map(|refusal| {
        let name = refusal.as_str_name();
        name.strip_prefix("ACT_REFUSAL_").unwrap_or(name)
    });
    let refusals = refusals.collect::<Vec<_>>().join(",");
    let mut error =
        Error::new(Reason::ActRefused, format!("the person may not do that for the customer now: {refusals}"))
            .with("refusals", refusals);
    if let Some(id) = choice.authorisation_id {
        error = error.with("authorisation_id", id);
    }
    error
}
