//! The table: what was measured, what ran beside it, on which machine.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{house::House, machine::Machine, spread::Spread};

/// What a figure has to reach.
#[derive(Debug, Clone, Copy)]
pub enum Bar {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// Nothing: it is shown for comparison.
    Shown,
}

/// One measurement.
#[derive(Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What Clientele did.
    pub ours: String,
    /// What ran beside it, and what that did.
    pub beside: String,
    /// The figure that counts: a ratio, or one with a unit.
    pub figure: Spread,
    /// Unit of the figure; a ratio has none.
    pub unit: &'static str,
    /// What it has to reach.
    pub bar: Bar,
}

impl Row {
    /// A ratio.
    pub fn ratio(what: impl Into<String>, ours: String, beside: String, ratio: Spread, bar: Bar) -> Self {
        Self { what: what.into(), ours, beside, figure: ratio, unit: "", bar }
    }

    /// A figure that stands for itself.
    pub fn figure(what: impl Into<String>, ours: String, figure: Spread, unit: &'static str, bar: Bar) -> Self {
        Self { what: what.into(), ours, beside: "-".to_owned(), figure, unit, bar }
    }

    fn line(&self) -> String {
        let Self { what, ours, beside, figure, unit, .. } = self;
        let (bar, met) = match self.bar {
            Bar::AtLeast(bar) => (format!(">= {bar}{unit}"), if figure.median >= bar { "yes" } else { "**no**" }),
            Bar::AtMost(bar) => (format!("<= {bar}{unit}"), if figure.median <= bar { "yes" } else { "**no**" }),
            Bar::Shown => ("-".to_owned(), "-"),
        };
        format!("| {what} | {ours} | {beside} | {figure}{unit} | {bar} | {met} |")
    }
}

/// All measurements of one run.
#[derive(Debug)]
pub struct Table {
    /// The measurements so far.
    pub rows: Vec<Row>,
    machine: Machine,
    quick: bool,
}

impl Table {
    /// A table without rows, on this machine.
    pub async fn begin(house: &House, quick: bool) -> Result<Self> {
        Ok(Self { rows: Vec::new(), machine: Machine::look(house).await?, quick })
    }

    /// The table as Markdown.
    pub fn finish(&self) -> String {
        let mut text = String::from("# Benchmarks\n\n");
        let kind = if self.quick { "the quick version (`make bench-quick`)" } else { "`make bench`" };
        let _ = writeln!(
            text,
            "Written by {kind}. Both sides of a row take turns on one machine and share its cores with their load generator, so only \
             the ratio means something. Each service is a process of its own, on a private Postgres with `fsync` on; its tokens are \
             verified, its messages validated, its calls counted and traced (1 % sampled) to an OTLP collector.\n"
        );
        text.push_str(&self.machine.describe());
        text.push_str("\n| what | Clientele | beside it | ratio or figure: median (range) | bar | met |\n|---|---|---|---|---|---|\n");
        for row in &self.rows {
            text.push_str(&row.line());
            text.push('\n');
        }
        text
    }
}

/// The report that the repository keeps.
pub fn default_report() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("BENCHMARKS.md")
}

/// Writes the table to stdout.
pub fn print(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}

/// A rate for people: `12,345/s`.
pub fn rate(figures: &[f64]) -> String {
    format!("{}/s", grouped(Spread::of(figures).median))
}

/// A duration for people.
pub fn seconds(figures: &[f64]) -> String {
    format!("{:.2} s", Spread::of(figures).median)
}

/// A number with its thousands apart.
pub fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_whether_its_bar_is_met() {
        let spread = Spread { median: 0.95, least: 0.9, most: 1.2 };
        let row = Row::ratio("reads", "95/s".into(), "pgbench 100/s".into(), spread, Bar::AtLeast(0.9));
        assert_eq!(row.line(), "| reads | 95/s | pgbench 100/s | 0.95 (0.90-1.20) | >= 0.9 | yes |");
        let row = Row::figure("memory", "40".into(), spread, " MiB", Bar::AtMost(0.9));
        assert!(row.line().ends_with("| <= 0.9 MiB | **no** |"), "{}", row.line());
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([grouped(12.0), grouped(1234.4), grouped(10_500_000.0)], ["12", "1,234", "10,500,000"]);
    }
}
