//! Ids for transactions whose file has none: the same purchase gets the same id whenever it is read again.
//!
//! The id is a fingerprint of (customer, moment, amount, currency, kind) and, from the second row with the same five on,
//! which of them it is. So it does not depend on the path or on the order of the rows: importing the same file again, the
//! file with rows appended, or an overlapping export adds nothing twice. (Ids by row number would double every purchase
//! once an export is sorted another way.) The price: two equal purchases in *separate* files count as one; a file that
//! needs them apart must bring its own ids. Who sold what is not among the five: rows that differ in nothing else are told apart by
//! their order in the file.
//!
//! Counting equal rows exactly would need memory for every row. Instead a Bloom filter of fixed size (64 MiB, touched only
//! as far as rows need it) says which fingerprints were seen before, and only those that repeat are counted, up to a
//! million of them. Over ten million rows it errs about once (at a hundred million, often); such a row is numbered as a
//! second one, the same each time the file or its continuation is read.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::transactions::TransactionRow;

const BLOCKS: usize = 1 << 20;
const WORDS: usize = 8;
const COUNTED: usize = 1_000_000;

/// Gives ids to the rows of one file, in their order.
#[derive(Debug)]
pub struct Fingerprints {
    /// A Bloom filter whose bits for one key share one cache line.
    seen: Vec<[u64; WORDS]>,
    repeats: HashMap<u128, u64>,
    bytes: Vec<u8>,
}

impl Default for Fingerprints {
    fn default() -> Self {
        Self { seen: vec![[0; WORDS]; BLOCKS], repeats: HashMap::new(), bytes: Vec::new() }
    }
}

impl Fingerprints {
    /// The id of `row`. Its bytes are written down in stored ids: they must never change.
    pub fn id(&mut self, row: &TransactionRow) -> String {
        self.bytes.clear();
        row.moment.write_key(&mut self.bytes);
        self.bytes.extend_from_slice(&row.amount_minor.to_be_bytes());
        self.bytes.extend_from_slice(row.currency.code().as_bytes());
        self.bytes.extend_from_slice(&row.kind.as_str().as_bytes()[..1]);
        // Last, as the only part of no fixed length.
        self.bytes.extend_from_slice(row.customer.as_bytes());
        let digest = Sha256::digest(&self.bytes);
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        let mut id = hex(first);
        let print = u128::from_be_bytes(first);
        if self.insert(print) {
            let occurrence = self.count(print, row.row);
            // Writing to a String cannot fail.
            let _ = write!(id, "-{occurrence}");
        }
        id
    }

    /// The second, third, ... row with this fingerprint. Beyond what we count, the row number tells equal rows apart: stable
    /// while rows are only appended.
    fn count(&mut self, print: u128, row: u64) -> u64 {
        if self.repeats.len() >= COUNTED && !self.repeats.contains_key(&print) {
            return row;
        }
        let count = self.repeats.entry(print).or_insert(1);
        *count += 1;
        *count
    }

    /// Whether the fingerprint was there before (or, rarely, looks so).
    fn insert(&mut self, print: u128) -> bool {
        let block = &mut self.seen[(print as usize) % BLOCKS];
        let mut bits = (print >> 64) as u64;
        let mut seen = true;
        for word in block {
            let bit = 1_u64 << (bits & 63);
            seen &= *word & bit != 0;
            *word |= bit;
            bits >>= 6;
        }
        seen
    }
}

fn hex(bytes: [u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut id = String::with_capacity(40);
    id.push_str("row-");
    for byte in bytes {
        id.push(char::from(DIGITS[usize::from(byte >> 4)]));
        id.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    id
}

#[cfg(test)]
mod tests {
    use iso_currency::Currency;

    use super::*;
    use crate::files::{TransactionKind, date};

    fn row(customer: &str) -> TransactionRow {
        TransactionRow {
            detail: None,
            row: 1,
            id: String::new(),
            customer: customer.into(),
            moment: date::parse("1997-01-01").unwrap(),
            amount_minor: 2933,
            currency: Currency::USD,
            kind: TransactionKind::Purchase,
        }
    }

    fn ids(customers: &[&str]) -> Vec<String> {
        let mut prints = Fingerprints::default();
        customers.iter().map(|customer| prints.id(&row(customer))).collect()
    }

    #[test]
    fn reading_the_same_rows_again_gives_the_same_ids() {
        assert_eq!(ids(&["a", "b", "a"]), ids(&["a", "b", "a"]));
    }

    #[test]
    fn ids_written_down_once_never_change() {
        // By Python: hashlib.sha256(struct.pack(">hBBBq", 1997, 1, 1, 0, 2933) + b"USDp" + b"7").hexdigest()[:32]
        assert_eq!(ids(&["7"]), ["row-c49671e1df05d72df73ec4fc37506934"]);
    }

    #[test]
    fn appended_rows_leave_the_ids_before_them_alone() {
        assert_eq!(ids(&["a", "b", "a"])[..2], ids(&["a", "b"])[..]);
    }

    #[test]
    fn equal_rows_are_told_apart_and_their_order_does_not_matter() {
        let mut one_way = ids(&["a", "b", "a"]);
        let mut other_way = ids(&["a", "a", "b"]);
        assert_eq!(one_way[2], format!("{}-2", one_way[0]));
        one_way.sort();
        other_way.sort();
        assert_eq!(one_way, other_way);
    }

    #[test]
    fn whatever_differs_changes_the_id() {
        let a = row("a");
        let moment = |text| date::parse(text).unwrap();
        let others = [
            TransactionRow { amount_minor: 2934, ..a.clone() },
            TransactionRow { currency: Currency::EUR, ..a.clone() },
            TransactionRow { kind: TransactionKind::Refund, ..a.clone() },
            TransactionRow { moment: moment("1997-01-02"), ..a.clone() },
            TransactionRow { moment: moment("1997-01-01 00:00:00"), ..a.clone() },
            TransactionRow { moment: moment("1997-01-01T00:00:00Z"), ..a.clone() },
            TransactionRow { moment: moment("1997-01-01T00:00:00+01:00"), ..a.clone() },
            row("b"),
        ];
        let mut prints = Fingerprints::default();
        let mut ids: Vec<_> = others.iter().chain([&a]).map(|row| prints.id(row)).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 9);
        assert!(ids.iter().all(|id| id.len() == 36), "one was taken for a repetition: {ids:?}");
    }

    #[test]
    fn a_hundred_thousand_different_rows_are_not_taken_for_repetitions() {
        let mut prints = Fingerprints::default();
        let counted = (0..100_000).filter(|at: &u32| prints.id(&row(&at.to_string())).len() > 36).count();
        assert_eq!(counted, 0);
    }
}
