//! Whether we may do business with customers: the qualification service's events, applied to the signals of their buyers, which the gate of
//! tiers reads ([`super::rescoring`] moves the tier as soon as the signal changes).
//!
//! What was told of a customer is kept, so that it holds also after its buyer was joined with another, or merged and parted again. A buyer is made
//! where there is none yet: the customer's first transaction finds it. A signal that people set by hand holds until the next event.

use std::sync::Arc;

use clientele_feed::{Apply, NewEvent, Projection, projection::Failure};
use clientele_proto::{events::v1::Event, qualification::v1::QualificationChanged, value::v1::AccountSignalsUpdated};
use clientele_service::{Job, client::Peer};
use prost::{Message as _, Name};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    SCHEMA, State,
    rpc::signals::message,
    store::{
        account_signals::{SignalsRecord, account_signals_get, account_signals_put},
        buyer::{buyer_by_customer_id, buyers_insert_customer_ids, buyers_lock_shared},
        customer_qualification::{customer_qualification_get, customer_qualification_put},
        erasure::erased_keys,
    },
};

/// The projection as actor of what it does.
const NAME: &str = "qualification";

/// The projection as a background job.
pub fn job(state: Arc<State>, qualification: Peer) -> Job {
    let pool = (*state.pool).clone();
    let apply = Arc::new(QualificationProjection { state });
    Projection::new(SCHEMA.schema.name(), "qualification", pool, qualification, apply).job()
}

/// Applies qualifications' events to signals.
#[derive(Debug)]
pub struct QualificationProjection {
    state: Arc<State>,
}

#[tonic::async_trait]
impl Apply for QualificationProjection {
    fn event_types(&self) -> Vec<String> {
        vec![QualificationChanged::full_name()]
    }

    async fn apply(&self, connection: &mut PgConnection, event: &Event) -> Result<(), Failure> {
        let data = event.data.as_ref().map(|data| data.value.as_slice()).unwrap_or_default();
        let Some(told) = QualificationChanged::decode(data)?.qualification else { return Ok(()) };
        let (tenant, customer_id) = (event.tenant_id.as_str(), Uuid::try_parse(&told.customer_id)?);
        buyers_lock_shared(connection, tenant).await?;
        let erased = erased_keys(connection, tenant, &[customer_id], &[]).await?;
        if !erased.0.is_empty() {
            return Ok(());
        }
        if customer_qualification_put(connection, tenant, customer_id, (told.qualified, told.version)).await? {
            buyers_insert_customer_ids(connection, tenant, &[customer_id]).await?;
            settle(&self.state, connection, tenant, customer_id).await?;
        }
        Ok(())
    }

    fn applied(&self) {
        self.state.outbox.committed();
    }
}

/// Makes the signal of a customer's buyer what the qualification service told last. What was told of a merged customer waits until it is its own
/// again: an approval is given to a legal entity, and the survivor does not inherit it.
///
/// The caller holds a lock of buyers.
pub(super) async fn settle(
    state: &State,
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
) -> Result<(), Failure> {
    let Some(qualified) = customer_qualification_get(connection, tenant, customer_id).await? else { return Ok(()) };
    let Some(buyer) = buyer_by_customer_id(connection, tenant, customer_id).await? else { return Ok(()) };
    if buyer.own_buyer_id.is_some() {
        return Ok(());
    }
    let before = account_signals_get(connection, tenant, buyer.buyer_id, true).await?;
    let (version, mut signals) = before.map(|before| (before.version, before.signals)).unwrap_or_default();
    if signals.qualified == Some(qualified) {
        return Ok(());
    }
    signals.qualified = Some(qualified);
    let now = state.context.now();
    let record = SignalsRecord { signals, version: version + 1, update_time: now };
    account_signals_put(connection, tenant, buyer.buyer_id, &record).await?;
    let payload = AccountSignalsUpdated { account_signals: Some(message(&buyer, &record)) };
    let event = NewEvent::of_job(&state.context, tenant, NAME, now, "account-signals".to_owned(), &payload);
    Ok(state.outbox.publish(connection, event).await?)
}
