//! What a run changes when its scores become readable: the tiers of those who moved.

use std::collections::HashMap;

use clientele_feed::NewEvent;
use sqlx::PgConnection;

use super::{engine::Scored, error::RunError, known::looks_back, tiering::move_events};
use crate::{
    State,
    domain::{score_settings::ScoreSettings, tiers::given},
    store::{
        rescore::rescore_replay_put,
        score_run::Claimed,
        tier::{
            NewMoves, cause, earlier_runs, score_tier_for_update, score_tier_update, tier_overrides_all, tiers_lock,
        },
    },
};

/// Sets right what was decided while the run was at work, stores who moved since the run before, and answers the events that tell of it.
///
/// A run that looks back to before another run of its currency moves nobody.
pub async fn tiers(
    state: &State,
    connection: &mut PgConnection,
    claimed: &Claimed,
    settings: &ScoreSettings,
    scored: &Scored,
) -> Result<Vec<NewEvent>, RunError> {
    let (lease, now) = (&claimed.lease, state.context.now());
    let tenant = lease.tenant_id.as_str();
    tiers_lock(connection, tenant).await?;
    // What was recorded while the run was at work is rescored in its scores.
    rescore_replay_put(connection, tenant, scored.feed_position).await?;
    let mut tiers = scored.judged.tiers.clone();
    let overrides = tier_overrides_all(connection, tenant, now).await?;
    let overrides: HashMap<u64, String> = overrides.into_iter().map(|(buyer, tier)| (buyer as u64, tier)).collect();
    let changed: Vec<u64> = overrides
        .iter()
        .filter(|(buyer, tier)| scored.known.overrides.get(*buyer) != Some(*tier))
        .chain(scored.known.overrides.iter().filter(|(buyer, _)| !overrides.contains_key(*buyer)))
        .map(|(buyer, _)| *buyer)
        .collect();
    for buyer in &changed {
        let Ok(at) = scored.summaries.binary_search_by_key(buyer, |summary| summary.customer) else { continue };
        let decided = overrides.get(buyer).and_then(|tier| settings.tiers.place(tier)).map(|place| place as u8);
        let unqualified = scored.known.signals.get(buyer).is_some_and(|signals| signals.qualified == Some(false));
        let gate = settings.tiers.best_unqualified.filter(|_| unqualified).map(|place| place as u8);
        tiers[at] = given(scored.judged.standings[at].tier, decided, gate);
        score_tier_update(connection, tenant, lease.score_set, *buyer as i64, i16::from(tiers[at]) + 1).await?;
    }
    let earlier = earlier_runs(connection, tenant).await?;
    let Some(before) = &scored.known.before else { return Ok(Vec::new()) };
    if looks_back(&earlier, settings) {
        return Ok(Vec::new());
    }
    let mut from: HashMap<u64, u8> = scored
        .judged
        .moves
        .iter()
        .map(|moved| (scored.summaries[moved.position as usize].customer, moved.from))
        .collect();
    // What people decided meanwhile has moved the customer in the scores of the run before: it goes on from there.
    let set_before = earlier.iter().find(|run| run.score_run_id == before.score_run_id).map(|run| run.score_set);
    for buyer in changed {
        let Some(set) = set_before else { continue };
        if let Some(score) = score_tier_for_update(connection, tenant, set, buyer as i64).await? {
            from.insert(buyer, u8::try_from(score.tier - 1).unwrap_or(u8::MAX));
        }
    }
    let mut moves = Vec::with_capacity(from.len());
    for (summary, tier) in scored.summaries.iter().zip(&tiers) {
        let Some(from) = from.get(&summary.customer) else { continue };
        let from = before.tier_names.get(usize::from(*from)).cloned().unwrap_or_default();
        let to = &settings.tiers.tiers[usize::from(*tier)].name;
        if from != *to {
            moves.push((summary.customer as i64, from, to.clone()));
        }
    }
    let new = NewMoves {
        tenant,
        cause: cause::SCORE_RUN,
        score_run_id: Some(lease.score_run_id),
        reason: "",
        actor: &claimed.actor,
        now,
    };
    Ok(move_events(state, connection, &new, &moves).await?)
}
