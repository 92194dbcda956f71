//! The binary `clientele`: reads the command line, runs the command, says what went wrong.

use std::process::ExitCode;

use clap::Parser;
use clientele::commands::{self, Cli};
use clientele::term;

fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            term::note(&format!("error: {error:#}"));
            ExitCode::from(commands::exit_code(&error))
        }
    }
}
