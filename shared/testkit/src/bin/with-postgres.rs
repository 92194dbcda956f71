//! Starts a private Postgres for tests, runs a command with its URL in the environment, and ends as the command did:
//! `with-postgres cargo nextest run`.

use std::env;
use std::process::{Command, ExitCode};

use clientele_testkit::database::{SERVER_URL, start_cluster};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: with-postgres COMMAND [ARGUMENT ...]")?;
    let cluster = start_cluster()?;
    let status = Command::new(program).args(arguments).env(SERVER_URL, cluster.url("postgres")).status()?;
    cluster.stop()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
