//! `clientele identifiers schemes`: all schemes.

use anyhow::Result;
use identifiers::Scheme;
use serde_json::{Value, json};

use super::args::Schemes;
use crate::{
    report::json,
    term::{self, Cell, Column, Format, Screen, Table},
};

/// Runs the command.
pub fn run(args: &Schemes) -> Result<()> {
    match args.format {
        Format::Json => {
            let schemes: Vec<Value> = Scheme::ALL.iter().map(|it| document(*it)).collect();
            json::print(&json!({ "schemes": schemes }))
        }
        format => {
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
            let text = if format == Format::Csv { table.csv() } else { table.render(&Screen::stdout()) };
            Ok(term::print(&text)?)
        }
    }
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
