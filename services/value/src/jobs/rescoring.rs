//! Rescores customers as their transactions are recorded, so that the scores of the newest run follow what customers do; and moves tiers as soon as
//! the signal changes whether we may do business with a customer.
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
use clientele_pg::{Begin, Tx};
use clientele_proto::value::v1::{
    AccountSignalsUpdated, ChurnAlertsChanged, CustomerDataErased, CustomerDataMoved, TransactionCorrected,
    TransactionDeleted, TransactionRecorded, TransactionsRecorded, account_signals::Customer as SignalsOf,
    customer_data_moved::Cause, transaction::Customer,
};
use clientele_service::{Job, app::Stop, serve::stopped};
use prost::{Message as _, Name as _};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    State,
    domain::{
        lifecycle::{Stage, Stay},
        transaction::CustomerKey,
    },
    recording::ERASED,
    scoring::{
        RunError, ScoredRun,
        churn_message::alert,
        converting, known, needs, newest_run, peers, profiles,
        reading::day_number,
        rescoring::{Kept, Rescorer},
        tiering::{Newest, move_events},
    },
    store::{
        account_signals::account_signals_get,
        buyer::{buyer_epoch, buyers_by_customer_ids, buyers_by_external_ids},
        buyer_merge::buyers_with_merged,
        churn_alert::churn_alerts_by_ids,
        churn_raising::churn_alerts_keep,
        erasure::{erased_buyers, scores_erase},
        rescore::{
            Beside, Past, RecordedEvent, buyers_of_transactions, feed_latest, histories, recorded_events,
            rescore_cursor, rescore_cursor_move, rescore_replay_take, rescore_replay_tenants, score_signals_update,
            scores_beside, scores_delete, scores_keep, scores_rescore, scores_restore,
        },
        score_run::score_run_get,
        segment_review::segment_reviews_put_for_buyers,
        segment_rule::Asked,
        tier::{NewMoves, cause, tier_override_get, tiers_lock},
    },
};

/// Looks for recorded transactions at least this often, should it not be woken.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Events gone through in one transaction.
const BATCH: i64 = 1_000;
/// What is recorded within this time of a turn is rescored together: each turn costs some twenty statements, for one customer or for a thousand.
const GATHER: Duration = Duration::from_millis(20);

/// The job of this process. Several replicas may run it: one at a time goes on.
pub fn job(state: Arc<State>, feed: &FeedService) -> Job {
    let mut latest = feed.latest();
    Job::new("rescoring", move |stop| async move {
        while !*stop.borrow() {
            if let Err(error) = until_done(&state, &stop).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "rescoring broke off and will be tried again");
                let _ = tokio::time::timeout(Duration::from_secs(1), stopped(stop.clone())).await;
            }
            let _ = tokio::time::timeout(GATHER, stopped(stop.clone())).await;
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
    // The cursor moves with the scores: what a crash loses is gone through again. Events of it are numbered by a commit that waits.
    let mut tx = Tx::begin_with(&state.pool, Begin::new(None).soon_durable()).await?;
    let Some(cursor) = rescore_cursor(&mut tx).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    let types = [
        TransactionRecorded::full_name(),
        TransactionsRecorded::full_name(),
        TransactionCorrected::full_name(),
        TransactionDeleted::full_name(),
        CustomerDataMoved::full_name(),
        CustomerDataErased::full_name(),
        AccountSignalsUpdated::full_name(),
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
    customers: BTreeSet<CustomerKey>,
    transactions: BTreeSet<String>,
    /// Those that others were merged into, or came back out of.
    survivors: BTreeSet<Uuid>,
    /// Those that are no longer merged.
    restored: BTreeSet<Uuid>,
    erased: BTreeSet<Uuid>,
    /// Those whose signals changed.
    signalled_ids: BTreeSet<Uuid>,
    signalled_keys: BTreeSet<String>,
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
        if event.event_type == CustomerDataMoved::full_name() {
            let moved = CustomerDataMoved::decode(data).map_err(unreadable)?;
            self.survivors.extend(Uuid::try_parse(&moved.customer_id));
            if moved.cause() == Cause::Unmerged {
                self.restored.extend(moved.merged_customer_ids.iter().filter_map(|id| Uuid::try_parse(id).ok()));
            }
            return Ok(());
        }
        if event.event_type == CustomerDataErased::full_name() {
            let erased = CustomerDataErased::decode(data).map_err(unreadable)?;
            self.erased.extend(Uuid::try_parse(&erased.customer_id));
            return Ok(());
        }
        if event.event_type == AccountSignalsUpdated::full_name() {
            let updated = AccountSignalsUpdated::decode(data).map_err(unreadable)?;
            match updated.account_signals.and_then(|signals| signals.customer) {
                Some(SignalsOf::CustomerId(id)) => self.signalled_ids.extend(Uuid::try_parse(&id)),
                Some(SignalsOf::CustomerExternalId(key)) => {
                    self.signalled_keys.insert(key);
                }
                None => {}
            }
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
            self.customers.extend(match transaction.customer {
                Some(Customer::CustomerId(id)) => Uuid::try_parse(&id).ok().map(CustomerKey::Id),
                Some(Customer::CustomerExternalId(key)) => Some(CustomerKey::External(key)),
                None => None,
            });
        }
        Ok(())
    }

    async fn buyers(self, state: &State, connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Buyers> {
        let mut buyers = buyers_of(state, connection, tenant, self.customers).await?;
        let transactions: Vec<String> = self.transactions.into_iter().collect();
        buyers.extend(buyers_of_transactions(connection, tenant, &transactions).await?);

        let mut moved = Buyers::default();
        for (ids, into) in [(self.survivors, &mut moved.survivors), (self.restored, &mut moved.restored)] {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let found = buyers_by_customer_ids(connection, tenant, &ids).await?.into_iter();
            into.extend(found.map(|(_, booking)| booking.buyer_id));
        }
        // With those that are merged, whose scores go.
        buyers.extend(buyers_with_merged(connection, tenant, &moved.survivors).await?);
        buyers.extend(&moved.restored);
        let ids: Vec<Uuid> = self.signalled_ids.into_iter().collect();
        let keys: Vec<String> = self.signalled_keys.into_iter().collect();
        let by_id = buyers_by_customer_ids(connection, tenant, &ids).await?.into_iter().map(|(_, booking)| booking);
        let by_key = buyers_by_external_ids(connection, tenant, &keys).await?.into_iter().map(|(_, booking)| booking);
        let signalled: BTreeSet<i64> = by_id.chain(by_key).map(|booking| booking.buyer_id).collect();
        moved.signalled = signalled.into_iter().collect();
        moved.erased = erased_buyers(connection, tenant, &self.erased.into_iter().collect::<Vec<_>>()).await?;
        Ok(Buyers { all: buyers.into_iter().collect(), ..moved })
    }
}

/// The buyers of customers' keys, as far as there are any. Whoever recorded under a key has just looked it up.
async fn buyers_of(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    customers: BTreeSet<CustomerKey>,
) -> sqlx::Result<BTreeSet<i64>> {
    let mut buyers = BTreeSet::new();
    if customers.is_empty() {
        return Ok(buyers);
    }
    let epoch = buyer_epoch(connection, tenant).await?;
    let (mut ids, mut keys) = (Vec::new(), Vec::new());
    for key in customers {
        match (state.buyers.get(tenant, epoch, &key), key) {
            (Some(ERASED), _) => {}
            (Some(buyer), _) => {
                buyers.insert(buyer);
            }
            (None, CustomerKey::Id(id)) => ids.push(id),
            (None, CustomerKey::External(key)) => keys.push(key),
        }
    }
    let by_id = buyers_by_customer_ids(connection, tenant, &ids).await?.into_iter();
    buyers.extend(by_id.map(|(_, booking)| booking.buyer_id));
    let by_key = buyers_by_external_ids(connection, tenant, &keys).await?.into_iter();
    buyers.extend(by_key.map(|(_, booking)| booking.buyer_id));
    Ok(buyers)
}

/// The buyers that events are about.
#[derive(Default)]
struct Buyers {
    /// To be scored again.
    all: Vec<i64>,
    /// Those of them that others were merged into, or came back out of.
    survivors: Vec<i64>,
    /// Those of them that are no longer merged.
    restored: Vec<i64>,
    /// Gone for good.
    erased: Vec<i64>,
    /// Those whose signals changed: that may move their tiers, while their index waits for the next run.
    signalled: Vec<i64>,
}

async fn rescore_tenant(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    named: Named,
) -> Result<(), RunError> {
    let Buyers { all: buyers, survivors, restored, erased, signalled } =
        named.buyers(state, connection, tenant).await?;
    if buyers.is_empty() && erased.is_empty() && signalled.is_empty() {
        return Ok(());
    }
    // No other run becomes the newest meanwhile.
    tiers_lock(connection, tenant).await?;
    let Some(run) = newest_run(connection, tenant).await? else { return Ok(()) };
    let Some(set) = run.score_set else { return Ok(()) };
    scores_erase(connection, tenant, set, &erased).await?;
    gate(state, connection, tenant, set, &signalled).await?;
    if buyers.is_empty() {
        return Ok(());
    }
    let record = score_run_get(connection, tenant, run.score_run_id).await?;
    let Some(summary) = record.and_then(|record| record.summary) else { return Ok(()) };
    let rescorer = Rescorer::new(&run, &summary)?;

    // Before the transactions are read: a score says with its time which of them it knows.
    let now = state.context.now();
    let mut past: HashMap<i64, Vec<Past>> = HashMap::new();
    for one in histories_of(connection, tenant, &run, &buyers).await? {
        past.entry(one.buyer_id).or_default().push(one);
    }
    let profiles = profiles::read(connection, tenant, &run.settings.tiers, Asked::Buyers(&buyers)).await?;
    let mut beside = scores_keep(connection, tenant, set, &buyers, now).await?;
    if !restored.is_empty() {
        scores_restore(connection, tenant, set, &restored).await?;
        beside = scores_beside(connection, tenant, set, &buyers).await?;
    }
    let beside: HashMap<i64, Beside> = beside.into_iter().map(|beside| (beside.buyer_id, beside)).collect();
    // Whom the run did not know is judged by the benchmark of its peers, too.
    let new: Vec<i64> = buyers.iter().copied().filter(|buyer| !beside.contains_key(buyer)).collect();
    let groups_of_new = peers::groups_of(connection, tenant, &run, &new).await?;
    let (mut gone, mut bought) = (Vec::new(), (Vec::new(), Vec::new()));
    let (mut scores, mut signalled) = (Vec::with_capacity(buyers.len()), Vec::new());
    for buyer in &buyers {
        let beside = beside.get(buyer);
        let past = past.get(buyer).map(Vec::as_slice).unwrap_or_default();
        let before = Kept {
            stay: beside.and_then(stay),
            share_minor: beside.and_then(|beside| beside.acquisition_share_minor).unwrap_or_default(),
            wallet_group: beside.map_or_else(|| groups_of_new.get(buyer).copied(), |beside| beside.wallet_group),
        };
        let encoded = beside.and_then(|beside| beside.signals.as_deref());
        let Some(as_of_date) = rescorer.as_of_date(past) else {
            gone.push(*buyer);
            continue;
        };
        let renewed = match encoded {
            Some(encoded) => {
                needs::renewed(connection, tenant, (*buyer, encoded), run.settings.currency, as_of_date).await?
            }
            None => None,
        };
        let signals = renewed.as_deref().or(encoded).and_then(|encoded| known::signals(encoded).ok());
        let known = (signals.as_ref(), profiles.get(&(*buyer as u64)));
        let Some(score) = rescorer.score((*buyer, past), as_of_date, known, before) else {
            gone.push(*buyer);
            continue;
        };
        bought.0.push(*buyer);
        bought.1.push(day_number(score.last_purchase_date));
        scores.push(score);
        signalled.extend(renewed.map(|renewed| (*buyer, renewed)));
    }
    scores_rescore(connection, tenant, set, &scores, now).await?;
    for (buyer, signals) in signalled {
        score_signals_update(connection, tenant, (set, buyer), &signals).await?;
    }
    scores_delete(connection, tenant, set, &gone).await?;
    let moved: Vec<i64> = survivors.into_iter().chain(restored).collect();
    retier(state, connection, tenant, &moved).await?;
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

/// Tells scores whether we may do business with their customers, where that is not what the run knew, and moves the tiers that follow from it.
async fn gate(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyers: &[i64],
) -> Result<(), RunError> {
    if buyers.is_empty() {
        return Ok(());
    }
    let now = state.context.now();
    let Some(newest) = Newest::read(connection, tenant).await? else { return Ok(()) };
    for beside in scores_beside(connection, tenant, set, buyers).await? {
        let buyer = beside.buyer_id;
        let signals = account_signals_get(connection, tenant, buyer, false).await?;
        let qualified = signals.and_then(|record| record.signals.qualified);
        let Some(signals) = known::with_qualified(beside.signals.as_deref(), qualified)? else { continue };
        scores_keep(connection, tenant, set, &[buyer], now).await?;
        score_signals_update(connection, tenant, (set, buyer), &signals).await?;
        let decided = tier_override_get(connection, tenant, buyer).await?;
        let tier = decided.as_ref().map(|decided| decided.tier.as_str());
        let Some((from, to)) = newest.retier(connection, tenant, buyer, tier).await? else { continue };
        let new = NewMoves { tenant, cause: cause::QUALIFICATION, score_run_id: None, reason: "", actor: "value", now };
        let events = move_events(state, connection, &new, &[(buyer, from, to)]).await?;
        state.outbox.publish_all(connection, events).await?;
    }
    Ok(())
}

/// Gives customers that were merged, or no longer are, the tier of the override they have by now, or the one they earn.
async fn retier(state: &State, connection: &mut PgConnection, tenant: &str, buyers: &[i64]) -> Result<(), RunError> {
    if buyers.is_empty() {
        return Ok(());
    }
    let now = state.context.now();
    let Some(newest) = Newest::read(connection, tenant).await? else { return Ok(()) };
    for buyer in buyers.iter().copied() {
        let decided = tier_override_get(connection, tenant, buyer).await?;
        let tier = decided.as_ref().map(|decided| decided.tier.as_str());
        let Some((from, to)) = newest.retier(connection, tenant, buyer, tier).await? else { continue };
        let (cause, reason) = match &decided {
            Some(decided) => (cause::OVERRIDE_SET, decided.reason.as_str()),
            None => (cause::OVERRIDE_ENDED, ""),
        };
        let new = NewMoves { tenant, cause, score_run_id: None, reason, actor: "value", now };
        let events = move_events(state, connection, &new, &[(buyer, from, to)]).await?;
        state.outbox.publish_all(connection, events).await?;
    }
    Ok(())
}

/// What customers did, in the currency of the run: as the run counted it, by the rates that it read.
async fn histories_of(
    connection: &mut PgConnection,
    tenant: &str,
    run: &ScoredRun,
    buyers: &[i64],
) -> Result<Vec<Past>, RunError> {
    let (settings, currency) = (&run.settings, run.settings.currency);
    let Some(conversion) = settings.conversion else {
        return Ok(histories(connection, tenant, currency.code(), buyers).await?);
    };
    let rates = (settings.as_of_date, run.findings.fx_version);
    let book = converting::book(connection, tenant, (currency, conversion), rates).await?;
    converting::histories(connection, tenant, &book, buyers).await
}

/// Where the customer stood before.
fn stay(beside: &Beside) -> Option<Stay> {
    let stage = beside.stage.and_then(Stage::of_number)?;
    Some(Stay { stage, since: day_number(beside.stage_since?.to_jiff()) })
}
