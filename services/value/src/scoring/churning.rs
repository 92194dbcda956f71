//! Churn alerts, when a run's scores become readable: raised for who fell silent, louder for who stayed so, ended for who bought again or
//! did not for too long.

use std::collections::HashMap;

use clientele_feed::NewEvent;
use clientele_proto::value::v1::ChurnAlertsChanged;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{churn_message::alert, engine::Scored, error::RunError, known::looks_back, reading::day_number};
use crate::{
    State,
    domain::{
        churn::{Inputs, Risk},
        lifecycle::{Bought, Stage},
        score_settings::ScoreSettings,
    },
    store::{
        buyer::buyers_lock_shared,
        churn_alert::{churn_alerts_by_ids, outcome, state as alert_state},
        churn_raising::{
            OfRun, OpenAlert, Risks, churn_alerts_by_index, churn_alerts_end, churn_alerts_insert, churn_alerts_open,
            churn_alerts_raise,
        },
        score_run::Claimed,
        tier::earlier_runs,
    },
};

/// Alerts of an event at most.
const ALERTS_OF_EVENT: usize = 1_000;

/// Raises, raises in level and ends alerts, and answers the events that tell of them. The tenant's tiers are locked, so that only one run
/// does so at a time. A run that looks back to before another run of its currency does nothing.
pub async fn alerts(
    state: &State,
    connection: &mut PgConnection,
    claimed: &Claimed,
    settings: &ScoreSettings,
    scored: &Scored,
) -> Result<Vec<NewEvent>, RunError> {
    let lease = &claimed.lease;
    if looks_back(&earlier_runs(connection, &lease.tenant_id).await?, settings) {
        return Ok(Vec::new());
    }
    let run = OfRun {
        tenant: &lease.tenant_id,
        currency_code: settings.currency.code(),
        score_run_id: lease.score_run_id,
        as_of_date: settings.as_of_date,
        actor: &claimed.actor,
        now: state.context.now(),
    };
    // Buyers that are joined move their alerts: not while new ones are stored.
    buyers_lock_shared(connection, run.tenant).await?;
    churn_alerts_by_index(connection).await?;
    let open = churn_alerts_open(connection, run.tenant, run.currency_code).await?;
    let endangered = endangered(scored, settings);
    let changes = changes(scored, settings, &open, &endangered);
    let of_risks = |risks: &[(Uuid, &Endangered)]| columns(risks, scored, settings);

    let kept = (alert_state::RESOLVED, outcome::KEPT);
    let lost = (alert_state::EXPIRED, outcome::LOST);
    let mut changed: Vec<Uuid> = Vec::new();
    for (ids, ending) in [(&changes.kept, kept), (&changes.expired, lost)] {
        changed.extend(churn_alerts_end(connection, &run, ids, ending).await?);
    }
    for some in changes.louder.chunks(ALERTS_OF_EVENT) {
        changed.extend(churn_alerts_raise(connection, &run, &of_risks(some)).await?);
    }
    let new: Vec<(Uuid, &Endangered)> = changes.new.iter().map(|found| (state.context.new_id(), *found)).collect();
    for some in new.chunks(ALERTS_OF_EVENT) {
        changed.extend(churn_alerts_insert(connection, &run, &of_risks(some)).await?);
    }

    let mut events = Vec::with_capacity(changed.len().div_ceil(ALERTS_OF_EVENT));
    for ids in changed.chunks(ALERTS_OF_EVENT) {
        let records = churn_alerts_by_ids(connection, run.tenant, ids).await?;
        let payload = ChurnAlertsChanged { churn_alerts: records.iter().map(alert).collect() };
        let subject = "churn-alerts".to_owned();
        events.push(NewEvent::of_job(&state.context, run.tenant, run.actor, run.now, subject, &payload));
    }
    Ok(events)
}

/// A customer that has reached a level.
#[derive(Debug, Clone, Copy)]
struct Endangered {
    /// Its position among the summaries.
    position: usize,
    /// Place of the tier it is watched in: the better of that of the run and of the run before, from which silence may have made it fall.
    tier: usize,
    risk: Risk,
}

/// The watched customers that have reached a level and are not lost yet, ascending by buyer.
fn endangered(scored: &Scored, settings: &ScoreSettings) -> Vec<Endangered> {
    let before = scored.known.before.as_ref();
    let names = before.map(|before| before.tier_names.as_slice()).unwrap_or_default();
    let places: Vec<Option<usize>> = names.iter().map(|name| settings.tiers.place(name)).collect();
    let fallen: HashMap<usize, usize> = scored
        .judged
        .moves
        .iter()
        .filter_map(|moved| Some((moved.position as usize, (*places.get(usize::from(moved.from))?)?)))
        .collect();
    let tiers = &settings.tiers.tiers;
    let watched: Vec<bool> =
        (0..tiers.len()).map(|place| settings.churn.watches(place, tiers.len(), &tiers[place].name)).collect();
    let mut found = Vec::new();
    for (position, (summary, score)) in scored.summaries.iter().zip(&scored.scores).enumerate() {
        if scored.staged.stays[position].stage == Stage::Lost {
            continue;
        }
        let bought = Bought { first_day: summary.first_day, last_day: summary.last_day, frequency: summary.frequency };
        let Some(risk) = settings.churn.risk(bought, summary.days_since_last(), score.probability_alive) else {
            continue;
        };
        let now = usize::from(scored.judged.tiers[position]);
        let tier = fallen.get(&position).map_or(now, |before| now.min(*before));
        if watched[tier] || watched[now] {
            found.push(Endangered { position, tier, risk });
        }
    }
    found
}

/// What is to happen to alerts.
#[derive(Debug, Default)]
struct Changes<'a> {
    kept: Vec<Uuid>,
    expired: Vec<Uuid>,
    louder: Vec<(Uuid, &'a Endangered)>,
    new: Vec<&'a Endangered>,
}

fn changes<'a>(
    scored: &Scored,
    settings: &ScoreSettings,
    open: &[OpenAlert],
    endangered: &'a [Endangered],
) -> Changes<'a> {
    let today = day_number(settings.as_of_date);
    let buyer = |found: &Endangered| scored.summaries[found.position].customer;
    let mut changes = Changes::default();
    // Silences that have an alert already.
    let mut alerted = Vec::with_capacity(open.len());
    for alert in open {
        let who = alert.buyer_id as u64;
        let summary = scored.summaries.binary_search_by_key(&who, |summary| summary.customer);
        let last_day = summary.ok().map(|at| scored.summaries[at].last_day);
        if last_day.is_some_and(|last_day| last_day > day_number(alert.last_purchase_date.to_jiff())) {
            changes.kept.push(alert.churn_alert_id);
            continue;
        }
        alerted.push(who);
        if today - day_number(alert.raise_date.to_jiff()) >= settings.churn.expire_days as i32 {
            changes.expired.push(alert.churn_alert_id);
        } else if let Ok(at) = endangered.binary_search_by_key(&who, buyer)
            && endangered[at].risk.level.number() > alert.level
        {
            changes.louder.push((alert.churn_alert_id, &endangered[at]));
        }
    }
    alerted.sort_unstable();
    changes.new = endangered.iter().filter(|found| alerted.binary_search(&buyer(found)).is_err()).collect();
    changes
}

fn columns(risks: &[(Uuid, &Endangered)], scored: &Scored, settings: &ScoreSettings) -> Risks {
    let mut columns = Risks::default();
    for (id, found) in risks {
        let summary = &scored.summaries[found.position];
        let inputs = Inputs {
            purchase_days: summary.purchases(),
            rhythm_days: f64::from(summary.recency_days) / f64::from(summary.frequency),
            silent_days: summary.days_since_last(),
            p_alive: scored.scores[found.position].probability_alive,
        };
        columns.churn_alert_ids.push(*id);
        columns.buyer_ids.push(summary.customer as i64);
        columns.levels.push(found.risk.level.number());
        columns.tiers.push(settings.tiers.tiers[found.tier].name.clone());
        columns.last_purchase_days.push(summary.last_day);
        columns.purchase_days.push(inputs.purchase_days as i32);
        columns.rhythm_days.push(inputs.rhythm_days);
        columns.silent_days.push(inputs.silent_days as i32);
        columns.p_alive.push(inputs.p_alive);
        columns.rhythms_limits.push(found.risk.rhythms_limit);
        columns.p_alive_limits.push(found.risk.p_alive_limit);
    }
    columns
}
