//! A CSV whose lines are of different kinds, told apart by the first column, `line`; every kind fills the columns that it has.

use crate::term::{Column, Table};

/// The lines so far.
pub struct Lines {
    heads: Vec<String>,
    table: Table,
}

impl Lines {
    /// No lines yet, under `line` and these heads.
    pub fn new(heads: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let heads: Vec<String> = std::iter::once("line".to_owned()).chain(heads.into_iter().map(Into::into)).collect();
        let table = Table::new(heads.iter().map(|head| Column::text(head)));
        Self { heads, table }
    }

    /// Adds a line of a kind, with what stands under which head. A head that there is not is a mistake of the caller.
    pub fn line(&mut self, kind: &str, cells: impl IntoIterator<Item = (impl AsRef<str>, String)>) {
        let mut row = vec![String::new(); self.heads.len()];
        kind.clone_into(&mut row[0]);
        for (head, cell) in cells {
            let at = self.heads.iter().position(|known| known == head.as_ref());
            debug_assert!(at.is_some(), "no column {}", head.as_ref());
            if let Some(at) = at {
                row[at] = cell;
            }
        }
        self.table.row(row);
    }

    /// For a spreadsheet.
    pub fn csv(&self) -> String {
        self.table.csv()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fills_the_columns_that_it_has() {
        let mut lines = Lines::new(["tier", "customers", "share"]);
        lines.line("tier", [("customers", "3".to_owned()), ("tier", "KEY".to_owned())]);
        lines.line("total", [("share", "0.5".to_owned())]);
        assert_eq!(lines.csv(), "line,tier,customers,share\ntier,KEY,3,\ntotal,,,0.5\n");
    }
}
