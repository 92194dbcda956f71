//! The commands, one file each.
//!
//! A further command `x`: write `x.rs` with `#[derive(clap::Args)] pub struct X` (its doc comment is the help) and
//! `pub fn run(args: X) -> anyhow::Result<()>`, add a variant to `Command` and a line to [`run`]. Wrap what the caller got
//! wrong in [`Usage`], so that it exits with 2. Results go to [`crate::term::print`], everything else to
//! [`crate::term::note`].

pub mod model;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::files::FileError;

const ABOUT: &str = "\
Clientele answers what your customers are worth: it turns a purchase file into the probability that each customer is \
still there, the purchases to expect, and the value of the next months.";

const EXAMPLES: &str = "\
Examples:
  Fit a model to your purchases, without any server:
    clientele model fit --model bg-nbd --transactions purchases.csv
  Fit on the first months and check against the rest:
    clientele model fit --model bg-nbd --transactions purchases.csv --calibration-end 1997-09-30
  The same for a program:
    clientele model fit --model gamma-gamma --transactions - --format json < purchases.csv

Exit codes: 0 done, 1 failed, 2 wrong usage or unusable input.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "clientele", version, about = ABOUT, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // --- without a server
    /// Customer-base models on a purchase file, without any server
    #[command(subcommand)]
    Model(model::Model),
}

/// Runs the command.
pub fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Model(args) => model::run(args),
    }
}

/// What the caller can put right: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// 2 for wrong usage or unusable input, 1 for what failed.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    let unusable = error.chain().any(|cause| {
        cause.is::<Usage>() || cause.downcast_ref().is_some_and(|error| !matches!(error, FileError::Read(_)))
    });
    if unusable { 2 } else { 1 }
}
