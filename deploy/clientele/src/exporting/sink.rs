//! A file in one of the formats, message by message.

use std::io::Write;

use anyhow::Result;
use prost::{Message, Name};

use super::{cell::Rows, csv, parquet::ParquetFile};
use crate::report::json;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FileFormat {
    /// For a spreadsheet: rows with a header.
    Csv,
    /// For a program: one JSON document a line, with the names of the API.
    Jsonl,
    /// For data tools: the columns of CSV, typed and compressed.
    Parquet,
}

/// A file that is being written.
pub enum Sink<W: Write + Send> {
    /// Lines of a spreadsheet.
    Csv(W),
    /// Lines of JSON.
    Jsonl(W),
    /// Groups of rows.
    Parquet(Box<ParquetFile<W>>),
}

impl<W: Write + Send> Sink<W> {
    /// Begins a file of such messages.
    pub fn begin<M: Rows>(format: FileFormat, mut out: W) -> Result<Self> {
        Ok(match format {
            FileFormat::Csv => {
                out.write_all(csv::header(M::COLUMNS).as_bytes())?;
                Self::Csv(out)
            }
            FileFormat::Jsonl => Self::Jsonl(out),
            FileFormat::Parquet => Self::Parquet(Box::new(ParquetFile::begin(M::COLUMNS, out)?)),
        })
    }

    /// Adds a message.
    pub fn write<M: Rows + Message + Name>(&mut self, message: &M) -> Result<()> {
        match self {
            Self::Csv(out) => {
                for row in message.rows() {
                    out.write_all(csv::line(&row).as_bytes())?;
                }
            }
            Self::Jsonl(out) => writeln!(out, "{}", json::of(message)?)?,
            Self::Parquet(file) => {
                for row in message.rows() {
                    file.row(row)?;
                }
            }
        }
        Ok(())
    }

    /// Writes what is left.
    pub fn end(self) -> Result<()> {
        match self {
            Self::Csv(mut out) | Self::Jsonl(mut out) => Ok(out.flush()?),
            Self::Parquet(file) => file.end(),
        }
    }
}
