//! Rescores customers as their transactions are recorded, so that the scores of the newest run follow what customers do.
//!
//! It reads the service's own feed: a recorded transaction is rescored exactly once, also after a crash, and recording costs nothing for
//! it. A run that becomes the newest has not seen what was recorded while it was at work: that is gone through again. Imports carry no
//! ids in their events and wait for the next run.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use clientele_feed::{FeedService, NewEvent};
use clientele_pg::Tx;
use clientele_proto::value::v1::{
    ChurnAlertsChanged, TransactionCorrected, TransactionDeleted, TransactionRecorded, TransactionsRecorded,
    transaction::Customer,
};
use clientele_service::{Job, app::Stop, serve::stopped};
use prost::{Message as _, Name as _};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    domain::lifecycle::{Stage, Stay},
    scoring::{RunError, churn_message::alert, known, newest_run, reading::day_number, rescoring::Rescorer},
    store::{
        buyer::{buyers_by_customer_ids, buyers_by_external_ids},
        churn_alert::churn_alerts_by_ids,
        churn_raising::churn_alerts_keep,
        rescore::{
            Beside, Past, RecordedEvent, buyers_of_transactions, feed_latest, histories, recorded_events,
            rescore_cursor, rescore_cursor_move, rescore_replay_take, rescore_replay_tenants, score_rescore,
            score_revisions_insert, scores_beside, scores_delete,
        },
        score_run::score_run_get,
        segment_review::segment_reviews_put_for_buyers,
        tier::tiers_lock,
    },
};

/// Looks for recorded transactions at least this often, should it not be woken.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Events gone through in one transaction.
const BATCH: i64 = 500;

/// The job of this process. Several replicas may run it: one at a time goes on.
pub fn job(state: Arc<State>, feed: &FeedService) -> Job {
    let mut latest = feed.latest();
    Job::new("rescoring", move |stop| async move {
        while !*stop.borrow() {
            if let Err(error) = until_done(&state, &stop).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "rescoring broke off and will be tried again");
                let _ = tokio::time::timeout(Duration::from_secs(1), stopped(stop.clone())).await;
            }
            tokio::select! {
                _ = latest.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = stopped(stop.clone()) => {}
            }
        }
    })
}

async fn until_done(state: &State, stop: &Stop) -> Result<(), RunError> {
    while !*stop.borrow() && Box::pin(turn(state)).await? {}
    Ok(())
}

/// Goes through the next events; `false` when there are none, or another replica is at it.
async fn turn(state: &State) -> Result<bool, RunError> {
    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some(cursor) = rescore_cursor(&mut tx).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    let types = [
        TransactionRecorded::full_name(),
        TransactionsRecorded::full_name(),
        TransactionCorrected::full_name(),
        TransactionDeleted::full_name(),
    ];
    for tenant in rescore_replay_tenants(&mut tx).await? {
        // The lock before the row, as a run takes them when it becomes the newest; the other way round the two could wait for each other.
        tiers_lock(&mut tx, &tenant).await?;
        let Some(after) = rescore_replay_take(&mut tx, &tenant).await? else { continue };
        let events = recorded_events(&mut tx, (after, cursor), Some(&tenant), &types, i64::MAX).await?;
        rescore(state, &mut tx, &events).await?;
    }
    let latest = feed_latest(&mut tx).await?;
    let events = recorded_events(&mut tx, (cursor, latest), None, &types, BATCH).await?;
    rescore(state, &mut tx, &events).await?;
    let more = events.len() as i64 == BATCH;
    let reached = if more { events.last().map_or(latest, |event| event.position) } else { latest };
    if reached > cursor {
        rescore_cursor_move(&mut tx, reached).await?;
    }
    tx.commit().await?;
    state.outbox.committed();
    state.segmenting.wake();
    Ok(more)
}

/// The customers that events name, of one tenant.
#[derive(Default)]
struct Named {
    customer_ids: BTreeSet<Uuid>,
    customer_keys: BTreeSet<String>,
    transactions: BTreeSet<String>,
}

async fn rescore(state: &State, connection: &mut PgConnection, events: &[RecordedEvent]) -> Result<(), RunError> {
    let mut tenants: BTreeMap<&str, Named> = BTreeMap::new();
    for event in events {
        tenants.entry(&event.tenant_id).or_default().add(event)?;
    }
    for (tenant, named) in tenants {
        rescore_tenant(state, connection, tenant, named).await?;
    }
    Ok(())
}

impl Named {
    fn add(&mut self, event: &RecordedEvent) -> Result<(), RunError> {
        let unreadable = |error: prost::DecodeError| RunError::Fault(error.to_string());
        let data = event.data.as_slice();
        if event.event_type == TransactionsRecorded::full_name() {
            let recorded = TransactionsRecorded::decode(data).map_err(unreadable)?;
            self.transactions.extend(recorded.external_ids);
            return Ok(());
        }
        let (now, before) = match event.event_type.as_str() {
            of if of == TransactionCorrected::full_name() => {
                let corrected = TransactionCorrected::decode(data).map_err(unreadable)?;
                (corrected.transaction, corrected.transaction_revision)
            }
            of if of == TransactionDeleted::full_name() => {
                (None, TransactionDeleted::decode(data).map_err(unreadable)?.transaction_revision)
            }
            _ => (TransactionRecorded::decode(data).map_err(unreadable)?.transaction, None),
        };
        // A correction may have given the transaction to another customer: both are rescored.
        for transaction in [now, before.and_then(|revision| revision.before)].into_iter().flatten() {
            match transaction.customer {
                Some(Customer::CustomerId(id)) => self.customer_ids.extend(Uuid::try_parse(&id)),
                Some(Customer::CustomerExternalId(key)) => {
                    self.customer_keys.insert(key);
                }
                None => {}
            }
        }
        Ok(())
    }

    async fn buyers(self, connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Vec<i64>> {
        let ids: Vec<Uuid> = self.customer_ids.into_iter().collect();
        let keys: Vec<String> = self.customer_keys.into_iter().collect();
        let transactions: Vec<String> = self.transactions.into_iter().collect();
        let mut buyers = BTreeSet::new();
        buyers.extend(buyers_by_customer_ids(connection, tenant, &ids).await?.into_iter().map(|(_, buyer)| buyer));
        buyers.extend(buyers_by_external_ids(connection, tenant, &keys).await?.into_iter().map(|(_, buyer)| buyer));
        buyers.extend(buyers_of_transactions(connection, tenant, &transactions).await?);
        Ok(buyers.into_iter().collect())
    }
}

async fn rescore_tenant(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    named: Named,
) -> Result<(), RunError> {
    let buyers = named.buyers(connection, tenant).await?;
    if buyers.is_empty() {
        return Ok(());
    }
    // No other run becomes the newest meanwhile.
    tiers_lock(connection, tenant).await?;
    let Some(run) = newest_run(connection, tenant).await? else { return Ok(()) };
    let Some(set) = run.score_set else { return Ok(()) };
    let record = score_run_get(connection, tenant, run.score_run_id).await?;
    let Some(summary) = record.and_then(|record| record.summary) else { return Ok(()) };
    let rescorer = Rescorer::new(&run, &summary)?;

    let mut past: HashMap<i64, Vec<Past>> = HashMap::new();
    for one in histories(connection, tenant, run.settings.currency.code(), &buyers).await? {
        past.entry(one.buyer_id).or_default().push(one);
    }
    let beside = scores_beside(connection, tenant, set, &buyers).await?.into_iter();
    let beside: HashMap<i64, Beside> = beside.map(|beside| (beside.buyer_id, beside)).collect();
    let now = state.context.now();
    score_revisions_insert(connection, tenant, set, &buyers, now).await?;
    let (mut gone, mut bought) = (Vec::new(), (Vec::new(), Vec::new()));
    for buyer in &buyers {
        let beside = beside.get(buyer);
        let signals = beside.and_then(|beside| beside.signals.as_deref());
        let signals = signals.and_then(|encoded| known::signals(encoded).ok());
        let past = past.get(buyer).map(Vec::as_slice).unwrap_or_default();
        let Some(score) = rescorer.score(*buyer, past, signals.as_ref(), beside.and_then(stay)) else {
            gone.push(*buyer);
            continue;
        };
        score_rescore(connection, tenant, set, &score, now).await?;
        bought.0.push(*buyer);
        bought.1.push(day_number(score.last_purchase_date));
    }
    scores_delete(connection, tenant, set, &gone).await?;
    segment_reviews_put_for_buyers(connection, tenant, &buyers).await?;
    let currency = run.settings.currency.code();
    let kept = churn_alerts_keep(connection, tenant, currency, (&bought.0, &bought.1), now).await?;
    if !kept.is_empty() {
        let records = churn_alerts_by_ids(connection, tenant, &kept).await?;
        let payload = ChurnAlertsChanged { churn_alerts: records.iter().map(alert).collect() };
        let event = NewEvent::of_job(&state.context, tenant, "value", now, "churn-alerts".to_owned(), &payload);
        state.outbox.publish(connection, event).await?;
    }
    Ok(())
}

/// Where the customer stood before.
fn stay(beside: &Beside) -> Option<Stay> {
    let stage = beside.stage.and_then(Stage::of_number)?;
    Some(Stay { stage, since: day_number(beside.stage_since?.to_jiff()) })
}
