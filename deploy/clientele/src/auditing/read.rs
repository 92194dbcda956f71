//! Reading the file line by line, with an end to how long a line may be.

use std::io::{BufRead, Read as _};

use anyhow::{Context as _, Result, bail};

use super::line::Line;

/// In bytes. Contents are some kilobytes; without it, a file without line breaks would fill the memory.
const LONGEST: u64 = 64 << 20;

/// Reads lines, and knows where it is.
#[derive(Debug)]
pub struct Lines<R> {
    from: R,
    /// Lines read.
    pub number: u64,
    /// Bytes of the lines read.
    pub bytes: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads `from` its start.
    pub fn new(from: R) -> Self {
        Self { from, number: 0, bytes: 0 }
    }

    /// The next line; nothing at the end. A last line without a line break, as an export that was killed leaves it, is taken for the end.
    pub fn read(&mut self) -> Result<Option<Line>> {
        let mut bytes = Vec::new();
        self.from.by_ref().take(LONGEST).read_until(b'\n', &mut bytes).context("cannot read the file")?;
        if bytes.last() != Some(&b'\n') {
            if bytes.len() as u64 == LONGEST {
                bail!("line {}: it has more than {LONGEST} bytes", self.number + 1);
            }
            return Ok(None);
        }
        self.number += 1;
        let line = serde_json::from_slice(&bytes)
            .map_err(|_| anyhow::anyhow!("line {}: neither an entry nor a head of an audit log", self.number))?;
        self.bytes += bytes.len() as u64;
        Ok(Some(line))
    }
}
