//! Authorisations written down: the new version, the audit log and the events of one change, in its transaction.

use clientele_proto::qualification::v1::{AuthorisationExpiring, AuthorisationState, AuthorisationStateChanged};
use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::message::{message, message_without_numbers};
use crate::{
    State,
    audit::{self, Transition},
    cases::gathering::leads,
    domain::{
        authorisation::{
            lasting::Decided,
            validity::{next_reminder, reached_reminder, reminder_time},
        },
        instant::message as time,
    },
    origin::Origin,
    store::{
        authorisation::{AuthorisationRecord, authorisation_put, authorisations_below},
        screening_list::task_put,
    },
};

/// What happened to an authorisation, and in which role somebody did it.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Such as `verified`.
    pub transition: &'static str,
    /// Such as `reviewer`; empty where roles do not matter.
    pub role: &'static str,
}

/// Writes an authorisation that was made or changed: its next version, what is to be told of it when, the audit log, and the event where it came to
/// stand elsewhere than was told.
pub async fn keep(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut AuthorisationRecord,
    step: Step,
) -> sqlx::Result<()> {
    let (before, after) = (record.told_state, record.state_at(origin.now));
    record.version += 1;
    record.update_time = origin.now;
    record.told_state = after;
    schedule(record, origin.now);
    authorisation_put(connection, origin.tenant(), record).await?;
    let transition = Transition {
        subject_kind: "authorisation",
        subject_id: record.authorisation_id,
        customer_id: Some(record.terms.customer_id),
        transition: step.transition,
        state_before: name(before),
        state_after: name(after),
        role: step.role,
        policy_version: 0,
        evidence_hashes: Vec::new(),
    };
    audit::record(state, connection, origin, transition, &message(record, origin.now)).await?;
    // Whom it names is screened from when it is entered, before anybody decides, until it is over.
    task_put(connection, origin.tenant(), record.terms.customer_id).await?;
    if before == after {
        return Ok(());
    }
    let told = AuthorisationStateChanged {
        state_before: before.into(),
        authorisation: Some(message_without_numbers(record, origin.now)),
    };
    state.outbox.publish(connection, origin.event(&state.context, subject(record), &told)).await
}

/// Sets when something is to be told of it next.
fn schedule(record: &mut AuthorisationRecord, now: Timestamp) {
    record.keep_time = None;
    if record.state_at(now) != AuthorisationState::Verified {
        record.next_lead_days = 0;
        return;
    }
    let validity = &record.terms.validity;
    let reminder = validity
        .expire_time
        .filter(|_| record.next_lead_days > 0)
        .map(|expire| reminder_time(expire, &validity.time_zone, record.next_lead_days));
    let end = record.ends().first().map(|(instant, _)| instant);
    record.keep_time = [reminder, end].into_iter().flatten().min();
}

/// Marks a draft as genuine as of now, with the reminders that lie ahead; those that are behind count as told.
pub fn verify(record: &mut AuthorisationRecord, reviewer: &str, now: Timestamp, leads: &[i32]) {
    record.decided = Decided::Verified;
    reviewer.clone_into(&mut record.reviewer);
    record.review_time = Some(now);
    record.next_lead_days = next_lead(record, now, leads);
    record.told_lead_days = reached_lead(record, now, leads).unwrap_or_default();
}

/// The reminder that is reached and was not told of.
fn reached_lead(record: &AuthorisationRecord, now: Timestamp, leads: &[i32]) -> Option<i32> {
    let validity = &record.terms.validity;
    reached_reminder(validity.expire_time?, &validity.time_zone, (record.told_lead_days, now), leads)
}

/// The reminder that lies ahead next; 0 for none.
fn next_lead(record: &AuthorisationRecord, now: Timestamp, leads: &[i32]) -> i32 {
    let validity = &record.terms.validity;
    let reminder = validity.expire_time.and_then(|expire| next_reminder(expire, &validity.time_zone, now, leads));
    reminder.map_or(0, |(lead, _)| lead)
}

/// Lets all that was delegated from an authorisation fall with it at an instant, unless it ends before.
pub async fn fall(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    above: &AuthorisationRecord,
    instant: Timestamp,
) -> sqlx::Result<()> {
    for mut below in authorisations_below(connection, origin.tenant(), above).await? {
        let ends_before = below.ends().first().is_some_and(|(end, _)| end <= instant);
        if below.decided != Decided::Verified || ends_before {
            continue;
        }
        below.revoke_time = Some(instant);
        below.fallen_with = Some(above.authorisation_id);
        below.reason.clone_from(&above.reason);
        let step = Step { transition: if instant <= origin.now { "fallen" } else { "fall-set" }, role: "" };
        keep(state, connection, origin, &mut below, step).await?;
    }
    Ok(())
}

/// Tells what has come to an authorisation by itself: its end, or a reminder of it. Nothing, where that was told already.
pub async fn keep_due(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    record: &mut AuthorisationRecord,
) -> sqlx::Result<()> {
    if record.keep_time.is_none_or(|due| due > origin.now) {
        return Ok(());
    }
    let now_state = record.state_at(origin.now);
    if now_state != record.told_state {
        let transition = match now_state {
            AuthorisationState::Expired => "expired",
            AuthorisationState::Superseded => "superseded",
            _ if record.fallen_with.is_some() => "fallen",
            _ => "revoked",
        };
        return keep(state, connection, origin, record, Step { transition, role: "" }).await;
    }
    let leads = leads(connection, origin.tenant()).await?;
    let reached = reached_lead(record, origin.now, &leads);
    record.next_lead_days = next_lead(record, origin.now, &leads);
    record.told_lead_days = reached.unwrap_or(record.told_lead_days);
    schedule(record, origin.now);
    authorisation_put(connection, origin.tenant(), record).await?;
    // Without one it was looked at because the leads are others now, and none of those is reached.
    let Some(lead) = reached else { return Ok(()) };
    let told = AuthorisationExpiring {
        lead_days: lead,
        expire_time: record.terms.validity.expire_time.map(time),
        authorisation: Some(message_without_numbers(record, origin.now)),
    };
    state.outbox.publish(connection, origin.event(&state.context, subject(record), &told)).await
}

/// What its events are about.
fn subject(record: &AuthorisationRecord) -> String {
    format!("authorisations/{}", record.authorisation_id)
}

/// The state as the audit log has it; nothing where there was none.
fn name(state: AuthorisationState) -> &'static str {
    match state {
        AuthorisationState::Unspecified => "",
        state => state.as_str_name().trim_start_matches("AUTHORISATION_STATE_"),
    }
}

/// A draft on its first way in.
pub fn new_record(
    id: Uuid,
    terms: crate::domain::authorisation::terms::Terms,
    ancestor_ids: Vec<Uuid>,
    maker: &str,
    now: Timestamp,
) -> AuthorisationRecord {
    AuthorisationRecord {
        authorisation_id: id,
        terms,
        ancestor_ids,
        decided: Decided::Draft,
        revoke_time: None,
        supersede_time: None,
        reason: String::new(),
        fallen_with: None,
        used_minor: 0,
        makers: vec![maker.to_owned()],
        reviewer: String::new(),
        review_time: None,
        next_lead_days: 0,
        told_lead_days: 0,
        told_state: AuthorisationState::Unspecified,
        keep_time: None,
        version: 0,
        create_time: now,
        update_time: now,
    }
}
