//! From customers' keys to buyers, many at a time; a key that nobody has used before makes a buyer.
//!
//! This runs in a short transaction of its own, before the rows are recorded: two imports that bring the same new customers wait for each
//! other as long as this takes, not as long as a `COPY` takes. A buyer without transactions, left by an import that broke off, is harmless.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use clientele_pg::{Begin, Tx};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ERASED;
use crate::{
    State,
    domain::transaction::CustomerKey,
    store::{
        buyer::{
            Booking, buyer_epoch, buyers_by_customer_ids, buyers_by_external_ids, buyers_insert_customer_ids,
            buyers_insert_external_ids, with_buyers_locked_shared,
        },
        erasure::erased_keys,
    },
};

/// The buyers of a chunk's good rows, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Our numbers of the buyers.
    pub buyers: Vec<i64>,
    /// The rows that came under the key of a merged buyer, with that buyer.
    pub merged: Vec<(usize, i64)>,
    /// The epoch they were looked up in; in a later one they must be looked up again.
    pub epoch: i64,
}

/// The buyers of keys that were all looked up lately, without a statement. Whoever records under them compares the epoch, as ever.
pub fn resolve_known(state: &State, tenant: &str, keys: &[&CustomerKey]) -> Option<Resolved> {
    let epoch = state.buyers.epoch(tenant)?;
    let buyers = keys.iter().map(|key| state.buyers.get(tenant, epoch, key)).collect::<Option<Vec<_>>>()?;
    Some(Resolved { buyers, merged: Vec::new(), epoch })
}

/// Looks the keys up, and makes buyers for new ones.
pub async fn resolve(
    state: &State,
    tenant: &str,
    keys: &[&CustomerKey],
    remaining: Option<Duration>,
) -> sqlx::Result<Resolved> {
    let begin = with_buyers_locked_shared(Begin::new(remaining), tenant);
    let mut tx = Tx::begin_with(&state.pool, begin).await?;
    let epoch = buyer_epoch(&mut tx, tenant).await?;

    let mut buyers: Vec<Option<i64>> = keys.iter().map(|key| state.buyers.get(tenant, epoch, key)).collect();
    let missing = || keys.iter().zip(&buyers).filter(|(_, buyer)| buyer.is_none()).map(|(key, _)| *key);
    let found = look_up(&mut tx, tenant, missing()).await?;
    tx.commit().await?;

    let mut merged = Vec::new();
    for (place, (key, buyer)) in keys.iter().zip(&mut buyers).enumerate() {
        if buyer.is_none() {
            let booking = found.get(key);
            *buyer = booking.map(|booking| booking.buyer_id);
            merged.extend(booking.and_then(|booking| booking.own_buyer_id).map(|own| (place, own)));
        }
    }
    found.remember(state, tenant, epoch);
    let buyers = buyers.into_iter().collect::<Option<Vec<_>>>().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Resolved { buyers, merged, epoch })
}

/// Buyers by either kind of key.
#[derive(Debug, Default)]
pub struct Found {
    by_id: HashMap<Uuid, Booking>,
    by_external_id: HashMap<String, Booking>,
}

impl Found {
    /// Where to book what has a key.
    pub fn get(&self, key: &CustomerKey) -> Option<Booking> {
        match key {
            CustomerKey::Id(id) => self.by_id.get(id).copied(),
            CustomerKey::External(key) => self.by_external_id.get(key).copied(),
        }
    }

    fn remember(self, state: &State, tenant: &str, epoch: i64) {
        state.buyers.insert_epoch(tenant, epoch);
        let by_id = self.by_id.into_iter().map(|(id, buyer)| (CustomerKey::Id(id), buyer));
        let by_external_id = self.by_external_id.into_iter().map(|(key, buyer)| (CustomerKey::External(key), buyer));
        // Keys of merged buyers are few, and have more to them than is remembered.
        for (key, booking) in by_id.chain(by_external_id).filter(|(_, booking)| booking.own_buyer_id.is_none()) {
            state.buyers.insert(tenant, epoch, &key, booking.buyer_id);
        }
    }
}

/// The buyers of distinct keys, existing and new. Needs the shared lock of the tenant's buyers.
pub async fn look_up<'k>(
    connection: &mut PgConnection,
    tenant: &str,
    keys: impl Iterator<Item = &'k CustomerKey> + Send,
) -> sqlx::Result<Found> {
    let mut ids = BTreeSet::new();
    let mut external_ids = BTreeSet::new();
    for key in keys {
        match key {
            CustomerKey::Id(id) => ids.insert(*id),
            CustomerKey::External(key) => external_ids.insert(key.as_str()),
        };
    }
    let mut found = Found::default();
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    let mut external_ids: Vec<String> = external_ids.into_iter().map(str::to_owned).collect();

    if !ids.is_empty() {
        found.by_id.extend(buyers_by_customer_ids(connection, tenant, &ids).await?);
        ids.retain(|id| !found.by_id.contains_key(id));
    }
    if !ids.is_empty() {
        found.by_id.extend(buyers_insert_customer_ids(connection, tenant, &ids).await?);
        ids.retain(|id| !found.by_id.contains_key(id));
    }
    if !ids.is_empty() {
        // Somebody else made these at the same time, and has committed by now.
        found.by_id.extend(buyers_by_customer_ids(connection, tenant, &ids).await?);
        ids.retain(|id| !found.by_id.contains_key(id));
    }

    if !external_ids.is_empty() {
        found.by_external_id.extend(buyers_by_external_ids(connection, tenant, &external_ids).await?);
        external_ids.retain(|key| !found.by_external_id.contains_key(key));
    }
    if !external_ids.is_empty() {
        found.by_external_id.extend(buyers_insert_external_ids(connection, tenant, &external_ids).await?);
        external_ids.retain(|key| !found.by_external_id.contains_key(key));
    }
    if !external_ids.is_empty() {
        found.by_external_id.extend(buyers_by_external_ids(connection, tenant, &external_ids).await?);
        external_ids.retain(|key| !found.by_external_id.contains_key(key));
    }
    if !ids.is_empty() || !external_ids.is_empty() {
        let erased = erased_keys(connection, tenant, &ids, &external_ids).await?;
        let nobody = Booking { buyer_id: ERASED, own_buyer_id: None };
        found.by_id.extend(erased.0.into_iter().map(|id| (id, nobody)));
        found.by_external_id.extend(erased.1.into_iter().map(|key| (key, nobody)));
    }
    Ok(found)
}
