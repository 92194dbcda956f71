//! The survivor curve of a cohort: how many are still there after each period.

use std::io::Read;

use super::counts;
use super::error::{Problem, RowError, TableError};
use super::header::Header;
use super::records::{Record, Records};

/// Reads the columns `period` and `survivors`: periods from 0, the start, in order and without a gap, survivors that never rise.
///
/// A curve with a row left out would be another curve: the first bad row ends the reading. Without a row the curve is empty.
pub fn read_survivors<R: Read>(input: R, delimiter: u8) -> Result<Vec<f64>, TableError> {
    let mut records = Records::new(input, delimiter)?;
    let header = Header::read(&mut records)?;
    let columns = Columns { period: header.fixed("period")?, survivors: header.fixed("survivors")?, header };
    let mut curve: Vec<f64> = Vec::new();
    while let Some(read) = records.advance() {
        read.map_err(|broken| columns.header.broken(broken))?;
        let survivors = columns.next(records.record(), &curve)?;
        curve.push(survivors);
    }
    Ok(curve)
}

struct Columns {
    header: Header,
    period: usize,
    survivors: usize,
}

impl Columns {
    /// The survivors of the row that continues `curve`.
    fn next(&self, record: Record<'_>, curve: &[f64]) -> Result<f64, RowError> {
        let error = |at: usize, problem| self.header.error(record.place, at, record.field(at), problem);
        if record.len() != self.header.len() {
            return Err(self.header.wrong_count(record));
        }
        let expected = curve.len() as u64;
        match counts::whole(record.field(self.period)) {
            Err(problem) => return Err(error(self.period, problem)),
            Ok(period) if period != expected => return Err(error(self.period, Problem::PeriodGap { expected })),
            Ok(_) => {}
        }
        let survivors =
            counts::decimal(record.field(self.survivors)).map_err(|problem| error(self.survivors, problem))?;
        match curve.last() {
            None if survivors <= 0.0 => Err(error(self.survivors, Problem::EmptyCohort)),
            Some(&before) if survivors > before => Err(error(self.survivors, Problem::CohortGrows { before })),
            _ => Ok(survivors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Result<Vec<f64>, String> {
        read_survivors(format!("period,survivors\n{rows}").as_bytes(), b',').map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(rows: &str, explained: &str) {
        let error = read(rows).unwrap_err();
        assert!(error.starts_with(explained), "{error}");
    }

    #[test]
    fn a_curve_is_read_from_its_start() {
        assert_eq!(read("0,1000\n1,869.5\n2,0\n"), Ok(vec![1000.0, 869.5, 0.0]));
        assert_eq!(read(""), Ok(vec![]));
        let other = read_survivors("x;survivors;period\n;5;0\n;4;1\n".as_bytes(), b';').unwrap();
        assert_eq!(other, [5.0, 4.0]);
    }

    #[test]
    fn a_gap_a_repetition_and_another_start_are_told_with_the_period_expected() {
        refused("1,10\n", "row 1 (line 2), column 1 \"period\": \"1\" is not the next period, which is 0; list");
        refused("0,10\n2,9\n", "row 2 (line 3), column 1 \"period\": \"2\" is not the next period, which is 1");
        refused("0,10\n0,10\n", "row 2 (line 3), column 1 \"period\": \"0\" is not the next period, which is 1");
    }

    #[test]
    fn a_growing_cohort_and_numbers_that_are_none_are_told() {
        refused(
            "0,10\n1,11\n",
            "row 2 (line 3), column 2 \"survivors\": \"11\" is more than the period before had (10)",
        );
        refused("0,0\n", "row 1 (line 2), column 2 \"survivors\": \"0\" is no cohort: nobody is there to leave");
        refused("0,-5\n", "row 1 (line 2), column 2 \"survivors\": \"-5\" is negative");
        refused("0,10\n1,NaN\n", "row 2 (line 3), column 2 \"survivors\": \"NaN\" is not a number");
        refused("0,10\n1,\n", "row 2 (line 3), column 2 \"survivors\": is empty");
        refused("0,10\n1\n", "row 2 (line 3), column 2 \"survivors\": the row has 1 columns where the header has 2");
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        let error = read_survivors(b"period,survivors\n0,\xff\n".as_slice(), b',').unwrap_err().to_string();
        assert!(error.contains("column 2 \"survivors\"") && error.contains("is not UTF-8 text"), "{error}");
    }

    #[test]
    fn a_missing_column_is_told_with_the_ones_there() {
        let error = read_survivors("Period,alive\n0,5\n".as_bytes(), b',').unwrap_err().to_string();
        assert_eq!(error, "no column \"period\": the file has \"Period\", \"alive\"; rename \"Period\" to period");
        let error = read_survivors("period,alive\n0,5\n".as_bytes(), b',').unwrap_err().to_string();
        assert_eq!(error, "no column \"survivors\": the file has \"period\", \"alive\"; name it in the first line");
    }
}
