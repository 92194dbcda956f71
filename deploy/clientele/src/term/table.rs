//! Tables that fit the terminal.
//!
//! When the columns do not fit, text gets narrower first (the widest column at a time, cut with `…`), then numbers keep their
//! width and the last columns are left out, which the line below the table says.

use super::{Screen, Style, style, text};

const GAP: &str = "  ";
/// Text is not cut below this.
const LEAST_TEXT: usize = 6;

/// A column's head and side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    head: String,
    is_number: bool,
}

impl Column {
    /// Text: to the left, cut when there is no room.
    pub fn text(head: &str) -> Self {
        Self { head: head.into(), is_number: false }
    }

    /// Numbers: to the right, never cut.
    pub fn number(head: &str) -> Self {
        Self { head: head.into(), is_number: true }
    }
}

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Option<Style>,
}

impl Cell {
    /// In a style.
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style: Some(style) }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: None }
    }
}

/// Rows under named columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row: a cell for each column, from the left; missing ones are empty.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) -> &mut Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    /// For a person.
    pub fn render(&self, screen: &Screen) -> String {
        let widths = self.widths(screen.width);
        let mut lines = String::new();
        let heads = self.columns.iter().map(|column| Cell::styled(&column.head, Style::Bold));
        lines.push_str(&self.line(&heads.collect::<Vec<_>>(), &widths, screen));
        let rule: Vec<_> = widths.iter().map(|width| "─".repeat(*width)).collect();
        lines.push_str(&style::paint(&rule.join(GAP), Style::Dim, screen));
        lines.push('\n');
        for row in &self.rows {
            lines.push_str(&self.line(row, &widths, screen));
        }
        let left_out: Vec<_> = self.columns[widths.len()..].iter().map(|column| column.head.as_str()).collect();
        if !left_out.is_empty() {
            let hint = format!(
                "Not shown, for want of room: {}. Widen the terminal or use --format csv.",
                left_out.join(", ")
            );
            for line in text::wrap(&hint, screen.width) {
                lines.push_str(&style::paint(&line, Style::Dim, screen));
                lines.push('\n');
            }
        }
        lines
    }

    /// For a spreadsheet: every column, nothing cut, values as they are.
    pub fn csv(&self) -> String {
        let heads = self.columns.iter().map(|column| column.head.as_str());
        let mut lines = csv_line(heads);
        for row in &self.rows {
            let cells = (0..self.columns.len()).map(|at| row.get(at).map_or("", |cell| cell.text.as_str()));
            lines.push_str(&csv_line(cells));
        }
        lines
    }

    fn line(&self, cells: &[Cell], widths: &[usize], screen: &Screen) -> String {
        let mut line = String::new();
        for (at, (column, width)) in self.columns.iter().zip(widths).enumerate() {
            let empty = Cell::from("");
            let cell = cells.get(at).unwrap_or(&empty);
            let printable = text::printable(&cell.text);
            let shown = text::fit(&printable, *width);
            let padding = " ".repeat(width - text::width(&shown));
            let painted = match cell.style {
                Some(style) => style::paint(&shown, style, screen),
                None => shown.into_owned(),
            };
            let (before, after) = if column.is_number { (&*padding, "") } else { ("", &*padding) };
            let gap = if at == 0 { "" } else { GAP };
            for part in [gap, before, &painted, after] {
                line.push_str(part);
            }
        }
        line.truncate(line.trim_end_matches(' ').len());
        line.push('\n');
        line
    }

    /// The widths of the columns that are shown: as wide as their content if that fits.
    fn widths(&self, screen: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|column| text::width(&column.head)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(text::width(&text::printable(&cell.text)));
            }
        }
        while !widths.is_empty() {
            let total = widths.iter().sum::<usize>() + GAP.len() * (widths.len() - 1);
            if total <= screen {
                break;
            }
            let widest = (0..widths.len())
                .filter(|at| !self.columns[*at].is_number && widths[*at] > LEAST_TEXT)
                .max_by_key(|at| widths[*at]);
            match widest {
                Some(at) => widths[at] -= 1,
                None if widths.len() == 1 => widths[0] = screen,
                None => {
                    widths.pop();
                }
            }
        }
        widths
    }
}

/// A line of a CSV file: what needs quotes has them.
pub fn csv_line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quoted = cells.map(|cell| {
        if cell.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customers() -> Table {
        let mut table = Table::new([Column::text("Customer"), Column::number("CLV"), Column::text("Tier")]);
        table.row(["北京客户价值有限公司", "1,234.50", "key"]);
        table.row(["Acme", "9.00", ""]);
        table
    }

    #[test]
    fn a_table_is_as_wide_as_its_content_with_numbers_on_the_right() {
        assert_eq!(
            customers().render(&Screen::plain(100)),
            "Customer                   CLV  Tier\n\
             ────────────────────  ────────  ────\n\
             北京客户价值有限公司  1,234.50  key\n\
             Acme                      9.00\n"
        );
    }

    #[test]
    fn text_is_cut_where_there_is_no_room_and_numbers_are_not() {
        assert_eq!(
            customers().render(&Screen::plain(30)),
            "Customer             CLV  Tier\n\
             ──────────────  ────────  ────\n\
             北京客户价值…   1,234.50  key\n\
             Acme                9.00\n"
        );
    }

    #[test]
    fn columns_that_do_not_fit_are_left_out_and_named() {
        let mut table = Table::new((0..6).map(|at| Column::number(&format!("number{at}"))));
        table.row((0..6).map(|at| format!("{at}0000000")));
        let drawn = table.render(&Screen::plain(30));
        assert!(drawn.starts_with(" number0   number1   number2\n"), "{drawn}");
        assert!(drawn.contains("Not shown, for want of room:\nnumber3, number4, number5."), "{drawn}");
    }

    #[test]
    fn every_line_fits_whatever_is_in_the_cells() {
        let mut table = Table::new((0..12).map(|at| Column::text(&format!("column {at}"))));
        table.row((0..12).map(|at| "客户\u{1b}[31m é ".repeat(at)));
        for width in 30..200 {
            let drawn = table.render(&Screen::plain(width));
            assert!(drawn.lines().all(|line| text::width(line) <= width), "{width}:\n{drawn}");
        }
    }

    #[test]
    fn styles_colour_the_text_and_not_the_padding() {
        let mut table = Table::new([Column::number("n")]);
        table.row([Cell::styled("1", Style::Good)]);
        table.row(["22"]);
        let drawn = table.render(&Screen::coloured(80));
        assert!(drawn.contains("\n \u{1b}[32m1\u{1b}[0m\n22\n"), "{drawn:?}");
    }

    #[test]
    fn csv_holds_every_cell_whole_and_quoted_where_needed() {
        let mut table = Table::new([Column::text("name"), Column::number("n")]);
        table.row(["say \"hi\", twice", "1"]).row(["x"]);
        assert_eq!(table.csv(), "name,n\n\"say \"\"hi\"\", twice\",1\nx,\n");
    }
}
