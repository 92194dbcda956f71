//! One attempt at a run, from its settings to readable scores.

use std::{sync::Arc, time::Instant};

use clientele_feed::NewEvent;
use clientele_pg::Tx;
use clientele_proto::value::v1::{ScoreRunFinished, ScoreRunSettings};
use jiff::civil::Date;
use prost::Message as _;

use super::{
    affinities, churning, engine, error::RunError, progress::Progress, publishing, reading, report, run_message,
    session, settings_message, storing,
};
use crate::{
    State,
    store::{
        score_run::{Claimed, RunRecord, score_run_fail, score_run_succeed},
        segment_review::segment_reviews_put_for_run,
    },
};

/// Reads, computes, stores and publishes. An error other than [`RunError::Explained`] leaves the run open for another attempt.
pub async fn attempt(state: &State, claimed: &Claimed, progress: &Progress) -> Result<(), RunError> {
    let settings =
        ScoreRunSettings::decode(claimed.settings.as_slice()).map_err(|error| RunError::Fault(error.to_string()))?;
    let settings = settings_message::parse(&settings, Date::MAX)
        .map_err(|wrong| RunError::Fault(format!("the stored settings do not hold: {wrong:?}")))?;
    let lease = &claimed.lease;
    let mut clock = Laps::start();

    let mut purchases = reading::read(&state.pool, &lease.tenant_id, &settings, state.context.now(), progress).await?;
    clock.lap("read");
    let other_currencies = std::mem::take(&mut purchases.other_currencies);
    if purchases.log.is_empty() {
        purchases.other_currencies.clone_from(&other_currencies);
    }
    let items = purchases.items.take();
    let (map, _) = engine::segment_names(&settings.rfm)?;
    let segments = storing::Segments::new(map, &claimed.segment_names);

    let (computing, settings_of_run) = (progress.clone(), settings.clone());
    let (scored, segments, summary, findings) = session::compute(move || {
        let settings = settings_of_run;
        let (scored, transactions) = engine::score(purchases, &settings, &computing)?;
        let summary = report::summary(&scored, &settings, transactions, other_currencies);
        let findings = report::findings(&scored, &settings, |r, f, m| segments.name(btyd::Code { r, f, m }).to_owned());
        Ok((Arc::new(scored), Arc::new(segments), summary, findings))
    })
    .await?;
    let affinities = match items {
        Some(items) => affinities::find(items, &settings, progress).await?,
        None => Vec::new(),
    };
    clock.lap("compute");

    storing::store(&state.pool, lease, settings.currency, Arc::clone(&scored), segments, progress).await?;
    if !affinities.is_empty() {
        affinities::store(&state.pool, lease, affinities, progress).await?;
    }
    clock.lap("store");
    progress.check()?;
    let customers = scored.summaries.len() as i64;
    let encoded = (summary.encode_to_vec(), findings.encode_to_vec());
    publish(state, claimed, async |tx| {
        let moved = publishing::tiers(state, tx, claimed, &settings, &scored).await?;
        let mut events = churning::alerts(state, tx, claimed, &settings, &scored).await?;
        events.extend(moved);
        let ended = score_run_succeed(tx, lease, (&encoded.0, &encoded.1), customers, state.context.now()).await?;
        segment_reviews_put_for_run(tx, &lease.tenant_id, &claimed.actor).await?;
        Ok(ended.map(|record| (record, events)))
    })
    .await?;
    state.scoring.reads.finished();
    state.segmenting.wake();
    clock.lap("publish");
    tracing::info!(
        score_run.id = %lease.score_run_id, customers, transactions = summary.transactions, attempt = claimed.attempt,
        read_ms = clock.of("read"), compute_ms = clock.of("compute"), store_ms = clock.of("store"), publish_ms = clock.of("publish"),
        "score run succeeded"
    );
    // A hundred megabytes take a while to be freed.
    drop(tokio::task::spawn_blocking(move || drop(scored)));
    Ok(())
}

/// Ends a run that cannot succeed.
pub async fn fail(state: &State, claimed: &Claimed, why: &str) -> Result<(), RunError> {
    let lease = &claimed.lease;
    publish(state, claimed, async |tx| {
        let ended = score_run_fail(tx, lease, why, state.context.now()).await?;
        Ok(ended.map(|record| (record, Vec::new())))
    })
    .await?;
    tracing::info!(score_run.id = %lease.score_run_id, attempt = claimed.attempt, "score run failed: {why}");
    Ok(())
}

/// Ends a run and tells of it and of what comes before it, in one transaction; not if the lease is lost.
async fn publish(
    state: &State,
    claimed: &Claimed,
    end: impl AsyncFnOnce(&mut Tx) -> Result<Option<(RunRecord, Vec<NewEvent>)>, RunError>,
) -> Result<(), RunError> {
    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some((record, events)) = end(&mut tx).await? else {
        tx.rollback().await?;
        return Err(RunError::Stopped);
    };
    let run = run_message::message(&record).map_err(|error| RunError::Fault(error.to_string()))?;
    let subject = format!("score-runs/{}", record.score_run_id);
    let payload = ScoreRunFinished { score_run: Some(run) };
    let event = NewEvent::of_job(
        &state.context,
        &claimed.lease.tenant_id,
        &claimed.actor,
        state.context.now(),
        subject,
        &payload,
    );
    state.outbox.publish_all(&mut tx, events).await?;
    state.outbox.publish(&mut tx, event).await?;
    tx.commit().await?;
    state.outbox.committed();
    Ok(())
}

/// How long each part took, for the log.
struct Laps {
    last: Instant,
    laps: Vec<(&'static str, u128)>,
}

impl Laps {
    fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }

    fn lap(&mut self, name: &'static str) {
        self.laps.push((name, self.last.elapsed().as_millis()));
        self.last = Instant::now();
    }

    fn of(&self, name: &str) -> u64 {
        self.laps.iter().find(|(lap, _)| *lap == name).map_or(0, |(_, duration_ms)| *duration_ms as u64)
    }
}
