//! `clientele export`: everything into a file.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use jiff::civil;

use crate::{
    exporting::{self, FileFormat, Scores, Source, Transactions},
    files::date,
    online::{Clients, Online, block_on},
    term::{Progress, number, progress::Unit},
};

/// What to export.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Export purchases, refunds and costs, with their items; `import transactions` takes the CSV again as it is
    Transactions(ExportTransactions),
    /// Export the scores of a run
    Scores(ExportScores),
}

/// Flags of `export transactions`.
#[derive(Debug, Args)]
pub struct ExportTransactions {
    /// First day to export
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: Option<civil::Date>,
    /// Last day to export
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: Option<civil::Date>,
    #[command(flatten)]
    common: Common,
}

/// Flags of `export scores`.
#[derive(Debug, Args)]
pub struct ExportScores {
    /// Score run to export; by default the newest that succeeded
    #[arg(long, default_value = "", value_name = "ID")]
    score_run: String,
    /// Which scores, such as `tier = "KEY" AND p_alive < 0.5`; all by default
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// How to write them
    #[arg(long, value_enum, default_value = "csv")]
    format: FileFormat,
    /// File to write, which is there once it is whole; standard output without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(export: Export) -> Result<()> {
    match export {
        Export::Transactions(args) => {
            let filter = filter(args.from, args.to);
            let source = |clients: Clients| Transactions { client: clients.transactions, filter };
            write(&args.common, "transactions", source)
        }
        Export::Scores(args) => {
            let ExportScores { score_run: score_run_id, filter, common } = args;
            write(&common, "scores", |clients| Scores { client: clients.scores, score_run_id, filter })
        }
    }
}

fn write<S: Source>(common: &Common, what: &str, source: impl FnOnce(Clients) -> S) -> Result<()> {
    let Some(path) = &common.output else {
        // A reader that has gone away (`| head`) is no error.
        let out = BufWriter::new(io::stdout());
        return write_to(out, common, what, source).or_else(|error| match error.downcast_ref() {
            Some(written) if io::Error::kind(written) == io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error),
        });
    };
    // Under another name until it is whole: a file of this name is never half an export.
    let part = part(path);
    let file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    let done = write_to(BufWriter::new(file), common, what, source);
    if done.is_err() {
        // What went wrong before counts more than this.
        let _ = fs::remove_file(&part);
        return done;
    }
    fs::rename(&part, path).with_context(|| format!("cannot write {}", path.display()))
}

fn part(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".part");
    PathBuf::from(name)
}

fn write_to<S: Source>(
    out: impl io::Write + Send,
    common: &Common,
    what: &str,
    source: impl FnOnce(Clients) -> S,
) -> Result<()> {
    let progress = Progress::start(&format!("exporting {what}"), None, Unit::Items);
    let written = block_on(async {
        let source = source(common.online.clients()?);
        exporting::write(source, common.format, out, |written| progress.set(written)).await
    })?;
    progress.finish(&format!("{} {what}", number::count(written)));
    Ok(())
}

fn filter(from: Option<civil::Date>, to: Option<civil::Date>) -> String {
    let from = from.map(|day| format!("occur_date >= \"{day}\""));
    let to = to.map(|day| format!("occur_date <= \"{day}\""));
    from.into_iter().chain(to).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_becomes_a_filter() {
        let (first, last) = (civil::date(1997, 1, 1), civil::date(1997, 3, 31));
        assert_eq!(filter(None, None), "");
        assert_eq!(filter(Some(first), None), "occur_date >= \"1997-01-01\"");
        assert_eq!(filter(Some(first), Some(last)), "occur_date >= \"1997-01-01\" AND occur_date <= \"1997-03-31\"");
    }
}
