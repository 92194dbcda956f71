//! What was left out of a file: the first rows in full, the rest counted by problem.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::error::{ColumnRef, Place, RowError};
use crate::term::number;

/// How many rows are shown in full.
const SHOWN: usize = 10;

/// Collects [`RowError`]s in bounded memory.
#[derive(Debug, Default)]
pub struct BadRows {
    shown: Vec<RowError>,
    by_problem: BTreeMap<(&'static str, ColumnRef), Counted>,
    total: u64,
    stopped: Option<String>,
}

/// Rows with one problem in one column.
#[derive(Debug)]
struct Counted {
    rows: u64,
    first: Place,
    told: String,
}

/// Why rows were left out, for a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRowReason {
    /// The [label](super::Problem::label) of the problem.
    pub reason: &'static str,
    /// The column, as the header names it.
    pub column: String,
    /// Its number, from 1.
    pub column_number: usize,
    /// How many rows.
    pub rows: u64,
    /// The first of them: the data row, from 1.
    pub first_row: u64,
    /// The line of the file on which it begins.
    pub first_line: u64,
    /// What is wrong with the first of them, and what to do about it.
    pub first: String,
}

impl BadRows {
    /// Counts one.
    pub fn add(&mut self, error: RowError) {
        self.total += 1;
        let first = || Counted { rows: 0, first: error.place, told: error.to_string() };
        self.by_problem.entry((error.problem.label(), error.column.clone())).or_insert_with(first).rows += 1;
        if error.stops_reading() {
            self.stopped = Some(error.to_string());
        }
        if self.shown.len() < SHOWN {
            self.shown.push(error);
        }
    }

    /// How many.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The error after which nothing was read any more.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// How often a problem (by its [label](super::Problem::label)) was met, over all columns.
    pub fn count(&self, label: &str) -> u64 {
        self.by_problem.iter().filter(|((of, _), _)| *of == label).map(|(_, counted)| counted.rows).sum()
    }

    /// All of them by problem and column, the most frequent first.
    pub fn by_reason(&self) -> Vec<BadRowReason> {
        let reason = |((reason, column), counted): (&(&'static str, ColumnRef), &Counted)| BadRowReason {
            reason,
            column: column.name.clone(),
            column_number: column.number,
            rows: counted.rows,
            first_row: counted.first.row,
            first_line: counted.first.line,
            first: counted.told.clone(),
        };
        let mut reasons: Vec<_> = self.by_problem.iter().map(reason).collect();
        reasons.sort_by_key(|reason| (std::cmp::Reverse(reason.rows), reason.first_row));
        reasons
    }

    /// For a person: empty if there is nothing to say.
    pub fn report(&self, file: &str, good: u64) -> String {
        let mut text = String::new();
        if self.total == 0 {
            return text;
        }
        let (bad, all) = (number::count(self.total), number::count(self.total + good));
        let rows = if self.total + good == 1 { "row" } else { "rows" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{file}: {bad} of {all} {rows} left out:");
        for error in &self.shown {
            let _ = writeln!(text, "  {error}");
        }
        if self.total > self.shown.len() as u64 {
            let more = number::count(self.total - self.shown.len() as u64);
            let _ = writeln!(text, "  ... and {more} more. All of them by problem:");
            let mut counts: Vec<_> = self.by_problem.iter().collect();
            counts.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.rows));
            for ((label, column), counted) in counts.iter().take(2 * SHOWN) {
                let _ = writeln!(text, "  {:>11}  {label} in {column}", number::count(counted.rows));
            }
        }
        match &self.stopped {
            Some(stopped) if self.total > self.shown.len() as u64 => {
                let _ = writeln!(text, "  Nothing after this row was read: {stopped}");
            }
            Some(_) => text.push_str("  Nothing after the last of these rows was read.\n"),
            None => {}
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Place, Problem};

    fn error(row: u64, problem: Problem) -> RowError {
        let column = ColumnRef { number: 2, name: "date".into() };
        RowError { place: Place { row, line: row + 1 }, column, value: "x".into(), problem }
    }

    #[test]
    fn no_bad_row_is_no_report() {
        assert_eq!(BadRows::default().report("f.csv", 5), "");
    }

    #[test]
    fn a_few_bad_rows_are_shown_in_full() {
        let mut bad = BadRows::default();
        bad.add(error(3, Problem::UnknownCurrency));
        assert_eq!(
            bad.report("f.csv", 1_999),
            "f.csv: 1 of 2,000 rows left out:\n  row 3 (line 4), column 2 \"date\": \"x\" is not a \
             currency; use an ISO 4217 code such as EUR, USD or CNY\n"
        );
    }

    #[test]
    fn many_bad_rows_are_counted_by_problem_most_frequent_first() {
        let mut bad = BadRows::default();
        for row in 1..=1_012 {
            bad.add(error(row, if row <= 12 { Problem::BadAmount } else { Problem::BadDate }));
        }
        let report = bad.report("f.csv", 0);
        assert!(report.contains("row 10 (") && !report.contains("row 11 ("), "{report}");
        let counts = "  ... and 1,002 more. All of them by problem:\n        1,000  bad date in column 2 \
                      \"date\"\n           12  bad amount in column 2 \"date\"\n";
        assert!(report.ends_with(counts), "{report}");
    }

    #[test]
    fn reasons_are_counted_with_the_first_place_of_each() {
        let mut bad = BadRows::default();
        for (row, problem) in [(2, Problem::BadDate), (5, Problem::Empty), (7, Problem::Empty)] {
            bad.add(error(row, problem));
        }
        let reasons = bad.by_reason();
        let told: Vec<_> = reasons.iter().map(|it| (it.reason, it.rows, it.first_row, it.first_line)).collect();
        assert_eq!(told, [("empty value", 2, 5, 6), ("bad date", 1, 2, 3)]);
        assert_eq!((reasons[1].column.as_str(), reasons[1].column_number), ("date", 2));
        assert!(reasons[1].first.starts_with("row 2 (line 3), column 2 \"date\": "), "{}", reasons[1].first);
        assert_eq!(reasons.iter().map(|it| it.rows).sum::<u64>(), bad.total());
    }

    #[test]
    fn the_end_of_reading_is_said_even_behind_many_others() {
        let mut bad = BadRows::default();
        for row in 1..=11 {
            bad.add(error(row, Problem::BadDate));
        }
        bad.add(error(12, Problem::EndlessRow));
        assert!(bad.report("f.csv", 0).contains("Nothing after this row was read: row 12 (line 13)"));
    }
}
