//! Models of discrete time: sBG on a survivor curve, BG/BB on purchases by calendar period or on counted histories.

pub mod bg_bb;
mod calendar;
mod outcome;
pub mod sbg;
mod table;

use std::io::Read;
use std::path::Path;

use anyhow::Result;

use crate::commands::Usage;
use crate::files::{self, Problem, TableError};

/// Reads a small table of a file, telling what is wrong with it; its name and its rows.
fn read_table<T>(
    path: &Path,
    read: impl FnOnce(Box<dyn Read + Send>) -> Result<Vec<T>, TableError>,
) -> Result<(String, Vec<T>)> {
    let source = files::open(path)?;
    let name = source.name;
    let rows = read(source.reader).map_err(|error| match error {
        TableError::File(error) => anyhow::Error::from(error),
        TableError::Row(error) if matches!(error.problem, Problem::ReadFailed(_)) => error.into(),
        TableError::Row(error) => Usage(format!("{name} cannot be used: {error}")).into(),
    })?;
    if rows.is_empty() {
        return Err(Usage(format!(
            "{name} has no rows under its header: see clientele model fit --help for what to put there"
        ))
        .into());
    }
    Ok((name, rows))
}
