//! `clientele identifiers detect`: which schemes an unknown number could be of.

use anyhow::Result;
use identifiers::Candidate;
use serde_json::json;

use super::args::Detect;
use crate::term::{Cell, Column, Format, Table, note};

/// Runs the command.
pub fn run(args: &Detect) -> Result<()> {
    let candidates = identifiers::detect(&args.value);
    if args.format == Format::Table && candidates.is_empty() {
        note("a valid number of no scheme; `clientele identifiers schemes` lists them");
        return Ok(());
    }
    let table = table(&candidates);
    args.format.print(
        |screen| table.render(screen),
        || table.csv(),
        || Ok(json!({ "input": args.value, "candidates": candidates })),
    )
}

fn table(candidates: &[Candidate]) -> Table {
    let columns = [
        Column::text("Scheme"),
        Column::text("Name"),
        Column::text("Normalised"),
        Column::text("Because of"),
        Column::number("Fits one in"),
    ];
    let mut table = Table::new(columns);
    for candidate in candidates {
        let evidence: Vec<&str> = candidate.evidence.iter().map(|it| it.code()).collect();
        table.row([
            Cell::from(candidate.scheme.code()),
            Cell::from(candidate.scheme.name()),
            Cell::from(candidate.normalised.as_str()),
            Cell::from(evidence.join(", ")),
            Cell::from(candidate.one_in.to_string()),
        ]);
    }
    table
}
