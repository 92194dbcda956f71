//! Recency/frequency cells: how many customers share each discrete purchase history.

use std::io::Read;

use btyd::{Cell, MAX_OPPORTUNITIES};

use super::counts;
use super::error::{Problem, RowError, TableError};
use super::header::Header;
use super::records::{Record, Records};

/// Reads the columns `frequency`, `recency`, `opportunities` and `customers`, in whole numbers.
///
/// Customers of a row left out would be missing from the total: the first bad row ends the reading. Without a row there is no cell.
pub fn read_cells<R: Read>(input: R, delimiter: u8) -> Result<Vec<Cell>, TableError> {
    let mut records = Records::new(input, delimiter)?;
    let header = Header::read(&mut records)?;
    let columns = Columns {
        frequency: header.fixed("frequency")?,
        recency: header.fixed("recency")?,
        opportunities: header.fixed("opportunities")?,
        customers: header.fixed("customers")?,
        header,
    };
    let mut cells = Vec::new();
    while let Some(read) = records.advance() {
        read.map_err(|broken| columns.header.broken(broken))?;
        cells.push(columns.cell(records.record())?);
    }
    Ok(cells)
}

struct Columns {
    header: Header,
    frequency: usize,
    recency: usize,
    opportunities: usize,
    customers: usize,
}

impl Columns {
    fn cell(&self, record: Record<'_>) -> Result<Cell, RowError> {
        if record.len() != self.header.len() {
            return Err(self.header.wrong_count(record));
        }
        let error = |at: usize, problem| self.header.error(record.place, at, record.field(at), problem);
        let count = |at: usize| counts::whole(record.field(at)).map_err(|problem| error(at, problem));
        let within = |at: usize, least: u32, most: u32, because| match u32::try_from(count(at)?) {
            Ok(value) if (least..=most).contains(&value) => Ok(value),
            _ => Err(error(at, Problem::OutOfRange { least, most, because })),
        };
        let opportunities =
            within(self.opportunities, 0, MAX_OPPORTUNITIES, "count the periods in which one could buy")?;
        let recency =
            within(self.recency, 0, opportunities, "recency is the last opportunity with a purchase, counted from 1")?;
        let frequency = within(
            self.frequency,
            recency.min(1),
            recency,
            "frequency counts opportunities with a purchase, of which recency is the last; both are 0 without one",
        )?;
        Ok(Cell { frequency, recency, opportunities, customers: count(self.customers)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Result<Vec<Cell>, String> {
        let text = format!("frequency,recency,opportunities,customers\n{rows}");
        read_cells(text.as_bytes(), b',').map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(rows: &str, explained: &str) {
        let error = read(rows).unwrap_err();
        assert!(error.starts_with(explained), "{error}");
    }

    #[test]
    fn cells_are_read_in_the_order_of_the_header() {
        let cell = Cell { frequency: 2, recency: 3, opportunities: 6, customers: 255 };
        assert_eq!(read("2,3,6,255\n"), Ok(vec![cell]));
        let other = read_cells("customers,opportunities,recency,frequency\n255,6,3,2\n".as_bytes(), b',');
        assert_eq!(other.unwrap(), [cell]);
    }

    #[test]
    fn a_cell_that_contradicts_itself_is_told_at_the_column_and_with_the_range() {
        refused(
            "0,0,6,1\n2,7,6,1\n",
            "row 2 (line 3), column 2 \"recency\": \"7\" is out of range (0 to 6); recency is",
        );
        refused("4,3,6,1\n", "row 1 (line 2), column 1 \"frequency\": \"4\" is out of range (1 to 3)");
        refused("0,3,6,1\n", "row 1 (line 2), column 1 \"frequency\": \"0\" is out of range (1 to 3)");
        refused("1,0,6,1\n", "row 1 (line 2), column 1 \"frequency\": \"1\" is out of range (0 to 0)");
        refused("0,0,70000,1\n", "row 1 (line 2), column 3 \"opportunities\": \"70000\" is out of range (0 to 65535)");
    }

    #[test]
    fn numbers_that_are_none_are_told() {
        refused(
            "0,0,6,12.5\n",
            "row 1 (line 2), column 4 \"customers\": \"12.5\" is not a whole number; write digits only",
        );
        refused("0,0,6,-1\n", "row 1 (line 2), column 4 \"customers\": \"-1\" is negative");
        refused("0,,6,1\n", "row 1 (line 2), column 2 \"recency\": is empty");
    }
}
