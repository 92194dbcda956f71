//! Progress of long steps on stderr: a bar on a terminal, else a line at the start and one at the end.

use std::io::{IsTerminal, Read, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::note;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Rows, customers, purchases.
    Items,
}

/// A step that takes a while. Dropped without [`Progress::finish`], the bar goes away without a word.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    label: String,
}

impl Progress {
    /// Begins a step; `total` may be unknown.
    pub fn start(label: &str, total: Option<u64>, unit: Unit) -> Self {
        Self::start_on(stderr().is_terminal(), label, total, unit)
    }

    fn start_on(is_terminal: bool, label: &str, total: Option<u64>, unit: Unit) -> Self {
        if !is_terminal {
            note(&format!("{label} ..."));
            return Self { bar: None, label: label.into() };
        }
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        // The templates are ours and valid: see the test.
        if let Ok(style) = ProgressStyle::with_template(template(total.is_some(), unit)) {
            bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
        bar.set_message(label.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar: Some(bar), label: label.into() }
    }

    /// So much is done now.
    pub fn set(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    /// So much more is done.
    pub fn add(&self, more: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(more);
        }
    }

    /// The total is known now.
    pub fn set_total(&self, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
        }
    }

    /// Counts the bytes that are read through it.
    pub fn reader<R: Read + Send + 'static>(&self, reader: R) -> Box<dyn Read + Send> {
        match &self.bar {
            Some(bar) => Box::new(bar.wrap_read(reader)),
            None => Box::new(reader),
        }
    }

    /// Ends the step and says how it went, e.g. `6,919 rows`.
    pub fn finish(self, summary: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        note(&format!("{}: {summary}", self.label));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn template(total_is_known: bool, unit: Unit) -> &'static str {
    match (total_is_known, unit) {
        (true, Unit::Bytes) => "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        (true, Unit::Items) => "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
        (false, Unit::Bytes) => "{msg} {spinner} {bytes} {bytes_per_sec}",
        (false, Unit::Items) => "{msg} {spinner} {human_pos} {per_sec}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_valid() {
        for unit in [Unit::Bytes, Unit::Items] {
            for known in [true, false] {
                assert!(ProgressStyle::with_template(template(known, unit)).is_ok());
            }
        }
    }

    #[test]
    fn a_reader_passes_every_byte_and_the_bar_counts_them() {
        let progress = Progress::start_on(true, "reading", Some(5), Unit::Bytes);
        let mut text = String::new();
        progress.reader("12345".as_bytes()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "12345");
        assert_eq!(progress.bar.as_ref().unwrap().position(), 5);
    }

    #[test]
    fn without_a_terminal_there_is_no_bar() {
        assert!(Progress::start_on(false, "reading", None, Unit::Items).bar.is_none());
    }
}
