//! Files that go wrong, byte by byte.

use std::io::{self, Read};

use super::*;

/// What a file reads as: the fields of good rows, the problems of the others.
fn read(bytes: &[u8]) -> Vec<String> {
    read_from(bytes)
}

fn read_from(input: impl Read) -> Vec<String> {
    let mut records = Records::new(input, b',').unwrap();
    let mut rows = Vec::new();
    while let Some(row) = records.advance() {
        rows.push(match row {
            Ok(()) => {
                let record = records.record();
                let fields: Vec<_> = (0..record.len()).map(|at| record.field(at)).collect();
                format!("{}:{} {}", record.place.row, record.place.line, fields.join("|"))
            }
            Err(broken) => {
                let (row, line) = (broken.place.row, broken.place.line);
                format!("{row}:{line} field {}: {}", broken.field, broken.problem.label())
            }
        });
    }
    rows
}

/// Hands out one byte at a time, so that every buffer border is met.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let one = self.0.len().min(1);
        buffer[..one].copy_from_slice(&self.0[..one]);
        self.0 = &self.0[one..];
        Ok(one)
    }
}

/// 10 GB of one byte; counts how many were taken.
struct Endless<'a> {
    head: &'a [u8],
    taken: &'a mut u64,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            return self.head.read(buffer);
        }
        let left = 10_000_000_000 - *self.taken;
        let length = buffer.len().min(usize::try_from(left).unwrap());
        buffer[..length].fill(b'x');
        *self.taken += length as u64;
        Ok(length)
    }
}

#[test]
fn every_kind_of_line_break_ends_a_row() {
    assert_eq!(read(b"a,b\r\nc,d\ne,f\rg,h"), ["0:1 a|b", "1:2 c|d", "2:3 e|f", "3:4 g|h"]);
}

#[test]
fn empty_lines_are_no_rows_but_lines() {
    assert_eq!(read(b"\r\n\na,b\r\n\r\n\r\nc,d\n\n"), ["0:3 a|b", "1:6 c|d"]);
}

#[test]
fn a_quoted_field_may_hold_separators_quotes_and_line_breaks() {
    let rows = read(b"a,\"1, \"\"2\"\"\r\n3\"\nb,c\n");
    assert_eq!(rows, ["0:1 a|1, \"2\"\r\n3", "1:3 b|c"]);
}

#[test]
fn fields_come_without_the_space_around_them() {
    assert_eq!(read(b" a ,\tb\n"), ["0:1 a|b"]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    assert_eq!(read(b"\xef\xbb\xbfa,b\n"), ["0:1 a|b"]);
    assert_eq!(read_from(Trickle(b"\xef\xbb\xbf\"a\",b\n")), ["0:1 a|b"]);
}

#[test]
fn where_the_buffer_ends_makes_no_difference() {
    let bytes = b"a,\"b\r\nc\"\r\n\r\nd,\"e\"\"f\"\ng,\xff\n\"open,\nh,i";
    assert_eq!(read_from(Trickle(bytes)), read(bytes));
}

#[test]
fn rows_beyond_one_buffer_are_all_read() {
    let line = format!("{},{}\n", "x".repeat(700), "y".repeat(300));
    let rows = read(line.repeat(1_000).as_bytes());
    assert_eq!(rows.len(), 1_000);
    assert!(rows.iter().all(|row| row.ends_with(line.trim_end().replace(',', "|").as_str())));
}

#[test]
fn a_row_may_have_thousands_of_columns() {
    let mut records = Records::new(io::Cursor::new(",".repeat(9_999)), b',').unwrap();
    assert!(records.advance().unwrap().is_ok());
    assert_eq!(records.record().len(), 10_000);
}

#[test]
fn bytes_that_are_no_utf8_cost_their_row_only_and_say_where_they_are() {
    let bytes = b"a,b\n1,\"\"\"M\xfcller\"\n2,c\n";
    assert_eq!(read(bytes), ["0:1 a|b", "1:2 field 1: not UTF-8", "2:3 2|c"]);
    let mut records = Records::new(&bytes[..], b',').unwrap();
    records.advance();
    let broken = records.advance().unwrap().unwrap_err();
    let Problem::NotUtf8 { offset } = broken.problem else { panic!("{broken:?}") };
    assert_eq!(bytes[usize::try_from(offset).unwrap()], 0xfc);
    assert_eq!(broken.value, b"\"M\xfcller");
}

#[test]
fn nul_bytes_cost_their_row_only() {
    assert_eq!(read(b"a\n1\0\n2\n"), ["0:1 a", "1:2 field 0: NUL byte", "2:3 2"]);
}

#[test]
fn the_longest_row_is_64_kib_without_its_line_break() {
    for (length, good) in [(MAX_ROW, true), (MAX_ROW + 1, false)] {
        for end in ["\n", "\r\n", ""] {
            let text = format!("{}{end}", "x".repeat(length));
            let mut records = Records::new(text.as_bytes(), b',').unwrap();
            assert_eq!(records.advance().unwrap().is_ok(), good, "{length} {end:?}");
            assert!(records.advance().is_none());
        }
    }
}

#[test]
fn a_row_that_is_too_long_is_skipped_to_its_line_break() {
    let text = format!("a,b\n1,{}\n2,c\n", "x".repeat(300_000));
    assert_eq!(read(text.as_bytes()), ["0:1 a|b", "1:2 field 1: row too long", "2:3 2|c"]);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_row_only() {
    let rows = "2,c\n".repeat(30_000);
    let text = format!("a,b\n1,\"open\n{rows}");
    let read = read(text.as_bytes());
    assert_eq!(read[..3], ["0:1 a|b", "1:2 field 1: unclosed quote", "2:3 2|c"]);
    assert_eq!(read.len(), 30_002);
    assert_eq!(read[30_001], "30001:30002 2|c");
}

#[test]
fn a_quote_still_open_at_the_end_of_the_file_costs_its_row_only() {
    assert_eq!(read(b"a,b\n1,\"open\n2,c"), ["0:1 a|b", "1:2 field 1: unclosed quote", "2:3 2|c"]);
}

#[test]
fn ten_gigabytes_without_a_line_break_are_given_up_after_one_mebibyte() {
    let mut taken = 0;
    let rows = read_from(Endless { head: b"a,b\n1,2\n3,4", taken: &mut taken });
    assert_eq!(rows, ["0:1 a|b", "1:2 1|2", "2:3 field 1: row without end"]);
    assert!(taken < 2 * MAX_LINE, "{taken} bytes were read");
}

#[test]
fn ten_gigabytes_inside_a_quote_are_given_up_after_one_mebibyte() {
    let mut taken = 0;
    let rows = read_from(Endless { head: b"a,b\n1,\"", taken: &mut taken });
    assert_eq!(rows, ["0:1 a|b", "1:2 field 1: row without end"]);
    assert!(taken < 2 * MAX_LINE, "{taken} bytes were read");
}

#[test]
fn a_file_of_nothing_but_broken_rows_is_given_up() {
    // Each line leaves a quote open, so each would look 64 KiB ahead.
    let rows = read("a\",\"\n".repeat(100_000).as_bytes());
    assert_eq!(rows.len(), MAX_BROKEN_ROWS as usize);
    assert_eq!(rows[rows.len() - 1], "999:1000 field 1: not CSV");
}

#[test]
fn a_disk_that_fails_ends_the_rows_with_an_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk"))
        }
    }
    let rows = read_from((b"a,b\n1,2\n3," as &[u8]).chain(Failing));
    assert_eq!(rows, ["0:1 a|b", "1:2 1|2", "2:3 field 1: reading failed"]);
}

#[test]
fn an_empty_file_has_no_rows() {
    assert!(read(b"").is_empty());
    assert!(read(b"\n\r\n\n").is_empty());
    assert!(read(b"\xef\xbb\xbf").is_empty());
}

#[test]
fn what_is_plainly_something_else_is_named() {
    let what = |bytes: &[u8]| Records::new(bytes, b',').unwrap_err().to_string();
    assert!(what(b"\xff\xfea\0,\0").contains("UTF-16"));
    assert!(what(b"\x1f\x8b\x08\0").contains("gzip"));
    assert!(what(b"PK\x03\x04...").contains("xlsx"));
    assert!(what(b"PAR1....").contains("Parquet"));
}
