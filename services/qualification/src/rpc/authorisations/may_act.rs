//! `MayAct`: two reads, none of which waits for a lock.

use clientele_money::Amount;
use std::collections::BTreeSet;

use clientele_error::{Error, Result, Violation};
use clientele_pg::answer::failed;
use clientele_proto::{
    Money,
    qualification::v1::{ActRefusal, MayAct, MayActRequest},
};
use clientele_service::Call;
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::parse::amount;
use crate::{
    State,
    authorisation::chain::chains,
    domain::{
        authorisation::{
            acting::{Asked, Power},
            choice::{Choice, choose},
        },
        instant::message as time,
        key::uuid,
        standing::Standing,
    },
    rpc::qualifications::check_qualification::standing_at,
    store::authorisation::{AuthorisationRecord, authorisation_with_ancestors, authorisations_of_person},
};

/// Who acts for whom, and for how much.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    /// For whom.
    pub customer_id: Uuid,
    /// Who; `None` for the holder of the authorisation.
    pub person: Option<String>,
    /// On which authorisation; `None` for any of the person's.
    pub authorisation_id: Option<Uuid>,
    /// For how much.
    pub amount: Option<Amount>,
}

/// The authorisations that an actor could act on.
#[derive(Debug)]
pub(super) struct Held {
    /// All of them, and those that they were delegated from.
    pub records: Vec<AuthorisationRecord>,
    /// The same as chains, each ending with one that the actor holds.
    pub chains: Vec<Vec<Power>>,
}

pub(super) async fn may_act(state: &State, call: Call, request: MayActRequest) -> Result<MayAct> {
    let actor = actor(
        &request.customer_id,
        &request.person_external_id,
        &request.authorisation_id,
        request.amount.as_ref(),
        "",
    )?;
    let now = state.context.now();
    let standing = if request.allow_unqualified {
        None
    } else {
        let record = standing_at(state, call.tenant(), actor.customer_id, now).await?;
        Some(record.standing.asked_for(&request.product))
    };
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let held = held(&mut connection, call.tenant(), &actor).await?;
    let asked = asked(&request.matter, &request.product, &request.cosignatory_external_ids, &actor, now);
    let choice = decided(&held, &asked, standing.as_ref());
    Ok(reply(&held, choice, now))
}

/// Who acts, with all that does not hold at once; `within` is where that stands in the request.
pub(super) fn actor(
    customer_id: &str,
    person: &str,
    authorisation_id: &str,
    money: Option<&Money>,
    within: &str,
) -> Result<Actor> {
    let mut wrong = Vec::new();
    let customer = uuid(customer_id, "customer_id").map_err(|violation| wrong.push(violation)).ok();
    let authorisation = Some(authorisation_id)
        .filter(|text| !text.is_empty())
        .and_then(|text| uuid(text, "authorisation_id").map_err(|violation| wrong.push(violation)).ok());
    if person.is_empty() && authorisation_id.is_empty() {
        wrong.push(Violation::new("person_external_id", "must be given, or else authorisation_id"));
    }
    let amount = money.and_then(|money| amount(money, "amount", &mut wrong));
    match customer {
        Some(customer_id) if wrong.is_empty() => Ok(Actor {
            customer_id,
            person: Some(person.to_owned()).filter(|person| !person.is_empty()),
            authorisation_id: authorisation,
            amount,
        }),
        _ => {
            let within =
                |violation: Violation| Violation { field: format!("{within}{}", violation.field), ..violation };
            Err(Error::invalid_fields(wrong.into_iter().map(within).collect()))
        }
    }
}

/// What the rule is asked.
pub(super) fn asked<'a>(
    matter: &'a str,
    product: &'a str,
    cosignatories: &'a [String],
    actor: &Actor,
    now: Timestamp,
) -> Asked<'a> {
    let cosignatories: BTreeSet<&str> = cosignatories.iter().map(String::as_str).collect();
    Asked { matter, product, amount: actor.amount, cosignatories, now }
}

/// What an actor could act on.
pub(super) async fn held(connection: &mut PgConnection, tenant: &str, actor: &Actor) -> Result<Held> {
    let records = match (actor.authorisation_id, &actor.person) {
        (Some(id), _) => authorisation_with_ancestors(connection, tenant, id).await,
        (None, Some(person)) => authorisations_of_person(connection, tenant, actor.customer_id, person).await,
        (None, None) => Ok(Vec::new()),
    };
    let records = records.map_err(failed)?;
    let is_held = |record: &AuthorisationRecord| {
        record.terms.customer_id == actor.customer_id
            && actor.authorisation_id.is_none_or(|id| id == record.authorisation_id)
            && actor.person.as_ref().is_none_or(|person| record.terms.grantee.external_id.as_ref() == Some(person))
    };
    let chains = chains(&records, is_held);
    Ok(Held { records, chains })
}

/// What the rule says, and whether we may do business with the customer at all.
pub(super) fn decided(held: &Held, asked: &Asked<'_>, standing: Option<&Standing>) -> Choice {
    let mut choice = choose(&held.chains, asked);
    if let Some(standing) = standing {
        let judgement = &mut choice.judgement;
        if !standing.qualified {
            judgement.refusals.push(ActRefusal::CustomerNotQualified);
        }
        judgement.valid_until = [judgement.valid_until, standing.valid_until].into_iter().flatten().min();
    }
    choice
}

fn reply(held: &Held, choice: Choice, now: Timestamp) -> MayAct {
    let record = held.records.iter().find(|record| Some(record.authorisation_id) == choice.authorisation_id);
    let judgement = choice.judgement;
    let allowed = judgement.is_allowed();
    MayAct {
        allowed,
        refusals: judgement.refusals.iter().map(|refusal| i32::from(*refusal)).collect(),
        authorisation_id: choice.authorisation_id.map_or_else(String::new, |id| id.to_string()),
        missing_cosignatory_external_ids: judgement.missing_cosignatories.into_iter().collect(),
        missing_cosignatures: judgement.missing_cosignatures as i32,
        act_limit: judgement.act_limit.map(Amount::message),
        remaining_amount: judgement.remaining.map(Amount::message),
        valid_until_time: judgement.valid_until.filter(|_| allowed).map(time),
        conditions: record.map(|record| record.terms.conditions.clone()).unwrap_or_default(),
        as_of_time: Some(time(now)),
    }
}
