//! Postgres goes away under load, once as an administrator would stop it and once as a crash would.

use std::sync::atomic::Ordering;

use clientele_tests::{eventually, rows::count};

use crate::{load, site::Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_once_after_postgres_came_back_and_callers_were_told_to_try_again() {
    let site = Site::start().await;
    let (tally, tasks) = load::start(8, &site.channel(&site.customers), &site.channel(&site.value));
    let progress = async |more: usize| {
        let now = tally.acknowledged.load(Ordering::Relaxed);
        eventually("writers get on", async || (tally.acknowledged.load(Ordering::Relaxed) >= now + more).then_some(()))
            .await;
    };
    progress(60).await;
    tokio::task::block_in_place(|| site.cluster.restart()).unwrap();
    progress(60).await;
    tokio::task::block_in_place(|| site.cluster.kill()).unwrap();
    tokio::task::block_in_place(|| site.cluster.restart()).unwrap();
    progress(60).await;
    tally.enough.store(true, Ordering::Relaxed);
    let written = tasks.join_all().await.into_iter().sum::<usize>() as i64;

    let errors = tally.errors.lock().unwrap().len();
    assert!(errors > 0, "nobody noticed, so nothing was tried");
    let unfit = tally.unfit();
    assert!(unfit.is_empty(), "{} of {errors} errors do not say to try again: {:#?}", unfit.len(), unfit.first());

    let mut owner = site.owner().await;
    assert_eq!(count(&mut owner, "SELECT count(*) FROM customers.customer").await, written);
    assert_eq!(count(&mut owner, "SELECT count(DISTINCT external_id) FROM customers.customer").await, written);
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.transaction").await, written);
    assert_eq!(count(&mut owner, "SELECT sum(amount_minor)::bigint FROM value.transaction").await, 300 * written);

    // One event for each write, positions without gaps, and all of them applied by who follows the feed.
    for schema in ["customers", "value"] {
        let outbox = format!("{schema}.outbox");
        let numbered = format!("SELECT count(*) FROM {outbox} WHERE position IS NULL");
        eventually("every event has its position", async || (count(&mut owner, &numbered).await == 0).then_some(()))
            .await;
        assert_eq!(count(&mut owner, &format!("SELECT count(*) FROM {outbox}")).await, written, "{outbox}");
        assert_eq!(
            count(&mut owner, &format!("SELECT count(DISTINCT subject) FROM {outbox}")).await,
            written,
            "{outbox}"
        );
        assert_eq!(count(&mut owner, &format!("SELECT max(position) FROM {outbox}")).await, written, "{outbox}");
        assert_eq!(count(&mut owner, &format!("SELECT latest_position FROM {schema}.feed_bounds")).await, written);
    }
    let applied = "SELECT position FROM value.projection_cursor WHERE source = 'customers'";
    eventually("every event is applied", async || (count(&mut owner, applied).await == written).then_some(())).await;
    let attached =
        "SELECT count(*) FROM value.buyer b JOIN customers.customer c USING (tenant_id, customer_id, external_id)";
    assert_eq!(count(&mut owner, attached).await, written);
    assert_eq!(count(&mut owner, "SELECT count(*) FROM value.buyer").await, written);
}
