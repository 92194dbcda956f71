//! Why a private Postgres does not run, each in one line that says what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Why a private Postgres cannot be started, used or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server programs on this machine.
    #[error(
        "no PostgreSQL server found: install it (Debian and Ubuntu: `apt-get install postgresql`, Fedora: `dnf install \
         postgresql-server`, macOS: `brew install postgresql@17`), set CLIENTELE_PG_BIN to the folder with `initdb` and `postgres`, or \
         set DATABASE_URL to use a running one"
    )]
    NoBinaries,
    /// The folder was made by another major version.
    #[error(
        "{folder} was made by PostgreSQL {wanted}, but only {found} is installed: install PostgreSQL {wanted} or set CLIENTELE_PG_BIN"
    )]
    Version {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version that made it.
        wanted: String,
        /// The major versions found.
        found: String,
    },
    /// Started as root, but there is nobody else to be.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a `postgres` nor a `nobody` user: start as another user"
    )]
    NoAccount,
    /// A folder that another user controls where ours should be.
    #[error("{folder} belongs to someone else or is open to others: remove it")]
    UnsafeFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or program could not be used.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A server program failed.
    #[error("`{program}` failed: {output}")]
    Program {
        /// Its name.
        program: &'static str,
        /// The end of what it printed.
        output: String,
    },
    /// The server ended, or did not answer in time, while starting.
    #[error("postgres did not start, see {log}: {tail}")]
    Start {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// Another process has the folder, but its server does not become ready.
    #[error("{folder} is in use by process {holder}, and its server does not answer")]
    Held {
        /// The cluster's folder.
        folder: PathBuf,
        /// The other process.
        holder: String,
    },
    /// Only the process that started a server may stop it.
    #[error("the server of {folder} belongs to process {holder}")]
    NotOwner {
        /// The cluster's folder.
        folder: PathBuf,
        /// The other process.
        holder: String,
    },
}

impl ClusterError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(super) fn program(program: &'static str, output: &Output) -> Self {
        let output = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " | ");
        Self::Program { program, output }
    }
}
