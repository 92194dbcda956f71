//! What merges of customers and their undoing do here: all of the merged ones counts for the survivor, and goes back.
//!
//! Both publish what went where (`CustomerDataMoved`), in the transaction of the change; the rescoring job reads that and scores both sides
//! again.

use clientele_feed::{NewEvent, projection::Failure};
use clientele_proto::{
    customers::v1::{Customer, CustomerMerge, CustomersMerged, CustomersUnmerged},
    value::v1::{CustomerDataMoved, customer_data_moved::Cause},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::customers_projection::appear;
use crate::{
    State,
    segmenting::merging::lists_follow,
    store::{
        buyer::{buyer_epoch_raise, buyer_insert, buyers_lock_exclusive},
        buyer_merge::{Moved, buyer_merge, buyer_row_by_customer_id, buyer_unmerge},
        segment_move::{NewMoves, cause},
    },
};

/// Who moves customers' data by itself.
const ACTOR: &str = "value";

/// Makes the buyers of merged customers part of the survivor's. Buyers that nobody has seen yet are made: what comes under their keys later is
/// the survivor's too.
pub(super) async fn merge(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    merged: &CustomersMerged,
) -> Result<(), Failure> {
    let Some(merge) = &merged.customer_merge else { return Ok(()) };
    buyers_lock_exclusive(connection, tenant).await?;
    // Each has the keys of before the merge for as long as it holds: who took over whose key matters no more to whom it leads, and again to
    // whom it goes back.
    for customer in &merge.previous_customers {
        appear(state, connection, tenant, customer).await?;
    }
    let survivor = buyer_of(connection, tenant, &merge.survivor_customer_id).await?;
    let (mut moved, mut buyers) = (Moved::default(), vec![survivor]);
    for customer_id in &merge.merged_customer_ids {
        let buyer = buyer_of(connection, tenant, customer_id).await?;
        moved = moved.and(buyer_merge(connection, tenant, (buyer, survivor), state.context.now()).await?);
        buyers.push(buyer);
    }
    buyer_epoch_raise(connection, tenant).await?;
    lists_follow(state, connection, &list_moves(state, tenant, cause::CUSTOMERS_MERGED), &buyers).await?;
    Ok(publish(state, connection, tenant, &told(Cause::Merged, merge, moved)).await?)
}

/// Makes the buyers of merged customers themselves again, with all that came under their keys, before the merge and since.
pub(super) async fn unmerge(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    unmerged: &CustomersUnmerged,
) -> Result<(), Failure> {
    let Some(merge) = &unmerged.customer_merge else { return Ok(()) };
    buyers_lock_exclusive(connection, tenant).await?;
    let survivor = buyer_of(connection, tenant, &merge.survivor_customer_id).await?;
    let (mut moved, mut buyers) = (Moved::default(), vec![survivor]);
    // The last one first: each gives back what it got by itself.
    for customer_id in merge.merged_customer_ids.iter().rev() {
        let buyer = buyer_of(connection, tenant, customer_id).await?;
        let back = buyer_unmerge(connection, tenant, buyer, state.context.now()).await?;
        moved = moved.and(back.unwrap_or_default());
        buyers.push(buyer);
    }
    buyer_epoch_raise(connection, tenant).await?;
    lists_follow(state, connection, &list_moves(state, tenant, cause::CUSTOMERS_UNMERGED), &buyers).await?;
    let customers: Vec<&Customer> = unmerged.survivor.iter().chain(&unmerged.restored_customers).collect();
    for customer in customers {
        appear(state, connection, tenant, customer).await?;
    }
    Ok(publish(state, connection, tenant, &told(Cause::Unmerged, merge, moved)).await?)
}

/// The buyer of a customer, made where there is none.
async fn buyer_of(connection: &mut PgConnection, tenant: &str, customer_id: &str) -> Result<i64, Failure> {
    let customer_id = Uuid::try_parse(customer_id)?;
    Ok(match buyer_row_by_customer_id(connection, tenant, customer_id).await? {
        Some(buyer) => buyer.buyer_id,
        None => buyer_insert(connection, tenant, customer_id, None).await?,
    })
}

/// Moves on lists that follow from one of [`cause`].
fn list_moves<'a>(state: &State, tenant: &'a str, cause: i16) -> NewMoves<'a> {
    NewMoves { tenant, cause, score_run_id: None, actor: ACTOR, now: state.context.now() }
}

fn told(cause: Cause, merge: &CustomerMerge, moved: Moved) -> CustomerDataMoved {
    CustomerDataMoved {
        cause: cause.into(),
        customer_id: merge.survivor_customer_id.clone(),
        merged_customer_ids: merge.merged_customer_ids.clone(),
        customer_merge_id: merge.customer_merge_id.clone(),
        transactions: moved.transactions,
        tier_moves: moved.tier_moves,
        churn_alerts: moved.churn_alerts,
    }
}

/// Tells of data that went from one customer to another.
pub(super) async fn publish(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    told: &CustomerDataMoved,
) -> sqlx::Result<()> {
    let subject = format!("customers/{}", told.customer_id);
    let event = NewEvent::of_job(&state.context, tenant, ACTOR, state.context.now(), subject, told);
    state.outbox.publish(connection, event).await
}
