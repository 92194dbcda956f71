//! `clientele identifiers schemes`: all schemes.

use anyhow::Result;
use identifiers::Scheme;
use serde_json::{Value, json};

use super::args::Schemes;
use crate::term::{Cell, Column, Table};

/// Runs the command.
pub fn run(args: &Schemes) -> Result<()> {
    args.format.print(
        |screen| table().render(screen),
        || table().csv(),
        || Ok(json!({ "schemes": Scheme::ALL.iter().map(|it| document(*it)).collect::<Vec<_>>() })),
    )
}

fn table() -> Table {
    let mut table = Table::new(["Code", "Country", "Kind", "Name", "Local name"].map(Column::text));
    for scheme in Scheme::ALL {
        table.row([
            Cell::from(scheme.code()),
            Cell::from(scheme.country().unwrap_or_default()),
            Cell::from(scheme.kind().code()),
            Cell::from(scheme.name()),
            Cell::from(scheme.local_name().unwrap_or_default()),
        ]);
    }
    table
}

fn document(scheme: Scheme) -> Value {
    json!({
        "code": scheme.code(),
        "country": scheme.country(),
        "kind": scheme.kind(),
        "name": scheme.name(),
        "local_name": scheme.local_name(),
    })
}
