//! A customer through its life: created, changed, deleted, undeleted.

use clientele_error::Violation;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{changed::changed_fields, profile::Profile};

/// How long a deleted customer can be undeleted.
pub const KEPT_AFTER_DELETION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A customer as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// UUIDv7.
    pub customer_id: Uuid,
    /// What callers write.
    pub profile: Profile,
    /// 1 at creation, one more with every change.
    pub version: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
    /// Set while it is deleted.
    pub deletion: Option<Deletion>,
    /// The customer it is merged into, which may be merged itself.
    pub merged_into: Option<Uuid>,
}

/// A deletion that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// When it was deleted.
    pub delete_time: Timestamp,
    /// From when it may be purged for good.
    pub purge_time: Timestamp,
}

/// Why something cannot be done to a customer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller saw another version.
    #[error("the customer has changed since the etag was read")]
    EtagMismatch,
    /// It is deleted.
    #[error("the customer is deleted")]
    Deleted,
    /// It is not deleted.
    #[error("the customer is not deleted")]
    NotDeleted,
    /// It is merged into another.
    #[error("the customer is merged into customer {0}")]
    Merged(Uuid),
    /// A customer with its external id was erased.
    #[error("the customer was erased, and its external_id stays taken")]
    Erased,
    /// Fields break their rules.
    #[error("fields break their rules")]
    Invalid(Vec<Violation>),
}

impl Customer {
    /// A new customer.
    pub fn new(customer_id: Uuid, profile: Profile, now: Timestamp) -> Self {
        Self { customer_id, profile, version: 1, create_time: now, update_time: now, deletion: None, merged_into: None }
    }

    /// The version as callers see it.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// Refuses a caller who saw another version; an empty `etag` is anyone's. A merged customer is changed by nobody.
    pub fn expect_etag(&self, etag: &str) -> Result<(), Refusal> {
        self.expect_unmerged()?;
        if etag.is_empty() || etag == self.etag() { Ok(()) } else { Err(Refusal::EtagMismatch) }
    }

    /// Gives it another profile and answers the paths of the fields that changed. Without a change it stays at its version.
    pub fn change(&mut self, profile: Profile, now: Timestamp) -> Result<Vec<&'static str>, Refusal> {
        self.expect_alive()?;
        let changed = changed_fields(&self.profile, &profile);
        if !changed.is_empty() {
            self.profile = profile;
            self.touch(now);
        }
        Ok(changed)
    }

    /// Deletes it, softly.
    pub fn delete(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.expect_alive()?;
        let purge_time = now.saturating_add(KEPT_AFTER_DELETION).unwrap_or(Timestamp::MAX);
        self.deletion = Some(Deletion { delete_time: now, purge_time });
        self.touch(now);
        Ok(())
    }

    /// Brings it back.
    pub fn undelete(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.expect_unmerged()?;
        if self.deletion.take().is_none() {
            return Err(Refusal::NotDeleted);
        }
        self.touch(now);
        Ok(())
    }

    /// Refuses one that is merged or deleted.
    pub fn expect_alive(&self) -> Result<(), Refusal> {
        self.expect_unmerged()?;
        if self.deletion.is_some() { Err(Refusal::Deleted) } else { Ok(()) }
    }

    /// Refuses one that is merged.
    pub fn expect_unmerged(&self) -> Result<(), Refusal> {
        self.merged_into.map_or(Ok(()), |survivor| Err(Refusal::Merged(survivor)))
    }

    pub(super) fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.update_time = now;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::{Draft, DraftKind, draft::DraftOrganisation};

    pub(crate) fn profile(external_id: &str, legal_name: &str) -> Profile {
        let organisation = DraftOrganisation { legal_name: legal_name.into(), ..DraftOrganisation::default() };
        let kind = Some(DraftKind::Organisation(organisation));
        Profile::new(Draft { external_id: external_id.into(), kind, ..Draft::default() }).unwrap()
    }

    fn customer() -> Customer {
        Customer::new(Uuid::from_u128(1), profile("a", "Acme"), Timestamp::UNIX_EPOCH)
    }

    fn later() -> Timestamp {
        Timestamp::from_second(60).unwrap()
    }

    #[test]
    fn a_change_makes_a_new_version_and_names_its_fields() {
        let mut customer = customer();
        assert_eq!(customer.etag(), "\"1\"");
        assert_eq!(
            customer.change(profile("b", "Acme SE"), later()).unwrap(),
            ["external_id", "display_name", "organisation.legal_name"]
        );
        assert_eq!((customer.etag().as_str(), customer.update_time), ("\"2\"", later()));
        assert_eq!(customer.create_time, Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn no_change_leaves_the_version_alone() {
        let mut customer = customer();
        let before = customer.clone();
        assert!(customer.change(profile("a", "Acme"), later()).unwrap().is_empty());
        assert_eq!(customer, before);
    }

    #[test]
    fn an_etag_is_the_quoted_version_or_nothing() {
        let customer = customer();
        assert_eq!(customer.expect_etag(""), Ok(()));
        assert_eq!(customer.expect_etag("\"1\""), Ok(()));
        for other in ["\"2\"", "1", "*"] {
            assert_eq!(customer.expect_etag(other), Err(Refusal::EtagMismatch), "{other}");
        }
    }

    #[test]
    fn a_customer_is_deleted_once_and_comes_back_once() {
        let mut customer = customer();
        assert_eq!(customer.undelete(later()), Err(Refusal::NotDeleted));
        customer.delete(later()).unwrap();
        let deletion = customer.deletion.unwrap();
        assert_eq!(deletion.purge_time.duration_since(deletion.delete_time), SignedDuration::from_hours(720));
        assert_eq!(customer.delete(later()), Err(Refusal::Deleted));
        assert_eq!(customer.change(profile("b", "b"), later()), Err(Refusal::Deleted));
        customer.undelete(later()).unwrap();
        assert_eq!((customer.deletion, customer.version), (None, 3));
    }
}
