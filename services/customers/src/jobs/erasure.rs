//! Erases deleted customers whose time to be undeleted is over, and takes what is told of erased ones out of past events and recorded answers.
//!
//! The second goes on behind the erasure because it looks through all events of a tenant, and only once these have their positions. It can
//! break off anywhere and is done again: a customer is noted as done last.

use std::time::Duration;

use clientele_feed::{
    NewEvent, Persons,
    scrub::{scrub_answers, scrub_events},
};
use clientele_pg::Tx;
use clientele_proto::customers::v1::CustomerErased;
use clientele_service::{Job, serve::stopped};
use prost::Name as _;
use uuid::Uuid;

use crate::{
    Customers, SCHEMA,
    erasing::erase,
    error::Result,
    store::{
        customer_read::customer_get_for_update,
        erased_customer::{customers_to_purge, erased_customers_scrubbed, erased_customers_to_scrub, tenants_to_scrub},
    },
};

/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// Customers taken out at once.
const BATCH: i64 = 500;
/// Who erases customers whose time is over.
const ACTOR: &str = "customers";

/// The job. Several replicas may run it.
pub fn job(app: Customers) -> Job {
    Job::new("erasure", move |stop| async move {
        while !*stop.borrow() {
            tokio::select! {
                done = turn(&app) => {
                    if let Err(error) = done {
                        tracing::warn!(error = &error as &dyn std::error::Error, "customers could not be erased; trying again");
                    }
                }
                () = stopped(stop.clone()) => return,
            }
            let _ = tokio::time::timeout(PAUSE, stopped(stop.clone())).await;
        }
    })
}

async fn turn(app: &Customers) -> Result<()> {
    loop {
        let over = customers_to_purge(&mut *app.pool.acquire().await?, app.context.now(), BATCH).await?;
        let found = over.len() as i64;
        for (tenant, customer_id) in over {
            purge(app, &tenant, customer_id).await?;
        }
        if found < BATCH {
            break;
        }
    }
    for tenant in tenants_to_scrub(&mut *app.pool.acquire().await?).await? {
        scrub(app, &tenant).await?;
    }
    Ok(())
}

/// Erases a customer, unless it was undeleted meanwhile.
async fn purge(app: &Customers, tenant: &str, customer_id: Uuid) -> Result<()> {
    let now = app.context.now();
    let mut tx = Tx::begin(&app.pool, None).await?;
    let customer = customer_get_for_update(&mut tx, tenant, customer_id).await?;
    let over = customer.filter(|one| one.deletion.is_some_and(|deletion| deletion.purge_time <= now));
    let Some(customer) = over else { return Ok(tx.rollback().await?) };
    let erased = erase(&mut tx, tenant, customer, ACTOR, now).await?;
    let subject = format!("customers/{customer_id}");
    let event = NewEvent::of_job(&app.context, tenant, ACTOR, now, subject, &erased);
    app.outbox.publish(&mut tx, event).await?;
    tx.commit().await?;
    app.outbox.committed();
    Ok(())
}

async fn scrub(app: &Customers, tenant: &str) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    loop {
        let erased = erased_customers_to_scrub(&mut connection, tenant, BATCH).await?;
        let ids: Vec<Uuid> = erased.iter().map(|one| one.customer_id).collect();
        let persons = Persons::new(ids.iter().copied(), erased.into_iter().filter_map(|one| one.external_id));
        // It tells consumers whom to forget, and leaves the feed when its retention is over.
        let spared = [CustomerErased::full_name()];
        let schema = SCHEMA.schema.name();
        if ids.is_empty() || !scrub_events(&mut connection, schema, tenant, &persons, &spared).await? {
            return Ok(());
        }
        scrub_answers(&mut connection, schema, tenant, &persons).await?;
        erased_customers_scrubbed(&mut connection, tenant, &ids, app.context.now()).await?;
    }
}
