//! Which rows of a chunk are new, which were recorded before, which say something else under the same id, and which were deleted.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use clientele_error::{Reason, Violation};

use super::{Chunk, ERASED, Exception, Outcome};
use crate::domain::transaction::{CustomerKey, Facts};

/// What is known of external ids.
#[derive(Debug, Default)]
pub struct Known {
    /// What is recorded under them: the buyer and what the transaction says.
    pub recorded: HashMap<String, (i64, Facts)>,
    /// Those of deleted transactions.
    pub deleted: HashSet<String>,
}

/// Sorts the good rows of a chunk, whose buyers are `buyers`, into new ones (their indexes among the good rows) and exceptions. The first
/// row of an id counts; later ones are compared with it.
pub fn compare(chunk: &Chunk, buyers: &[i64], known: &Known) -> (Vec<usize>, Vec<Exception>) {
    let mut new = Vec::with_capacity(chunk.good.len());
    let mut exceptions = Vec::new();
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(chunk.good.len());
    for (index, (place, transaction)) in chunk.good.iter().enumerate() {
        if buyers[index] == ERASED {
            let (external_id, outcome) = (transaction.external_id.clone(), erased(&transaction.customer));
            exceptions.push(Exception { place: *place, external_id, outcome });
            continue;
        }
        if known.deleted.contains(&transaction.external_id) {
            exceptions.push(Exception {
                place: *place,
                external_id: transaction.external_id.clone(),
                outcome: deleted(),
            });
            continue;
        }
        let before = match known.recorded.get(&transaction.external_id) {
            Some((buyer, facts)) => Some((*buyer, facts)),
            None => match first.entry(&transaction.external_id) {
                Entry::Vacant(vacant) => {
                    vacant.insert(index);
                    None
                }
                Entry::Occupied(of) => Some((buyers[*of.get()], &chunk.good[*of.get()].1.facts)),
            },
        };
        match before {
            None => new.push(index),
            Some(before) => exceptions.push(Exception {
                place: *place,
                external_id: transaction.external_id.clone(),
                outcome: outcome(before, (buyers[index], &transaction.facts), &transaction.customer),
            }),
        }
    }
    (new, exceptions)
}

fn erased(customer: &CustomerKey) -> Outcome {
    let violation = Violation::new(customer.field(), "is that of a customer that was erased for good");
    Outcome::Rejected { reason: Reason::CustomerErased, violations: vec![violation] }
}

fn deleted() -> Outcome {
    let violation = Violation::new("external_id", "is that of a deleted transaction, and stays taken");
    Outcome::Rejected { reason: Reason::TransactionDeleted, violations: vec![violation] }
}

fn outcome(before: (i64, &Facts), now: (i64, &Facts), customer: &CustomerKey) -> Outcome {
    let violations = differences(before, now, customer);
    if violations.is_empty() {
        Outcome::Duplicate
    } else {
        Outcome::Rejected { reason: Reason::TransactionConflict, violations }
    }
}

/// The fields in which a transaction differs from the one recorded before under its id.
pub fn differences(before: (i64, &Facts), now: (i64, &Facts), customer: &CustomerKey) -> Vec<Violation> {
    let of_customer = (before.0 != now.0).then_some(customer.field());
    let of_facts = before.1.differences(now.1);
    of_customer
        .into_iter()
        .chain(of_facts)
        .map(|field| Violation::new(field, "differs from what is recorded under this external_id"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        money::Amount,
        transaction::{Kind, NewTransaction},
    };
    use jiff::civil::date;

    fn facts(units: i64) -> Facts {
        Facts {
            kind: Kind::Purchase,
            amount: Amount::new("USD", units, 0).unwrap(),
            occur_date: date(1997, 1, 1),
            occur_time: None,
            refunded_external_id: None,
            items: Vec::new(),
            sales_organisation: None,
            cost_kind: None,
        }
    }

    fn chunk(rows: &[(&str, i64)]) -> Chunk {
        let mut chunk = Chunk::default();
        for (id, units) in rows {
            let customer = CustomerKey::External("c".into());
            chunk.accept(NewTransaction { external_id: (*id).into(), customer, facts: facts(*units) });
        }
        chunk
    }

    fn told(exceptions: &[Exception]) -> Vec<(usize, Vec<&str>)> {
        exceptions
            .iter()
            .map(|exception| match &exception.outcome {
                Outcome::Duplicate => (exception.place, vec![]),
                Outcome::Rejected { violations, .. } => {
                    (exception.place, violations.iter().map(|violation| violation.field.as_str()).collect())
                }
            })
            .collect()
    }

    #[test]
    fn the_first_row_of_an_id_counts_and_later_ones_are_compared_with_it() {
        let (new, exceptions) =
            compare(&chunk(&[("a", 1), ("b", 1), ("a", 1), ("a", 2)]), &[7, 8, 7, 9], &Known::default());
        assert_eq!(new, [0, 1]);
        assert_eq!(told(&exceptions), [(2, vec![]), (3, vec!["customer_external_id", "amount"])]);
    }

    #[test]
    fn what_is_recorded_counts_before_the_rows_of_the_chunk() {
        let known = Known { recorded: HashMap::from([("a".to_owned(), (7, facts(2)))]), ..Known::default() };
        let (new, exceptions) = compare(&chunk(&[("a", 1), ("a", 2), ("b", 1)]), &[7, 7, 7], &known);
        assert_eq!(new, [2]);
        assert_eq!(told(&exceptions), [(0, vec!["amount"]), (1, vec![])]);
    }

    #[test]
    fn rows_of_erased_customers_are_rejected() {
        let (new, exceptions) = compare(&chunk(&[("a", 1), ("b", 1)]), &[ERASED, 7], &Known::default());
        assert_eq!(new, [1]);
        assert_eq!(told(&exceptions), [(0, vec!["customer_external_id"])]);
    }

    #[test]
    fn every_row_of_a_deleted_id_is_rejected_whatever_it_says() {
        let known = Known { deleted: HashSet::from(["a".to_owned()]), ..Known::default() };
        let (new, exceptions) = compare(&chunk(&[("a", 1), ("b", 1), ("a", 2)]), &[7, 7, 7], &known);
        assert_eq!(new, [1]);
        assert_eq!(told(&exceptions), [(0, vec!["external_id"]), (2, vec!["external_id"])]);
    }
}
