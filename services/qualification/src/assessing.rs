//! Customers assessed: what changes a customer's inputs, its override or the scorecard ends with [`assess`], in its own transaction.

use clientele_proto::qualification::v1::{
    RiskAssessment, RiskInputs, RiskLevel, RiskLevelChanged, RiskOverride, RiskScorecard,
};
use jiff::tz::TimeZone;
use prost::Name;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    audit::{self, Transition},
    cases::{self, Trigger},
    domain::{
        instant::message as time,
        risk::{self, credit, facts::Facts, standard::standard},
    },
    origin::Origin,
    standing::restate,
    store::{
        customer::customer_get,
        risk::{risk_assessment_get, risk_assessment_put, risk_inputs_get, risk_lock, risk_scorecard_get},
        risk_override::risk_override_open,
    },
};

/// The number of an override's state in which it is in force.
pub const ACTIVE: i16 = 2;

/// The scorecard in force.
pub async fn scorecard(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<RiskScorecard> {
    Ok(risk_scorecard_get(connection, tenant, None).await?.unwrap_or_else(standard))
}

/// What is known of a customer by its record: country and kind.
pub type Record<'a> = (Option<&'a str>, Option<i16>);

/// What a scorecard makes of a customer, with its credit, leaving overrides aside.
pub fn judged(
    scorecard: &RiskScorecard,
    inputs: &RiskInputs,
    (record_country, kind): Record<'_>,
    now: jiff::Timestamp,
) -> RiskAssessment {
    let facts = Facts {
        inputs,
        record_country,
        is_organisation: kind.map(|kind| kind == 1),
        today: now.to_zoned(TimeZone::UTC).date(),
        currency: &scorecard.currency_code,
    };
    risk::assess(scorecard, &facts)
}

/// Assesses a customer anew and puts what comes out into force; where nothing has changed, the assessment at hand stays. A change of the level reaches
/// the case and the standing and is told. The caller holds [`risk_lock`] of the customer, or this takes it.
pub async fn assess(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
) -> sqlx::Result<RiskAssessment> {
    let tenant = origin.tenant();
    risk_lock(connection, tenant, customer_id).await?;
    let before = risk_assessment_get(connection, tenant, customer_id).await?;
    let mut after = assessed(connection, origin, customer_id).await?;
    if let Some(before) = before.as_ref().filter(|before| is_same(before, &after)) {
        return Ok(before.clone());
    }
    let id = state.context.new_id();
    after.risk_assessment_id = id.to_string();
    after.version = before.as_ref().map_or(0, |before| before.version) + 1;
    origin.actor().clone_into(&mut after.actor);
    after.create_time = Some(time(origin.now));
    risk_assessment_put(connection, tenant, (id, customer_id), &after, origin.now).await?;

    let before_level = before.as_ref().map(RiskAssessment::risk_level).unwrap_or_default();
    let (state_before, state_after) = (level_name(before_level), level_name(after.risk_level()));
    let transition =
        Transition { state_before, state_after, ..transition("risk_assessment", customer_id, customer_id, "assessed") };
    audit::record(state, connection, origin, transition, &after).await?;
    if before_level != after.risk_level() {
        cases::trigger(state, connection, origin, customer_id, Trigger::RiskAssessed(after.risk_level())).await?;
        let told = RiskLevelChanged { before_level: before_level.into(), risk_assessment: Some(after.clone()) };
        publish(state, connection, origin, format!("risk/{customer_id}"), &told).await?;
        restate(state, connection, origin, customer_id).await?;
    }
    Ok(after)
}

/// What is known of a customer now comes to, with the override in force.
async fn assessed(
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    customer_id: Uuid,
) -> sqlx::Result<RiskAssessment> {
    let tenant = origin.tenant();
    let scorecard = scorecard(connection, tenant).await?;
    let inputs = risk_inputs_get(connection, tenant, customer_id).await?;
    let record = customer_get(connection, tenant, customer_id).await?;
    let decided = risk_override_open(connection, tenant, customer_id, ACTIVE).await?;
    let inputs_etag = inputs.as_ref().map_or_else(|| "0".to_owned(), |inputs| inputs.etag.clone());
    let inputs = inputs.unwrap_or_default();
    let record = record.as_ref().map(|record| (record.country_code.as_deref(), record.kind));
    let (country, kind) = record.unwrap_or_default();
    let mut after = judged(&scorecard, &inputs, (country, record.map(|_| kind)), origin.now);
    after.customer_id = customer_id.to_string();
    after.inputs_etag = inputs_etag;
    // Its time is over from its instant on, whether or not the job has come by.
    let is_over = |decided: &RiskOverride| decided.expire_time.is_none_or(|end| instant(&end) <= origin.now);
    if let Some(decided) = decided.filter(|decided| !is_over(decided)) {
        after.risk_level = risk::overridden(&scorecard, after.floor_level(), decided.risk_level()).into();
        after.risk_override_id = decided.risk_override_id;
    }
    let level = after.risk_level();
    let propose = |policy| credit::propose(policy, &scorecard.currency_code, level, &inputs);
    after.credit_proposal = scorecard.credit_policy.as_ref().map(propose);
    Ok(after)
}

/// Whether two assessments say the same, whenever they were made.
fn is_same(before: &RiskAssessment, after: &RiskAssessment) -> bool {
    let what = RiskAssessment {
        risk_assessment_id: before.risk_assessment_id.clone(),
        version: before.version,
        actor: before.actor.clone(),
        create_time: before.create_time,
        ..after.clone()
    };
    *before == what
}

/// An instant of a message; what cannot be one is long past.
pub fn instant(told: &prost_types::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::new(told.seconds, told.nanos).unwrap_or(jiff::Timestamp::MIN)
}

/// How the audit log calls a level.
pub fn level_name(level: RiskLevel) -> &'static str {
    level.as_str_name().strip_prefix("RISK_LEVEL_").filter(|_| level != RiskLevel::Unspecified).unwrap_or_default()
}

/// A transition of something that concerns a customer.
pub fn transition<'a>(
    subject_kind: &'static str,
    subject_id: Uuid,
    customer_id: Uuid,
    transition: &'a str,
) -> Transition<'a> {
    Transition {
        subject_kind,
        subject_id,
        customer_id: Some(customer_id),
        transition,
        state_before: "",
        state_after: "",
        role: "",
        policy_version: 0,
        evidence_hashes: Vec::new(),
    }
}

/// Writes an event down.
pub async fn publish<M: prost::Message + Name>(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    subject: String,
    payload: &M,
) -> sqlx::Result<()> {
    let event = origin.event(&state.context, subject, payload);
    state.outbox.publish(connection, event).await
}
