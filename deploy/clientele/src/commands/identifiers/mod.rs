//! `clientele identifiers`: business and legal identifiers, without any server.

mod args;
mod check;
mod detect;
mod line;
mod schemes;

use anyhow::Result;
use clap::Subcommand;

/// What to do with identifiers.
#[derive(Debug, Subcommand)]
pub enum Identifiers {
    /// Check identifiers, one a line from stdin
    Check(args::Check),
    /// Tell which schemes an unknown number could be of, the likeliest first
    Detect(args::Detect),
    /// List the schemes
    Schemes(args::Schemes),
}

/// Runs the command.
pub fn run(command: &Identifiers) -> Result<()> {
    match command {
        Identifiers::Check(args) => check::run(args),
        Identifiers::Detect(args) => detect::run(args),
        Identifiers::Schemes(args) => schemes::run(args),
    }
}
