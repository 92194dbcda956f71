//! Buyers that were looked up lately, in memory that has a limit.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
};

use quick_cache::sync::Cache;

use crate::domain::transaction::CustomerKey;

/// Stands for the buyer of a key that an erased customer had: there is none.
pub const ERASED: i64 = 0;

/// Keys remembered at most, in some 60 MB.
const KEYS: usize = 1_000_000;
/// Tenants whose epoch is remembered.
const TENANTS: usize = 4_096;

/// What customers' keys mean. An entry holds for one epoch of its tenant: once a key means another buyer, nothing remembered of the
/// tenant is found any more.
///
/// Keys are remembered by 128 bits of hash, keyed afresh in every process, so that a million of them fit: that two keys of a million meet
/// has a chance of 1 in 10^26.
pub struct KnownBuyers {
    hashes: (RandomState, RandomState),
    buyers: Cache<(u64, u64), i64>,
    epochs: Cache<String, i64>,
}

impl Default for KnownBuyers {
    fn default() -> Self {
        Self { hashes: (RandomState::new(), RandomState::new()), buyers: Cache::new(KEYS), epochs: Cache::new(TENANTS) }
    }
}

impl KnownBuyers {
    /// The epoch of a tenant when its keys were last looked up.
    pub fn epoch(&self, tenant: &str) -> Option<i64> {
        self.epochs.get(tenant)
    }

    /// Remembers the epoch in which a tenant's keys were looked up.
    pub fn insert_epoch(&self, tenant: &str, epoch: i64) {
        self.epochs.insert(tenant.to_owned(), epoch);
    }

    /// The buyer a key meant in this epoch.
    pub fn get(&self, tenant: &str, epoch: i64, key: &CustomerKey) -> Option<i64> {
        self.buyers.get(&self.hashed(tenant, epoch, key))
    }

    /// Remembers the buyer of a key, once it is committed.
    pub fn insert(&self, tenant: &str, epoch: i64, key: &CustomerKey, buyer_id: i64) {
        self.buyers.insert(self.hashed(tenant, epoch, key), buyer_id);
    }

    fn hashed(&self, tenant: &str, epoch: i64, key: &CustomerKey) -> (u64, u64) {
        let whole = (tenant, epoch, key);
        (self.hashes.0.hash_one(whole), self.hashes.1.hash_one(whole))
    }
}

impl fmt::Debug for KnownBuyers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KnownBuyers").field("keys", &self.buyers.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_to_its_tenant_in_its_epoch_only() {
        let buyers = KnownBuyers::default();
        let key = CustomerKey::External("c".into());
        buyers.insert("a", 0, &key, 7);
        assert_eq!(buyers.get("a", 0, &key), Some(7));
        assert_eq!(buyers.get("b", 0, &key), None);
        assert_eq!(buyers.get("a", 1, &key), None);
        assert_eq!(buyers.get("a", 0, &CustomerKey::External("d".into())), None);
    }
}
