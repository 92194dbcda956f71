//! Rows that create or change customers by their external id, one after another.
//!
//! A row that names the same external id as a row before it applies to what that row left, as if each had come in a call of its own.

use std::collections::HashMap;

use clientele_error::Violation;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    customer::{Customer, Refusal},
    draft::Draft,
    fault::Fault,
    profile::Profile,
    text::ExternalId,
};

/// A valid row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    external_id: ExternalId,
    profile: Profile,
    etag: String,
}

impl Row {
    /// The row a draft describes; it needs an `external_id`.
    pub fn new(draft: Draft) -> Result<Self, Vec<Violation>> {
        let etag = draft.etag.clone();
        let mut violations = Vec::new();
        if draft.external_id.is_empty() {
            violations.push(Violation::new("external_id", Fault::Missing.to_string()));
        }
        match Profile::new(draft) {
            Ok(profile) => match profile.external_id.clone() {
                Some(external_id) => Ok(Self { external_id, profile, etag }),
                None => Err(violations),
            },
            Err(wrong) => {
                violations.extend(wrong);
                Err(violations)
            }
        }
    }

    /// Which customer it is about.
    pub fn external_id(&self) -> &ExternalId {
        &self.external_id
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The customer is new.
    Created(Uuid),
    /// The customer existed and was changed.
    Updated(Uuid),
    /// The customer existed just so.
    Unchanged(Uuid),
    /// The row was left out.
    Rejected(Refusal),
}

/// What happened to a customer, for its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was created.
    Created(Customer),
    /// These of its fields were changed.
    Updated(Customer, Vec<&'static str>),
}

/// What many rows come to.
#[derive(Debug, Default)]
pub struct Settled {
    /// What became of each row, in order.
    pub outcomes: Vec<Outcome>,
    /// Customers to insert.
    pub created: Vec<Customer>,
    /// Customers to update.
    pub updated: Vec<Customer>,
    /// What happened, in order.
    pub changes: Vec<Change>,
}

struct Entry {
    customer: Customer,
    is_new: bool,
    is_changed: bool,
}

/// Applies rows, in order, to the customers that their external ids lead to now.
pub fn settle(
    rows: &[Result<Row, Refusal>],
    existing: Vec<(Vec<ExternalId>, Customer)>,
    now: Timestamp,
    new_id: impl Fn() -> Uuid,
) -> Settled {
    let mut settled = Settled::default();
    let mut place: HashMap<ExternalId, usize> = HashMap::with_capacity(rows.len());
    let mut entries: Vec<Entry> = Vec::with_capacity(rows.len());
    for (external_ids, customer) in existing {
        place.extend(external_ids.into_iter().map(|external_id| (external_id, entries.len())));
        entries.push(Entry { customer, is_new: false, is_changed: false });
    }
    for row in rows {
        let outcome = match row {
            Err(refusal) => Outcome::Rejected(refusal.clone()),
            Ok(row) => {
                if let Some(place) = place.get(&row.external_id) {
                    apply(row, &mut entries[*place], now, &mut settled.changes)
                } else {
                    let customer = Customer::new(new_id(), row.profile.clone(), now);
                    let customer_id = customer.customer_id;
                    settled.changes.push(Change::Created(customer.clone()));
                    place.insert(row.external_id.clone(), entries.len());
                    entries.push(Entry { customer, is_new: true, is_changed: false });
                    Outcome::Created(customer_id)
                }
            }
        };
        settled.outcomes.push(outcome);
    }
    for entry in entries {
        if entry.is_new {
            settled.created.push(entry.customer);
        } else if entry.is_changed {
            settled.updated.push(entry.customer);
        }
    }
    settled
}

fn apply(row: &Row, entry: &mut Entry, now: Timestamp, changes: &mut Vec<Change>) -> Outcome {
    let customer = &mut entry.customer;
    let customer_id = customer.customer_id;
    let kind = row.profile.kind.name();
    if kind != customer.profile.kind.name() {
        let fixed = Violation::new(kind.field(), Fault::KindIsFixed.to_string());
        return Outcome::Rejected(Refusal::Invalid(vec![fixed]));
    }
    // A row may name the customer by the external id of one that is merged into it.
    let external_id = customer.profile.external_id.clone();
    let profile = Profile { external_id, ..row.profile.clone() };
    if customer.deletion.is_none() && profile == customer.profile {
        // Also with the etag of the version before: a row that is sent again changes nothing.
        return Outcome::Unchanged(customer_id);
    }
    if let Err(refusal) = customer.expect_etag(&row.etag) {
        return Outcome::Rejected(refusal);
    }
    match customer.change(profile, now) {
        Ok(changed) => {
            entry.is_changed = true;
            changes.push(Change::Updated(customer.clone(), changed));
            Outcome::Updated(customer_id)
        }
        Err(refusal) => Outcome::Rejected(refusal),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::domain::{DraftKind, customer::tests::profile, draft::DraftPerson};

    fn row(external_id: &str, legal_name: &str) -> Result<Row, Refusal> {
        Row::new(Draft::from(&profile(external_id, legal_name))).map_err(Refusal::Invalid)
    }

    fn run(rows: &[Result<Row, Refusal>], existing: Vec<Customer>) -> Settled {
        let next = Cell::new(100);
        let existing = existing.into_iter().map(|one| (one.profile.external_id.clone().into_iter().collect(), one));
        settle(rows, existing.collect(), Timestamp::UNIX_EPOCH, || {
            next.set(next.get() + 1);
            Uuid::from_u128(next.get())
        })
    }

    fn stored(external_id: &str, legal_name: &str) -> Customer {
        Customer::new(Uuid::from_u128(1), profile(external_id, legal_name), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn rows_create_change_or_leave_customers() {
        let rows = [row("a", "A"), row("b", "B"), row("c", "C")];
        let b = Customer { customer_id: Uuid::from_u128(2), ..stored("b", "old") };
        let settled = run(&rows, vec![stored("a", "A"), b]);
        let [one, two, new] = [1, 2, 101].map(Uuid::from_u128);
        assert_eq!(settled.outcomes, [Outcome::Unchanged(one), Outcome::Updated(two), Outcome::Created(new)]);
        assert_eq!((settled.created.len(), settled.updated.len(), settled.changes.len()), (1, 1, 2));
    }

    #[test]
    fn a_row_applies_to_what_a_row_before_it_left() {
        let settled = run(&[row("a", "A"), row("a", "B"), row("a", "B")], vec![]);
        let id = Uuid::from_u128(101);
        assert_eq!(settled.outcomes, [Outcome::Created(id), Outcome::Updated(id), Outcome::Unchanged(id)]);
        assert_eq!(settled.created.len(), 1, "stored once, as it is in the end");
        assert_eq!((settled.created[0].version, &settled.created[0].profile), (2, &profile("a", "B")));
        assert!(settled.updated.is_empty());
        assert!(
            matches!(&settled.changes[..], [Change::Created(first), Change::Updated(last, _)] if first.version == 1 && last.version == 2)
        );
    }

    #[test]
    fn a_bad_row_does_not_lose_the_good_ones() {
        let nameless = Row::new(Draft::default()).map_err(Refusal::Invalid);
        let settled = run(&[nameless, row("a", "A")], vec![]);
        let Outcome::Rejected(Refusal::Invalid(violations)) = &settled.outcomes[0] else {
            panic!("{:?}", settled.outcomes)
        };
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["external_id", "kind"]);
        assert!(matches!(settled.outcomes[1], Outcome::Created(_)));
    }

    #[test]
    fn a_row_with_the_key_of_a_merged_customer_changes_the_survivor_which_keeps_its_own() {
        let survivor = stored("a", "A");
        let keys = ["a", "m"].map(|key| ExternalId::new(key.to_owned()).unwrap());
        let settled =
            settle(&[row("m", "B"), row("a", "B")], vec![(keys.into(), survivor)], Timestamp::UNIX_EPOCH, Uuid::nil);
        let id = Uuid::from_u128(1);
        assert_eq!(settled.outcomes, [Outcome::Updated(id), Outcome::Unchanged(id)]);
        assert_eq!(settled.updated[0].profile, profile("a", "B"));
    }

    #[test]
    fn deleted_customers_other_kinds_and_old_etags_are_rejected() {
        let mut deleted = stored("a", "A");
        deleted.delete(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(run(&[row("a", "A")], vec![deleted]).outcomes, [Outcome::Rejected(Refusal::Deleted)]);

        let person = DraftKind::Person(DraftPerson { given_name: "Ana".into(), ..DraftPerson::default() });
        let person = Row::new(Draft { external_id: "a".into(), kind: Some(person), ..Draft::default() }).unwrap();
        let settled = run(&[Ok(person)], vec![stored("a", "A")]);
        assert!(matches!(&settled.outcomes[0], Outcome::Rejected(Refusal::Invalid(why)) if why[0].field == "person"));

        let old = |legal_name| Row { etag: "\"7\"".into(), ..row("a", legal_name).unwrap() };
        assert_eq!(run(&[Ok(old("B"))], vec![stored("a", "A")]).outcomes, [Outcome::Rejected(Refusal::EtagMismatch)]);
        assert_eq!(run(&[Ok(old("A"))], vec![stored("a", "A")]).outcomes, [Outcome::Unchanged(Uuid::from_u128(1))]);
    }
}
