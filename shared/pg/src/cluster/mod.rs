//! A private Postgres: found on this machine, created once in a folder, started and stopped with this process.
//!
//! It listens on a Unix socket in a folder only its owner can enter (there it trusts everyone who gets in) and, if asked, on a
//! loopback port with a random password. Started by root, it runs as `postgres` or `nobody`, because Postgres refuses root.
//!
//! The calls block; from async code use `tokio::task::spawn_blocking`.

mod account;
mod binaries;
mod error;
mod folder;
mod options;
mod postmaster;
mod watchdog;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use account::Account;
use binaries::Binaries;
use folder::{Claim, Folder};
use postmaster::{Postmaster, Shutdown};
use watchdog::Watchdog;

pub use error::ClusterError;
pub use options::{ClusterOptions, Durability, Tcp};

/// The superuser of the cluster, who owns everything in it.
pub const OWNER: &str = "clientele";

/// A running private Postgres. Dropping it stops the server, unless another process started it.
#[derive(Debug)]
pub struct Cluster {
    options: ClusterOptions,
    folder: Folder,
    sockets: PathBuf,
    port: u16,
    server: Option<Server>,
}

/// What only the process has that started (or adopted) the server.
#[derive(Debug)]
struct Server {
    binaries: Binaries,
    account: Account,
    /// `None` while stopped.
    postmaster: Mutex<Option<Postmaster>>,
    /// Released when this process ends, however it ends.
    _claim: Claim,
    _watchdog: Option<Watchdog>,
}

impl Cluster {
    /// Starts the cluster of a folder, creating it first where there is none. If another process runs it already, this one uses it
    /// as well; if that process died and left the server behind, this one takes it over.
    pub fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        let account = Account::choose()?;
        let folder = Folder::prepare(&options.folder, &account)?;
        let Some(claim) = folder.claim()? else {
            let (sockets, port) = postmaster::attach(&folder)?;
            return Ok(Self { options, folder, sockets, port, server: None });
        };
        let made_by = folder.version()?;
        let binaries = Binaries::find(made_by.as_deref(), folder.path())?;
        folder.initialise(&binaries, &account, options.durability)?;
        let watchdog = options.ephemeral.then(|| Watchdog::start(&folder)).transpose()?;
        let (postmaster, sockets, port) = if let Some(left_over) = postmaster::adopt(&folder)? {
            left_over
        } else {
            let sockets = folder.sockets(&account)?;
            let port = folder.port(options.tcp)?;
            let started = Postmaster::start(&binaries, &account, &folder, &options, &sockets, port)?;
            (started, sockets, port)
        };
        Ok(Self {
            options,
            folder,
            sockets,
            port,
            server: Some(Server {
                binaries,
                account,
                postmaster: Mutex::new(Some(postmaster)),
                _claim: claim,
                _watchdog: watchdog,
            }),
        })
    }

    /// The URL of a database for the owner, over the socket.
    pub fn url(&self, database: &str) -> String {
        self.url_as(OWNER, database)
    }

    /// The URL of a database for a role, over the socket. `psql` takes it as well.
    pub fn url_as(&self, role: &str, database: &str) -> String {
        let sockets = self.sockets.display();
        let port = self.port;
        format!("postgres:///{database}?host={sockets}&port={port}&user={role}")
    }

    /// The URL of a database for the owner over loopback, with its password, for tools that cannot use a socket. `None` when started
    /// with [`Tcp::Off`].
    pub fn tcp_url(&self, database: &str) -> Result<Option<String>, ClusterError> {
        if self.options.tcp == Tcp::Off {
            return Ok(None);
        }
        let password = self.folder.password()?;
        let port = self.port;
        Ok(Some(format!("postgres://{OWNER}:{password}@127.0.0.1:{port}/{database}")))
    }

    /// Where the cluster lives. Not the folder asked for where root's Postgres could not enter that.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the server's log is.
    pub fn log_file(&self) -> PathBuf {
        self.folder.log()
    }

    /// Whether this process started the server or took it over, and so stops it.
    pub fn is_owner(&self) -> bool {
        self.server.is_some()
    }

    /// Stops the server (if it runs) as an administrator would and starts it again: connections break, nothing is lost.
    pub fn restart(&self) -> Result<(), ClusterError> {
        let server = self.server()?;
        let mut running = server.running();
        if let Some(postmaster) = running.take() {
            postmaster.stop(&server.binaries, &server.account, &self.folder, Shutdown::Fast)?;
        }
        *running = Some(Postmaster::start(
            &server.binaries,
            &server.account,
            &self.folder,
            &self.options,
            &self.sockets,
            self.port,
        )?);
        Ok(())
    }

    /// Stops the server as a crash would: nothing is flushed, and the next start recovers. [`restart`](Self::restart) starts it.
    pub fn kill(&self) -> Result<(), ClusterError> {
        self.shut_down(Shutdown::Immediate)
    }

    /// Stops the server and waits for it; does nothing when another process started it.
    pub fn stop(self) -> Result<(), ClusterError> {
        if self.server.is_none() {
            return Ok(());
        }
        self.shut_down(Shutdown::Fast)
    }

    fn shut_down(&self, how: Shutdown) -> Result<(), ClusterError> {
        let server = self.server()?;
        match server.running().take() {
            Some(postmaster) => postmaster.stop(&server.binaries, &server.account, &self.folder, how),
            None => Ok(()),
        }
    }

    fn server(&self) -> Result<&Server, ClusterError> {
        self.server.as_ref().ok_or_else(|| ClusterError::NotOwner {
            folder: self.folder.path().to_owned(),
            holder: self.folder.holder(),
        })
    }
}

impl Server {
    fn running(&self) -> MutexGuard<'_, Option<Postmaster>> {
        self.postmaster.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_none() {
            return;
        }
        let how = if self.options.ephemeral { Shutdown::Immediate } else { Shutdown::Fast };
        if let Err(error) = self.shut_down(how) {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot stop the private postgres");
            return;
        }
        // Empty now; the next start makes it again.
        std::fs::remove_dir(&self.sockets).ok();
    }
}
