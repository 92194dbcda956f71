//! What a customer's transactions were at an instant, whatever was corrected, deleted and merged since.

use std::collections::HashMap;

use clientele_proto::value::v1::{CostKind, Transaction, TransactionKind, transaction::Customer};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use prost::Message as _;
use sqlx::PgConnection;

use super::error::RunError;
use crate::{
    domain::{money::Amount, transaction::CostKind as Spent},
    store::{
        rescore::Past,
        transaction_history::{
            MergedBuyer, PresentTransaction, TransactionChange, buyer_and_merged, transaction_changes_since,
            transactions_of_buyer,
        },
    },
};

/// All that is known of a customer's transactions since an instant.
#[derive(Debug)]
pub struct History {
    buyer_id: i64,
    present: Vec<Entry>,
    /// What transactions said until they were changed, oldest change first.
    replaced: Vec<(Timestamp, Entry)>,
    /// Since when those merged into the customer count for it; a buyer that is not here does not.
    counts_since: HashMap<i64, Timestamp>,
}

/// A transaction as it is or was.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    external_id: String,
    create_time: Timestamp,
    /// Whose it is by its own key; `None` for somebody whom the customer has nothing to do with.
    own_buyer_id: Option<i64>,
    kind: i16,
    date: Date,
    amount_minor: i64,
    currency_code: String,
    refunded_external_id: String,
    cost_kind: Option<i16>,
}

impl History {
    /// Of a buyer that is not merged into another, since an instant.
    pub async fn read(
        connection: &mut PgConnection,
        tenant: &str,
        buyer_id: i64,
        since: Timestamp,
    ) -> Result<Self, RunError> {
        let buyers = buyer_and_merged(connection, tenant, buyer_id).await?;
        let present = transactions_of_buyer(connection, tenant, buyer_id).await?;
        let external_ids: Vec<String> = present.iter().map(|present| present.external_id.clone()).collect();
        let keys = keys(&buyers);
        let asked: Vec<String> = keys.keys().cloned().collect();
        let changes = transaction_changes_since(connection, tenant, since, (&external_ids, &asked)).await?;
        Ok(Self {
            buyer_id,
            present: present.into_iter().map(|present| Entry::present(buyer_id, present)).collect(),
            replaced: changes.iter().map(|change| Entry::replaced(change, &keys)).collect::<Result<_, _>>()?,
            counts_since: counts_since(buyer_id, &buyers),
        })
    }

    /// The instants from one to another at which anything changed, ascending.
    pub fn changes_between(&self, first: Timestamp, last: Timestamp) -> Vec<Timestamp> {
        let recorded = self.present.iter().chain(self.replaced.iter().map(|(_, entry)| entry));
        let recorded = recorded.map(|entry| entry.create_time);
        let changed = self.replaced.iter().map(|(time, _)| *time);
        let all = recorded.chain(changed).chain(self.counts_since.values().copied());
        let mut found: Vec<Timestamp> = all.filter(|time| (first..=last).contains(time)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What counted for the customer at an instant, each in its own currency. With `any_currency` a refund takes back a purchase in whatever currency.
    pub fn at(&self, instant: Timestamp, any_currency: bool) -> Vec<(Past, String)> {
        let mut then: HashMap<&str, &Entry> =
            self.present.iter().map(|entry| (entry.external_id.as_str(), entry)).collect();
        // The first change after the instant replaced what was said at it.
        for (time, entry) in self.replaced.iter().rev() {
            if *time > instant {
                then.insert(&entry.external_id, entry);
            }
        }
        then.retain(|_, entry| entry.create_time <= instant && self.counts(entry, instant));
        let purchase_of = |refund: &Entry| {
            let bought = then.get(refund.refunded_external_id.as_str()).filter(|bought| bought.kind == 1)?;
            (any_currency || bought.currency_code == refund.currency_code).then_some(bought.date)
        };
        let mut entries: Vec<&&Entry> = then.values().collect();
        entries.sort_unstable_by(|left, right| left.external_id.cmp(&right.external_id));
        let past = |entry: &Entry| Past {
            buyer_id: self.buyer_id,
            kind: entry.kind,
            occur_date: entry.date.to_sqlx(),
            amount_minor: entry.amount_minor,
            purchase_date: if entry.kind == 2 { purchase_of(entry).map(Date::to_sqlx) } else { None },
            cost_kind: entry.cost_kind,
        };
        entries.into_iter().map(|entry| (past(entry), entry.currency_code.clone())).collect()
    }

    fn counts(&self, entry: &Entry, instant: Timestamp) -> bool {
        let since = entry.own_buyer_id.and_then(|own| self.counts_since.get(&own));
        since.is_some_and(|since| *since <= instant)
    }
}

impl Entry {
    fn present(buyer_id: i64, present: PresentTransaction) -> Self {
        Self {
            external_id: present.external_id,
            create_time: present.create_time.to_jiff(),
            own_buyer_id: Some(present.own_buyer_id.unwrap_or(buyer_id)),
            kind: present.kind,
            date: present.occur_date.to_jiff(),
            amount_minor: present.amount_minor,
            currency_code: present.currency_code,
            refunded_external_id: present.refunded_external_id.unwrap_or_default(),
            cost_kind: present.cost_kind,
        }
    }

    fn replaced(change: &TransactionChange, keys: &HashMap<String, i64>) -> Result<(Timestamp, Self), RunError> {
        let unreadable = || RunError::Fault(format!("a revision of {} cannot be read", change.external_id));
        let before = Transaction::decode(change.before.as_slice()).map_err(|_| unreadable())?;
        let kind = before.kind();
        let cost_kind = match before.cost_kind() {
            CostKind::Unspecified | CostKind::CostToServe => Spent::CostToServe,
            CostKind::CostOfGoods => Spent::CostOfGoods,
            CostKind::Acquisition => Spent::Acquisition,
        };
        let customer = before.customer.as_ref().map(|customer| match customer {
            Customer::CustomerId(key) | Customer::CustomerExternalId(key) => key,
        });
        let amount = before.amount.as_ref().and_then(|amount| Amount::read(amount).ok()).ok_or_else(unreadable)?;
        let date = before.occur_date.ok_or_else(unreadable)?;
        let date = Date::new(date.year as i16, date.month as i8, date.day as i8).map_err(|_| unreadable())?;
        let create_time = before.create_time.ok_or_else(unreadable)?;
        let create_time = Timestamp::new(create_time.seconds, create_time.nanos).map_err(|_| unreadable())?;
        let entry = Self {
            external_id: change.external_id.clone(),
            create_time,
            own_buyer_id: customer.and_then(|key| keys.get(key)).copied(),
            kind: match kind {
                TransactionKind::Purchase | TransactionKind::Unspecified => 1,
                TransactionKind::Refund => 2,
                TransactionKind::Cost => 3,
            },
            date,
            amount_minor: amount.minor(),
            currency_code: amount.currency_code().to_owned(),
            refunded_external_id: before.refunded_external_id,
            cost_kind: if kind == TransactionKind::Cost { cost_kind.number() } else { None },
        };
        Ok((change.create_time, entry))
    }
}

/// The keys under which transactions of buyers are told, and whose they are.
fn keys(buyers: &[MergedBuyer]) -> HashMap<String, i64> {
    let of_one = |buyer: &MergedBuyer| {
        let keys = buyer.customer_id.map(|id| id.to_string()).into_iter().chain(buyer.external_id.clone());
        keys.map(|key| (key, buyer.buyer_id)).collect::<Vec<_>>()
    };
    buyers.iter().flat_map(of_one).collect()
}

/// Since when each buyer counts for the survivor: since the last of the merges that lead there.
fn counts_since(survivor: i64, buyers: &[MergedBuyer]) -> HashMap<i64, Timestamp> {
    let by_id: HashMap<i64, &MergedBuyer> = buyers.iter().map(|buyer| (buyer.buyer_id, buyer)).collect();
    let since = |buyer: &MergedBuyer| {
        let mut since = Timestamp::MIN;
        let mut at = Some(buyer);
        // At most as many merges as there are buyers: a ring would be a fault, but not one to wait for.
        for _ in buyers {
            let Some(buyer) = at.filter(|buyer| buyer.buyer_id != survivor) else { break };
            since = since.max(buyer.merge_time.map_or(Timestamp::MIN, jiff_sqlx::Timestamp::to_jiff));
            at = buyer.merged_into.and_then(|into| by_id.get(&into).copied());
        }
        since
    };
    buyers.iter().map(|buyer| (buyer.buyer_id, since(buyer))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn entry(external_id: &str, create_second: i64, own_buyer_id: Option<i64>, amount_minor: i64) -> Entry {
        Entry {
            external_id: external_id.to_owned(),
            create_time: second(create_second),
            own_buyer_id,
            kind: 1,
            date: Date::constant(1997, 1, 1),
            amount_minor,
            currency_code: "USD".to_owned(),
            refunded_external_id: String::new(),
            cost_kind: None,
        }
    }

    fn history(present: Vec<Entry>, replaced: Vec<(i64, Entry)>) -> History {
        let replaced = replaced.into_iter().map(|(time, entry)| (second(time), entry)).collect();
        History { buyer_id: 1, present, replaced, counts_since: [(1, Timestamp::MIN), (2, second(50))].into() }
    }

    fn amounts(history: &History, at: i64) -> Vec<i64> {
        history.at(second(at), false).iter().map(|(past, _)| past.amount_minor).collect()
    }

    #[test]
    fn a_transaction_says_what_it_said_before_its_first_later_correction() {
        let said = |amount| entry("a", 10, Some(1), amount);
        let history = history(vec![said(3)], vec![(20, said(1)), (30, said(2))]);
        for (at, expected) in [(9, vec![]), (10, vec![1]), (19, vec![1]), (20, vec![2]), (29, vec![2]), (30, vec![3])] {
            assert_eq!(amounts(&history, at), expected, "at {at}");
        }
        assert_eq!(history.changes_between(second(11), second(30)), [second(20), second(30)]);
    }

    #[test]
    fn what_was_deleted_is_there_until_then() {
        let history = history(vec![], vec![(20, entry("a", 10, Some(1), 5))]);
        assert_eq!([amounts(&history, 19), amounts(&history, 20)], [vec![5], vec![]]);
    }

    #[test]
    fn what_a_correction_gave_to_another_customer_was_ours_before_and_the_other_way_round() {
        let given = history(vec![], vec![(20, entry("a", 10, Some(1), 5))]);
        assert_eq!([amounts(&given, 15), amounts(&given, 25)], [vec![5], vec![]]);
        let got = history(vec![entry("b", 10, Some(1), 7)], vec![(20, entry("b", 10, None, 7))]);
        assert_eq!([amounts(&got, 15), amounts(&got, 25)], [vec![], vec![7]]);
    }

    #[test]
    fn what_a_merged_customer_bought_counts_since_the_merge() {
        let history = history(vec![entry("a", 10, Some(2), 5), entry("b", 60, Some(2), 6)], vec![]);
        assert_eq!(
            [amounts(&history, 49), amounts(&history, 50), amounts(&history, 60)],
            [vec![], vec![5], vec![5, 6]]
        );
    }

    #[test]
    fn a_refund_takes_back_the_purchase_as_it_was_then() {
        let refund = Entry { kind: 2, refunded_external_id: "a".to_owned(), ..entry("r", 12, Some(1), 1) };
        let moved = Entry { date: Date::constant(1997, 2, 2), ..entry("a", 10, Some(1), 5) };
        let foreign = Entry { currency_code: "EUR".to_owned(), ..entry("a", 10, Some(1), 5) };
        let history = history(vec![foreign, refund], vec![(20, entry("a", 10, Some(1), 5)), (30, moved)]);
        let bought = |at, any| {
            let past = history.at(second(at), any).into_iter().find(|(past, _)| past.kind == 2).unwrap().0;
            past.purchase_date.map(jiff_sqlx::Date::to_jiff)
        };
        assert_eq!(bought(15, false), Some(Date::constant(1997, 1, 1)));
        assert_eq!(bought(25, false), Some(Date::constant(1997, 2, 2)));
        assert_eq!([bought(35, false), bought(35, true)], [None, Some(Date::constant(1997, 1, 1))]);
    }

    #[test]
    fn who_was_merged_twice_counts_since_the_later_merge() {
        let buyer = |buyer_id, merged_into, merged: Option<i64>| MergedBuyer {
            buyer_id,
            customer_id: None,
            external_id: Some(format!("c{buyer_id}")),
            merged_into,
            merge_time: merged.map(|at| second(at).to_sqlx()),
        };
        let buyers =
            [buyer(1, None, None), buyer(2, Some(1), Some(30)), buyer(3, Some(2), Some(10)), buyer(4, Some(1), None)];
        let since = counts_since(1, &buyers);
        assert_eq!([1, 2, 3, 4].map(|of| since[&of]), [Timestamp::MIN, second(30), second(30), Timestamp::MIN]);
        assert_eq!(keys(&buyers)["c3"], 3);
    }
}
