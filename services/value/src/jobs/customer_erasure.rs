//! Erases customers that the customers service has erased: transactions in batches, each a transaction of its own, then all other rows at once,
//! then what past events and recorded answers tell of them; and says so when all is gone.
//!
//! How far it is stands in `value.erasure`, moved on in the transaction of each step: after a crash any replica goes on, nothing is counted
//! twice, and the event that tells of the end comes once.

use std::{collections::HashSet, sync::Arc, time::Duration};

use clientele_feed::{
    NewEvent, Persons,
    scrub::{scrub_answers, scrub_events},
};
use clientele_pg::Tx;
use clientele_proto::value::v1::{CustomerDataErased, Transaction, transaction::Customer};
use clientele_service::{Job, app::Stop, serve::stopped};
use prost::Message as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    SCHEMA, State,
    store::{
        buyer::{buyer_epoch_raise, buyers_lock_exclusive},
        erasure::{
            Erasure, buyers_erase, buyers_to_erase, erasure_next, erasure_update, transaction_revisions_after,
            transaction_revisions_delete, transactions_erase,
        },
        tier::tiers_lock,
    },
};

/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Transactions deleted, and revisions looked at, in one transaction.
const BATCH: i64 = 2_000;
/// Who erases.
const ACTOR: &str = "value";

/// The job. Several replicas may run it: an erasure is worked on by one at a time.
pub fn job(state: Arc<State>) -> Job {
    Job::new("customer erasure", move |stop| async move {
        while !*stop.borrow() {
            if let Err(error) = turn(&state, &stop).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "customers could not be erased; trying again");
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

/// Takes every erasure that is at work as far as it goes now.
async fn turn(state: &State, stop: &Stop) -> sqlx::Result<()> {
    while !*stop.borrow() && Box::pin(step(state)).await? {}
    Ok(())
}

/// The next step of the oldest erasure; `false` where there is none, or it has to wait.
async fn step(state: &State) -> sqlx::Result<bool> {
    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some(mut erasure) = erasure_next(&mut tx).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    if erasure.rows_gone {
        // Outside of the transaction, page by page; it can be done twice.
        tx.rollback().await?;
        return forget(state, erasure).await;
    }
    let tenant = erasure.tenant_id.clone();
    let buyers = buyers_to_erase(&mut tx, &erasure).await?;
    erasure.buyer_ids = buyers.iter().chain(&erasure.buyer_ids).copied().collect::<HashSet<_>>().into_iter().collect();
    let gone = transactions_erase(&mut tx, &tenant, &buyers, BATCH).await?;
    erasure.transactions += gone;
    if gone < BATCH {
        finish_rows(&mut tx, &mut erasure).await?;
    }
    erasure_update(&mut tx, &erasure, None).await?;
    tx.commit().await?;
    Ok(true)
}

/// Deletes what is left in tables. Who writes waits, so that nothing comes under the buyers any more.
async fn finish_rows(connection: &mut PgConnection, erasure: &mut Erasure) -> sqlx::Result<()> {
    let tenant = erasure.tenant_id.clone();
    buyers_lock_exclusive(connection, &tenant).await?;
    tiers_lock(connection, &tenant).await?;
    loop {
        let late = transactions_erase(connection, &tenant, &erasure.buyer_ids, BATCH).await?;
        erasure.transactions += late;
        if late < BATCH {
            break;
        }
    }
    let (scores, tier_moves, churn_alerts) = buyers_erase(connection, &tenant, &erasure.buyer_ids).await?;
    erasure.scores += scores;
    erasure.tier_moves += tier_moves;
    erasure.churn_alerts += churn_alerts;
    erasure.rows_gone = true;
    buyer_epoch_raise(connection, &tenant).await
}

/// Takes the customers out of events, answers and revisions, and ends the erasure; `false` where events wait for their positions.
async fn forget(state: &State, erasure: Erasure) -> sqlx::Result<bool> {
    let tenant = erasure.tenant_id.as_str();
    let persons = Persons::new(erasure.customer_ids(), erasure.external_ids.iter().cloned());
    let schema = SCHEMA.schema.name();
    let mut connection = state.pool.acquire().await?;
    if !scrub_events(&mut connection, schema, tenant, &persons, &[]).await? {
        return Ok(false);
    }
    scrub_answers(&mut connection, schema, tenant, &persons).await?;
    revisions_forget(&mut connection, &erasure).await?;
    drop(connection);

    let mut tx = Tx::begin(&state.pool, None).await?;
    let Some(current) = erasure_next(&mut tx).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    if current != erasure {
        // Another replica has ended it meanwhile.
        tx.rollback().await?;
        return Ok(true);
    }
    let now = state.context.now();
    let payload = CustomerDataErased {
        customer_id: erasure.customer_id.to_string(),
        merged_customer_ids: erasure.merged_customer_ids.iter().map(Uuid::to_string).collect(),
        transactions: erasure.transactions,
        scores: erasure.scores,
        tier_moves: erasure.tier_moves,
        churn_alerts: erasure.churn_alerts,
    };
    let subject = format!("customers/{}", erasure.customer_id);
    let event = NewEvent::of_job(&state.context, tenant, ACTOR, now, subject, &payload);
    state.outbox.publish(&mut tx, event).await?;
    erasure_update(&mut tx, &erasure, Some(now)).await?;
    tx.commit().await?;
    state.outbox.committed();
    Ok(true)
}

/// Deletes what corrected and deleted transactions said of the customers, which by now are no longer or somebody else's.
async fn revisions_forget(connection: &mut PgConnection, erasure: &Erasure) -> sqlx::Result<()> {
    let tenant = erasure.tenant_id.as_str();
    let ids: HashSet<String> = erasure.customer_ids().iter().map(Uuid::to_string).collect();
    let is_theirs = |before: &[u8]| match Transaction::decode(before).ok().and_then(|before| before.customer) {
        Some(Customer::CustomerId(id)) => ids.contains(&id),
        Some(Customer::CustomerExternalId(key)) => erasure.external_ids.contains(&key),
        None => false,
    };
    let (mut external_id, mut revision_no) = (String::new(), 0);
    loop {
        let page = transaction_revisions_after(connection, tenant, (&external_id, revision_no), BATCH).await?;
        let Some((last_id, last_no, _)) = page.last() else { return Ok(()) };
        (external_id, revision_no) = (last_id.clone(), *last_no);
        let theirs = page.into_iter().filter(|(.., before)| is_theirs(before)).map(|(id, number, _)| (id, number));
        let (external_ids, revision_nos): (Vec<_>, Vec<_>) = theirs.unzip();
        if !external_ids.is_empty() {
            transaction_revisions_delete(connection, tenant, (&external_ids, &revision_nos)).await?;
        }
    }
}
