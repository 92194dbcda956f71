//! Rows out of bytes: CSV by `csv-core`, never holding more than one row, whatever the file does.
//!
//! A row that cannot be split (longer than [`MAX_ROW`], a quote never closed) is given up at its first line break, so that
//! one slip costs one row. What would make us read for ever (a line of more than [`MAX_LINE`], a thousand such rows)
//! stops the reading.

use std::io::{self, Read};

use csv_core::ReadRecordResult;

use super::error::{FileError, Place, Problem};

/// The longest row, in bytes of the file.
pub const MAX_ROW: usize = 64 * 1024;
/// How far we look for the line break that ends a row which is too long.
pub const MAX_LINE: u64 = 1024 * 1024;
/// So many rows may be given up before the file is.
pub const MAX_BROKEN_ROWS: u32 = 1_000;

const BUFFER: usize = 4 * MAX_ROW;

/// Reads rows one at a time.
#[derive(Debug)]
pub struct Records<R> {
    input: R,
    delimiter: u8,
    parser: csv_core::Reader,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Of `buffer[start]` in the file.
    offset: u64,
    input_ended: bool,
    finished: bool,
    line: u64,
    rows: u64,
    broken: u32,
    /// The row last read: its fields one after another, and where each ends.
    place: Place,
    text: Box<[u8]>,
    ends: Vec<usize>,
    fields: usize,
    written: usize,
}

/// A row that could not be split into fields of text.
#[derive(Debug)]
pub struct BrokenRow {
    /// Where it begins.
    pub place: Place,
    /// The field in which it went wrong, from 0.
    pub field: usize,
    /// That field as far as it was read.
    pub value: Vec<u8>,
    /// What went wrong.
    pub problem: Problem,
}

/// A row, borrowed from the reader.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Where it begins.
    pub place: Place,
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// The number of fields.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no field; never so for a row that was read.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The field at `index`, from 0, without the space around it; empty where the row has no such field.
    pub fn field(&self, index: usize) -> &'a str {
        self.raw(index).trim()
    }

    /// The field at `index`, from 0, as it stands; empty where the row has no such field.
    pub fn raw(&self, index: usize) -> &'a str {
        let from = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let to = self.ends.get(index).copied();
        match (from, to) {
            (Some(from), Some(to)) => self.text.get(from..to).unwrap_or_default(),
            _ => "",
        }
    }
}

impl<R: Read> Records<R> {
    /// Looks at the first bytes: steps over a byte-order mark, refuses what is plainly something else.
    pub fn new(input: R, delimiter: u8) -> Result<Self, FileError> {
        let mut records = Self {
            input,
            delimiter,
            parser: parser(delimiter),
            buffer: vec![0; BUFFER].into(),
            start: 0,
            end: 0,
            offset: 0,
            input_ended: false,
            finished: false,
            line: 1,
            rows: 0,
            broken: 0,
            place: Place { row: 0, line: 1 },
            text: vec![0; MAX_ROW + 2].into(),
            ends: vec![0; 64],
            fields: 0,
            written: 0,
        };
        while records.end < 4 && records.fill().map_err(FileError::Read)? {}
        records.look_at_first_bytes()?;
        Ok(records)
    }

    fn look_at_first_bytes(&mut self) -> Result<(), FileError> {
        let utf8 = "save it as UTF-8 CSV (in a spreadsheet: \"CSV UTF-8\")";
        let (what, remedy) = match &self.buffer[..self.end] {
            [0xef, 0xbb, 0xbf, ..] => {
                self.consume(3);
                return Ok(());
            }
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ("UTF-16 text", utf8),
            [0x1f, 0x8b, ..] => ("compressed (gzip)", "unpack it, e.g. zcat FILE | clientele ... -"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => ("compressed (zstd)", "unpack it, e.g. zstdcat FILE | clientele ... -"),
            [b'P', b'K', 3, 4, ..] => ("a ZIP archive or a spreadsheet (xlsx)", "unpack it or save it as CSV"),
            [b'P', b'A', b'R', b'1', ..] => ("a Parquet file", "export it as CSV"),
            _ => return Ok(()),
        };
        Err(FileError::NotCsv { what, remedy })
    }

    /// Reads the next row; [`Self::record`] then shows it. The first is the header, row 0. `None` at the end.
    pub fn advance(&mut self) -> Option<Result<(), BrokenRow>> {
        if self.finished {
            return None;
        }
        match self.skip_line_breaks() {
            Ok(true) => {}
            Ok(false) => {
                self.finished = true;
                return None;
            }
            Err(source) => {
                self.begin_row();
                return Some(Err(self.stop(0, Vec::new(), Problem::ReadFailed(source))));
            }
        }
        self.begin_row();
        match self.split() {
            Ok(length) => {
                let checked = self.check_text(length);
                self.consume_row(length);
                Some(checked)
            }
            Err(problem) => Some(Err(self.give_up(problem))),
        }
    }

    /// The row that [`Self::advance`] read.
    pub fn record(&self) -> Record<'_> {
        let ends = &self.ends[..self.fields];
        let length = ends.last().copied().unwrap_or(0);
        // `check_text` has seen these bytes: the fallback is never taken.
        let text = std::str::from_utf8(&self.text[..length]).unwrap_or_default();
        Record { place: self.place, text, ends }
    }

    fn begin_row(&mut self) {
        self.place = Place { row: self.rows, line: self.line };
        self.rows += 1;
        self.fields = 0;
        self.written = 0;
    }

    /// Splits the row at `start` into `text` and `ends`; its length without the line break.
    fn split(&mut self) -> Result<usize, Problem> {
        let mut taken = 0;
        loop {
            if taken > MAX_ROW {
                return Err(self.too_long());
            }
            if self.start + taken == self.end && !self.fill().map_err(Problem::ReadFailed)? {
                return self.split_last(taken);
            }
            let limit = self.end.min(self.start + MAX_ROW + 1);
            let (result, read, out, ended) = self.parser.read_record(
                &self.buffer[self.start + taken..limit],
                &mut self.text[self.written..],
                &mut self.ends[self.fields..],
            );
            taken += read;
            self.written += out;
            self.fields += ended;
            match result {
                ReadRecordResult::Record => return Ok(taken - 1),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::OutputFull => return Err(self.too_long()),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
    }

    /// The file ends without a line break: a row if its quotes are closed.
    fn split_last(&mut self, taken: usize) -> Result<usize, Problem> {
        loop {
            let (result, _, _, ended) =
                self.parser.read_record(b"\n", &mut self.text[self.written..], &mut self.ends[self.fields..]);
            self.fields += ended;
            match result {
                ReadRecordResult::Record => return Ok(taken),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                _ => return Err(Problem::UnclosedQuote),
            }
        }
    }

    /// A row with a line break inside is too long only because a quote holds it together.
    fn too_long(&self) -> Problem {
        let row = &self.buffer[self.start..self.end.min(self.start + MAX_ROW)];
        match line_break(row) {
            Some(_) => Problem::UnclosedQuote,
            None => Problem::RowTooLong,
        }
    }

    fn check_text(&self, length: usize) -> Result<(), BrokenRow> {
        let text = &self.text[..self.ends[..self.fields].last().copied().unwrap_or(0)];
        let has_nul = text.contains(&0);
        if !has_nul && std::str::from_utf8(text).is_ok() {
            return Ok(());
        }
        let raw = &self.buffer[self.start..self.start + length];
        let valid = std::str::from_utf8(raw).map_or_else(|error| error.valid_up_to(), str::len);
        let nul = raw[..valid].iter().position(|byte| *byte == 0);
        let at = nul.unwrap_or(valid);
        let offset = self.offset + at as u64;
        let field = self.field_at(&raw[..at]);
        Err(BrokenRow {
            place: self.place,
            field,
            value: self.field_bytes(field),
            problem: match nul {
                Some(_) => Problem::NulByte { offset },
                None => Problem::NotUtf8 { offset },
            },
        })
    }

    /// Which field the byte after `before` belongs to.
    fn field_at(&self, before: &[u8]) -> usize {
        if before.is_empty() {
            return 0;
        }
        let mut text = vec![0; before.len() + 1];
        let mut ends = vec![0; before.len() + 1];
        parser(self.delimiter).read_record(before, &mut text, &mut ends).3
    }

    /// Of the row at `start`, as far as it is here: where the quote was opened that holds too much together.
    fn first_line(&self) -> &[u8] {
        let row = &self.buffer[self.start..self.end];
        &row[..line_break(row).unwrap_or(row.len())]
    }

    fn field_bytes(&self, field: usize) -> Vec<u8> {
        let from = if field == 0 { 0 } else { self.ends[field - 1] };
        let to = if field < self.fields { self.ends[field] } else { self.written.min(from + 64) };
        self.text.get(from..to).unwrap_or_default().to_vec()
    }

    /// Leaves the row at its first line break and starts afresh behind it.
    fn give_up(&mut self, problem: Problem) -> BrokenRow {
        let field = match problem {
            Problem::UnclosedQuote => self.field_at(self.first_line()),
            _ => self.fields,
        };
        let value = self.field_bytes(field);
        if matches!(problem, Problem::ReadFailed(_)) {
            return self.stop(field, value, problem);
        }
        self.broken += 1;
        if self.broken >= MAX_BROKEN_ROWS {
            return self.stop(field, value, Problem::TooManyBrokenRows(self.broken));
        }
        self.parser.reset();
        match self.skip_line() {
            Ok(true) => BrokenRow { place: self.place, field, value, problem },
            Ok(false) => self.stop(field, value, Problem::EndlessRow),
            Err(source) => self.stop(field, value, Problem::ReadFailed(source)),
        }
    }

    fn stop(&mut self, field: usize, value: Vec<u8>, problem: Problem) -> BrokenRow {
        self.finished = true;
        BrokenRow { place: self.place, field, value, problem }
    }

    /// Steps to the next line break or the end of the file; false if neither comes within [`MAX_LINE`].
    fn skip_line(&mut self) -> io::Result<bool> {
        let from = self.offset;
        loop {
            if let Some(at) = line_break(&self.buffer[self.start..self.end]) {
                self.consume(at);
                return Ok(true);
            }
            self.consume(self.end - self.start);
            if self.offset - from >= MAX_LINE {
                return Ok(false);
            }
            if !self.fill()? {
                return Ok(true);
            }
        }
    }

    /// Steps over line breaks and counts them; false at the end of the file.
    fn skip_line_breaks(&mut self) -> io::Result<bool> {
        loop {
            if self.start == self.end && !self.fill()? {
                return Ok(false);
            }
            match self.buffer[self.start] {
                b'\n' => self.consume(1),
                b'\r' => {
                    if self.start + 1 == self.end {
                        self.fill()?;
                    }
                    let pair = self.buffer[self.start..self.end].starts_with(b"\r\n");
                    self.consume(if pair { 2 } else { 1 });
                }
                _ => return Ok(true),
            }
            self.line += 1;
        }
    }

    fn consume_row(&mut self, length: usize) {
        let row = &self.buffer[self.start..self.start + length];
        self.line += row.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.consume(length);
    }

    fn consume(&mut self, length: usize) {
        self.start += length;
        self.offset += length as u64;
    }

    /// Reads more behind what is there, moving it to the front when there is no room; false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        while !self.input_ended {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.input_ended = true,
                Ok(read) => {
                    self.end += read;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

/// A built `csv_core::Reader` must not be cloned (0.1.13 leaves half of its tables behind): build it again or reset it.
fn parser(delimiter: u8) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(delimiter).build()
}

fn line_break(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'))
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
