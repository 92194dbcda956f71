//! One hit kept: written, told, put into the audit log, and felt by the customer's case and standing.

use clientele_proto::qualification::v1::{HitState, ScreeningHitChanged};
use sqlx::PgConnection;

use super::{customer::note_check, message::hit as message};
use crate::{
    State,
    audit::{self, Transition},
    cases::{Trigger, trigger},
    domain::screening_hit::Standing,
    origin::Origin,
    standing::restate,
    store::screening_hit::{HitRecord, hit_put, hits_of_customer},
};

/// Keeps a hit that is new (`before` is nothing) or another than before. One of which only what was found is another is kept silently. The customer's
/// standing is restated by the caller, once for all hits.
pub async fn keep(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    before: Option<&Standing>,
    hit: &HitRecord,
) -> sqlx::Result<()> {
    hit_put(connection, origin.tenant(), hit).await?;
    if before == Some(&hit.standing) {
        return Ok(());
    }
    let (before, after) = (before.map(|standing| standing.state), hit.standing.state);
    let told = message(hit);
    let transition = Transition {
        subject_kind: "screening_hit",
        subject_id: hit.screening_hit_id,
        customer_id: Some(hit.customer_id),
        transition: transition(before, hit),
        state_before: before.map_or("", name),
        state_after: name(after),
        role: if hit.standing.decided_by.is_empty() { "" } else { "reviewer" },
        policy_version: 0,
        evidence_hashes: vec![hit.content_hash.clone()],
    };
    audit::record(state, connection, origin, transition, &told).await?;
    let changed = ScreeningHitChanged { before: before.unwrap_or_default().into(), screening_hit: Some(told) };
    let event = origin.event(&state.context, format!("screening-hits/{}", hit.screening_hit_id), &changed);
    state.outbox.publish(connection, event).await?;
    let effect = match after {
        _ if before == Some(after) => None,
        HitState::TrueMatch => Some(Trigger::TrueMatch),
        HitState::Open => Some(Trigger::HitOpened),
        _ => None,
    };
    if let Some(effect) = effect {
        trigger(state, connection, origin, hit.customer_id, effect).await?;
    }
    Ok(())
}

/// The same of one hit that is all that changes, with what the screening of the customer comes to, and its standing.
pub async fn keep_one(
    state: &State,
    connection: &mut PgConnection,
    origin: &Origin<'_>,
    before: &Standing,
    hit: &HitRecord,
) -> sqlx::Result<()> {
    keep(state, connection, origin, Some(before), hit).await?;
    let hits = hits_of_customer(connection, origin.tenant(), hit.customer_id).await?;
    note_check(connection, origin, hit.customer_id, &hits).await?;
    restate(state, connection, origin, hit.customer_id).await
}

fn name(state: HitState) -> &'static str {
    state.as_str_name().trim_start_matches("HIT_STATE_")
}

fn transition(before: Option<HitState>, hit: &HitRecord) -> &'static str {
    match (before, hit.standing.state) {
        (None, _) => "found",
        (_, HitState::Open) => "reopened",
        (_, HitState::TrueMatch) => "matched",
        (_, HitState::FalsePositive) => "cleared",
        (_, HitState::Closed) => "closed",
        _ if !hit.standing.proposed_by.is_empty() => "proposed",
        _ => "questioned",
    }
}
