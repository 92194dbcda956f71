//! Ids for transactions whose file has none: the same purchase gets the same id whenever it is read again.
//!
//! The id is a fingerprint of (customer, moment, amount, currency, kind) and, from the second row with the same five on,
//! which of them it is. So it does not depend on the path or on the order of the rows: importing the same file again, the
//! file with rows appended, or an overlapping export adds nothing twice. (Ids by row number would double every purchase
//! once an export is sorted another way.) The price: two equal purchases in *separate* files count as one; a file that
//! needs them apart must bring its own ids.
//!
//! Counting equal rows exactly would need memory for every row. Instead a Bloom filter of fixed size (64 MiB, touched only
//! as far as rows need it) says which fingerprints were seen before, and only those that repeat are counted, up to a
//! million of them. Over ten million rows it errs about once (at a hundred million, often); such a row is numbered as a
//! second one, the same each time the file or its continuation is read.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

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
    /// The id of a row with these values, which is row number `row` of its file.
    pub fn id(&mut self, row: u64, values: [&str; 5]) -> String {
        self.bytes.clear();
        for value in values {
            // Lengths keep ("ab", "c") apart from ("a", "bc").
            self.bytes.extend_from_slice(&(value.len() as u64).to_be_bytes());
            self.bytes.extend_from_slice(value.as_bytes());
        }
        let digest = Sha256::digest(&self.bytes);
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        let print = u128::from_be_bytes(first);
        let mut id = format!("row-{print:032x}");
        if self.insert(print) {
            let occurrence = self.count(print, row);
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

#[cfg(test)]
mod tests {
    use super::*;

    const A: [&str; 5] = ["7", "1997-01-01", "2933", "USD", "purchase"];
    const B: [&str; 5] = ["8", "1997-01-01", "2933", "USD", "purchase"];

    fn ids(rows: &[[&str; 5]]) -> Vec<String> {
        let mut prints = Fingerprints::default();
        rows.iter().zip(1..).map(|(values, row)| prints.id(row, *values)).collect()
    }

    #[test]
    fn reading_the_same_rows_again_gives_the_same_ids() {
        assert_eq!(ids(&[A, B, A]), ids(&[A, B, A]));
    }

    #[test]
    fn ids_written_down_once_never_change() {
        // sha256 of the lengths and values of A, first 16 bytes, by Python's hashlib.
        assert_eq!(ids(&[A])[0], "row-89b574775c9e6cb711199f4b409cd281");
    }

    #[test]
    fn appended_rows_leave_the_ids_before_them_alone() {
        assert_eq!(ids(&[A, B, A])[..2], ids(&[A, B])[..]);
    }

    #[test]
    fn equal_rows_are_told_apart_and_their_order_does_not_matter() {
        let mut one_way = ids(&[A, B, A]);
        let mut other_way = ids(&[A, A, B]);
        assert_ne!(one_way[0], one_way[2]);
        one_way.sort();
        other_way.sort();
        assert_eq!(one_way, other_way);
    }

    #[test]
    fn values_that_run_together_alike_are_told_apart() {
        let ids = ids(&[["ab", "c", "", "", ""], ["a", "bc", "", "", ""]]);
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn a_hundred_thousand_different_rows_have_different_ids_without_a_count() {
        let mut prints = Fingerprints::default();
        let counted = (0..100_000_u64)
            .filter(|row| {
                let customer = row.to_string();
                prints.id(*row, [&customer, "1997-01-01", "1", "USD", "purchase"]).len() > 36
            })
            .count();
        assert_eq!(counted, 0);
    }
}
