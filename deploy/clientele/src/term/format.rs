//! `--format`, the same for every command that reads.

use anyhow::Result;
use serde_json::Value;

use super::{Screen, print};

/// How a result is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For a person.
    #[default]
    Table,
    /// For a program: one JSON document.
    Json,
    /// For a spreadsheet.
    Csv,
}

impl Format {
    /// Prints a result as asked for; the other renderings are not made.
    pub fn print(
        self,
        table: impl FnOnce(&Screen) -> String,
        csv: impl FnOnce() -> String,
        json: impl FnOnce() -> Result<Value>,
    ) -> Result<()> {
        print(&self.choose(|| table(&Screen::stdout()), csv, json)?)?;
        Ok(())
    }

    fn choose(
        self,
        table: impl FnOnce() -> String,
        csv: impl FnOnce() -> String,
        json: impl FnOnce() -> Result<Value>,
    ) -> Result<String> {
        Ok(match self {
            Self::Table => table(),
            Self::Csv => csv(),
            Self::Json => serde_json::to_string_pretty(&json()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_format_has_its_own_rendering_and_makes_no_other() {
        let unasked = || -> String { panic!("nobody asked for it") };
        let failing = || -> Result<Value> { anyhow::bail!("no JSON") };
        let table = Format::Table.choose(|| "drawn".to_owned(), unasked, failing).unwrap();
        let csv = Format::Csv.choose(unasked, || "a,b".to_owned(), failing).unwrap();
        let json = Format::Json.choose(unasked, unasked, || Ok(json!({ "a": 1 }))).unwrap();
        assert_eq!((&*table, &*csv, &*json), ("drawn", "a,b", "{\n  \"a\": 1\n}"));
        assert!(Format::Json.choose(unasked, unasked, failing).is_err());
    }
}
