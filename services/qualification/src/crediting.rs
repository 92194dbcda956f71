//! Credit decisions, kept: each step is written down in the audit log, and what is in force is told.

use clientele_proto::qualification::v1::{CreditDecision, CreditDecisionChanged, credit_decision::State as Step};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    assessing::{instant, publish, transition},
    audit::{self, Transition},
    origin::Origin,
    store::{
        credit_decision::{credit_decision_get, credit_decision_put},
        risk::risk_lock,
    },
};

/// What a decision's step is called, by whom it is done, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// What happened, such as `approved`.
    pub name: &'static str,
    /// In which role.
    pub role: &'static str,
    /// The state before; `None` where there was none.
    pub before: Option<Step>,
}

/// Stores a decision in its new state, with the next version, writes the step down, and tells of it where it came into force or went out of it.
pub async fn step(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    told: &mut CreditDecision,
    taken: Taken,
) -> sqlx::Result<()> {
    let parse = |id: &str| Uuid::try_parse(id).map_err(|error| sqlx::Error::Decode(error.into()));
    let (id, customer_id) = (parse(&told.credit_decision_id)?, parse(&told.customer_id)?);
    told.etag = (told.etag.parse::<i64>().unwrap_or_default() + 1).to_string();
    let created = told.create_time.as_ref().map_or(origin.now, instant);
    let ends = told.expire_time.as_ref().map(instant);
    credit_decision_put(connection, origin.tenant(), (id, customer_id), told, (created, ends)).await?;
    let transition = Transition {
        state_before: taken.before.map(name).unwrap_or_default(),
        state_after: name(told.state()),
        role: taken.role,
        ..transition("credit_decision", id, customer_id, taken.name)
    };
    audit::record(state, connection, origin, transition, told).await?;
    if told.state() == Step::Approved || taken.before == Some(Step::Approved) {
        let payload = CreditDecisionChanged { credit_decision: Some(told.clone()) };
        publish(state, connection, origin, format!("credit/{customer_id}"), &payload).await?;
    }
    Ok(())
}

/// How people and the log call a state.
pub fn name(step: Step) -> &'static str {
    step.as_str_name().trim_start_matches("STATE_")
}

/// Ends a decision whose time is over, if it still is in force.
pub async fn expire_credit(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    id: Uuid,
    customer_id: Uuid,
) -> sqlx::Result<()> {
    risk_lock(connection, origin.tenant(), customer_id).await?;
    let found = credit_decision_get(connection, origin.tenant(), id).await?;
    let Some(mut told) = found.filter(|told| told.state() == Step::Approved) else { return Ok(()) };
    told.set_state(Step::Expired);
    step(state, connection, origin, &mut told, Taken { name: "expired", role: "", before: Some(Step::Approved) }).await
}
