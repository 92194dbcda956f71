//! Measures Clientele against what its parts cost alone, in the same minute, and keeps the ratios as one table.
//!
//! Each measurement is a file of its own: it prepares a database, then lets both sides take turns and hands [`table::Row`]s back. To add
//! one: write the file, name it in [`Measurement`] and in [`measure`]. Absolute figures are those of a shared machine; compare ratios.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};

mod capped;
mod customers;
mod documents;
mod fits;
mod h2load;
mod house;
mod import;
mod load;
mod machine;
mod pgbench;
mod psql;
mod purchases;
mod reads;
mod recording;
mod scores;
mod scoring;
mod served;
mod sink;
mod spread;
mod start;
mod table;
mod writes;

use house::House;
use table::{Row, Table};

/// Measures Clientele beside raw Postgres.
#[derive(Debug, Parser)]
struct Arguments {
    /// A small version that ends within two minutes. It prints its table and keeps it only with --report.
    #[arg(long)]
    quick: bool,
    /// What to measure; several by commas. Everything by default.
    #[arg(long, value_delimiter = ',', value_name = "MEASUREMENT")]
    only: Vec<Measurement>,
    /// Where to keep the table. By default tests/BENCHMARKS.md for a full run of everything.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measurement {
    Start,
    Reads,
    Writes,
    Recording,
    Capped,
    Import,
    Documents,
    Scoring,
    Fits,
}

/// How long and how large.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Turns each side takes.
    rounds: usize,
    /// Seconds of a turn under load.
    seconds: u64,
    /// Rows of an import; a quarter of them is the small import that memory is compared with.
    import_rows: u64,
    /// Customers that are scored, with ten and a half purchases each.
    scored_customers: u32,
    /// Starts of each service.
    starts: usize,
}

const FULL: Size = Size { rounds: 5, seconds: 5, import_rows: 2_000_000, scored_customers: 1_000_000, starts: 9 };
const QUICK: Size = Size { rounds: 3, seconds: 1, import_rows: 200_000, scored_customers: 50_000, starts: 3 };

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match tokio::runtime::Runtime::new()
        .context("cannot start the async runtime")
        .and_then(|runtime| runtime.block_on(run(&arguments)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let size = if arguments.quick { QUICK } else { FULL };
    let all = <Measurement as ValueEnum>::value_variants();
    let wanted = if arguments.only.is_empty() { all } else { &arguments.only };
    let house = House::open().await?;
    let mut failed = Vec::new();
    let mut table = Table::begin(&house, arguments.quick).await?;
    for measurement in all.iter().filter(|measurement| wanted.contains(measurement)) {
        eprintln!("measuring {measurement:?}");
        match measure(*measurement, &house, size).await {
            Ok(rows) => table.rows.extend(rows),
            Err(error) => {
                eprintln!("bench: cannot measure {measurement:?}: {error:#}");
                failed.push(*measurement);
            }
        }
    }
    let text = table.finish();
    table::print(&text)?;
    ensure!(failed.is_empty(), "no figures for {failed:?}, so the table is not kept");
    let kept = arguments
        .report
        .clone()
        .or_else(|| (!arguments.quick && arguments.only.is_empty()).then(table::default_report));
    if let Some(path) = kept {
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        eprintln!("kept in {}", path.display());
    }
    Ok(())
}

async fn measure(measurement: Measurement, house: &House, size: Size) -> Result<Vec<Row>> {
    match measurement {
        Measurement::Start => start::measure(house, size).await,
        Measurement::Reads => {
            let mut rows = reads::measure(house, size).await?;
            rows.extend(scores::measure(house, size).await?);
            Ok(rows)
        }
        Measurement::Writes => writes::measure(house, size).await,
        Measurement::Recording => recording::measure(house, size).await,
        Measurement::Capped => capped::measure(house, size).await,
        Measurement::Import => import::measure(house, size).await,
        Measurement::Documents => documents::measure(house, size).await,
        Measurement::Scoring => scoring::measure(house, size).await,
        Measurement::Fits => fits::measure(house, size).await,
    }
}
