//! Overrides of risk, kept: each step is written down in the audit log, and the customer is assessed anew where it matters.

use clientele_proto::qualification::v1::{RiskOverride, risk_override::State as Step};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    assessing::{assess, instant, transition},
    audit::{self, Transition},
    origin::Origin,
    store::{
        risk::risk_lock,
        risk_override::{risk_override_get, risk_override_put},
    },
};

/// What an override's step is called, by whom it is done, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// What happened, such as `approved`.
    pub name: &'static str,
    /// In which role.
    pub role: &'static str,
    /// The state before; `None` where there was none.
    pub before: Option<Step>,
}

/// Stores an override in its new state, with the next version, and writes the step down.
pub async fn step(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    told: &mut RiskOverride,
    taken: Taken,
) -> sqlx::Result<()> {
    let parse = |id: &str| Uuid::try_parse(id).map_err(|error| sqlx::Error::Decode(error.into()));
    let (id, customer_id) = (parse(&told.risk_override_id)?, parse(&told.customer_id)?);
    told.etag = (told.etag.parse::<i64>().unwrap_or_default() + 1).to_string();
    let created = told.create_time.as_ref().map_or(origin.now, instant);
    let ends = told.expire_time.as_ref().map_or(origin.now, instant);
    risk_override_put(connection, origin.tenant(), (id, customer_id), told, (created, ends)).await?;
    let transition = Transition {
        state_before: taken.before.map(name).unwrap_or_default(),
        state_after: name(told.state()),
        role: taken.role,
        ..transition("risk_override", id, customer_id, taken.name)
    };
    audit::record(state, connection, origin, transition, told).await
}

/// How people and the log call a state.
pub fn name(step: Step) -> &'static str {
    step.as_str_name().trim_start_matches("STATE_")
}

/// Ends an override whose time is over, if it still is in force.
pub async fn expire_override(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    id: Uuid,
    customer_id: Uuid,
) -> sqlx::Result<()> {
    risk_lock(connection, origin.tenant(), customer_id).await?;
    let found = risk_override_get(connection, origin.tenant(), id).await?;
    let Some(mut told) = found.filter(|told| told.state() == Step::Active) else { return Ok(()) };
    told.set_state(Step::Expired);
    step(state, connection, origin, &mut told, Taken { name: "expired", role: "", before: Some(Step::Active) }).await?;
    assess(state, connection, origin, customer_id).await.map(drop)
}
