//! `clientele model`: customer-base models on a file, without any server.

mod args;
mod discrete;
mod errors;
mod fit;
mod input;
mod outcome;
mod purchases;
mod table;

use anyhow::Result;
use clap::Subcommand;

/// What to do with a model.
#[derive(Debug, Subcommand)]
pub enum Model {
    /// Fit a model to the purchases or survivors in a file and check it against later ones
    Fit(args::Fit),
}

/// Runs the command.
pub fn run(model: Model) -> Result<()> {
    match model {
        Model::Fit(args) => fit::run(&args),
    }
}
