//! `--format`, the same for every command that reads.

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
