//! `clientele screening`: names against names and lists, without any server.

pub mod args;
mod compare;
mod list;
mod search;

use anyhow::Result;
use clap::Subcommand;

/// What to screen.
#[derive(Debug, Subcommand)]
pub enum Screening {
    /// Score pairs of names from stdin, with what each word adds
    Compare(args::Compare),
    /// Look names up in a sanctions list or an own one
    Search(args::Search),
}

/// Runs the command.
pub fn run(screening: Screening) -> Result<()> {
    match screening {
        Screening::Compare(args) => compare::run(&args),
        Screening::Search(args) => search::run(&args),
    }
}
