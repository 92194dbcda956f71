//! The server process: starting it until it answers, finding one that runs already, stopping it.
//!
//! Postgres describes itself in `data/postmaster.pid`: process id, data folder, start time, port, socket folder, address, shared
//! memory, state ("ready" once it answers).

use std::fs::{self, File, OpenOptions};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::ClusterError;
use super::account::Account;
use super::binaries::Binaries;
use super::folder::Folder;
use super::options::{ClusterOptions, Tcp};

/// Recovery after a crash may take minutes.
const START: Duration = Duration::from_mins(10);
/// Someone else's server answers within this or is not going to.
const ATTACH: Duration = Duration::from_mins(1);
/// A left-over server either answers or ends within this.
const SETTLE: Duration = Duration::from_secs(10);
/// Writing everything down may take a while.
const STOP: Duration = Duration::from_mins(5);
const POLL: Duration = Duration::from_millis(10);

/// How to stop a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shutdown {
    /// Break connections, write everything down.
    Fast,
    /// End at once; the next start recovers.
    Immediate,
}

/// A running server.
#[derive(Debug)]
pub(super) struct Postmaster {
    /// `None` for one that another process started.
    child: Option<Child>,
}

impl Postmaster {
    /// Starts the server and waits until it answers.
    pub(super) fn start(
        binaries: &Binaries,
        account: &Account,
        folder: &Folder,
        options: &ClusterOptions,
        sockets: &Path,
        port: u16,
    ) -> Result<Self, ClusterError> {
        let log_path = folder.log();
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log_path)
            .map_err(ClusterError::io("open", &log_path))?;
        let began = log.metadata().map_or(0, |meta| meta.len());
        let waited = Instant::now();
        loop {
            let mut child = spawn(binaries, account, folder, options, sockets, port, &log)?;
            let pid = child.id().to_string();
            while waited.elapsed() < START {
                if State::read(folder).is_some_and(|state| state.ready && state.pid == pid) {
                    return Ok(Self { child: Some(child) });
                }
                if child.try_wait().map_err(ClusterError::io("wait for", folder.path()))?.is_some() {
                    break;
                }
                thread::sleep(POLL);
            }
            child.kill().ok();
            child.wait().ok();
            let tail = tail(&log_path, began);
            // Backends of a server that was killed hold its memory until they notice.
            if tail.contains("shared memory block") && waited.elapsed() < SETTLE {
                thread::sleep(POLL * 20);
                continue;
            }
            return Err(ClusterError::Start { log: log_path, tail });
        }
    }

    /// Stops the server and waits until it is gone.
    pub(super) fn stop(
        mut self,
        binaries: &Binaries,
        account: &Account,
        folder: &Folder,
        how: Shutdown,
    ) -> Result<(), ClusterError> {
        let program = binaries.program("pg_ctl");
        let mode = match how {
            Shutdown::Fast => "--mode=fast",
            Shutdown::Immediate => "--mode=immediate",
        };
        let output = account
            .command(&program)
            .args(["stop", "--no-wait", mode, "--pgdata"])
            .arg(folder.data())
            .output()
            .map_err(ClusterError::io("run", &program))?;
        // Whether or not it could be told, what counts is that it is gone: it may have ended on its own.
        let patience = if output.status.success() { STOP } else { SETTLE };
        let waited = Instant::now();
        while waited.elapsed() < patience {
            if self.is_gone(folder) {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Err(ClusterError::program("pg_ctl", &output))
    }

    fn is_gone(&mut self, folder: &Folder) -> bool {
        match &mut self.child {
            Some(child) => child.try_wait().is_ok_and(|status| status.is_some()),
            None => State::read(folder).is_none_or(|state| !is_server(&state.pid)),
        }
    }
}

/// The server another process runs in this folder, once it answers.
pub(super) fn attach(folder: &Folder) -> Result<(PathBuf, u16), ClusterError> {
    let waited = Instant::now();
    while waited.elapsed() < ATTACH {
        if let Some(state) = State::read(folder).filter(State::answers) {
            return Ok((state.sockets, state.port));
        }
        thread::sleep(POLL);
    }
    Err(ClusterError::Held { folder: folder.path().to_owned(), holder: folder.holder() })
}

/// The server that a dead process of ours left running, or `None` with the way free for a new one.
pub(super) fn adopt(folder: &Folder) -> Result<Option<(Postmaster, PathBuf, u16)>, ClusterError> {
    let waited = Instant::now();
    while let Some(state) = State::read(folder) {
        if state.answers() {
            return Ok(Some((Postmaster { child: None }, state.sockets, state.port)));
        }
        if !is_server(&state.pid) {
            // Postgres would take whoever has the id now for a running server.
            let stale = folder.data().join("postmaster.pid");
            fs::remove_file(&stale).map_err(ClusterError::io("remove", &stale))?;
            return Ok(None);
        }
        if waited.elapsed() > SETTLE {
            return Err(ClusterError::Held { folder: folder.path().to_owned(), holder: state.pid });
        }
        thread::sleep(POLL);
    }
    Ok(None)
}

fn spawn(
    binaries: &Binaries,
    account: &Account,
    folder: &Folder,
    options: &ClusterOptions,
    sockets: &Path,
    port: u16,
    log: &File,
) -> Result<Child, ClusterError> {
    let program = binaries.program("postgres");
    let mut command = account.command(&program);
    command.arg("-D").arg(folder.data());
    let mut set = |name: &str, value: &str| {
        command.arg("-c").arg(format!("{name}={value}"));
    };
    set("port", &port.to_string());
    set("unix_socket_directories", &sockets.to_string_lossy());
    set("unix_socket_permissions", "0700");
    set("listen_addresses", if options.tcp == Tcp::Off { "" } else { "127.0.0.1" });
    for (name, value) in options.server_settings() {
        set(&name, &value);
    }
    let output = || log.try_clone().map_err(ClusterError::io("open", &folder.log()));
    command.stdin(Stdio::null()).stdout(output()?).stderr(output()?).spawn().map_err(ClusterError::io("run", &program))
}

/// What `postmaster.pid` says.
struct State {
    pid: String,
    port: u16,
    sockets: PathBuf,
    ready: bool,
}

impl State {
    /// `None` when there is no such file, or when it is only being written.
    fn read(folder: &Folder) -> Option<Self> {
        let text = fs::read_to_string(folder.data().join("postmaster.pid")).ok()?;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: (*lines.first()?).to_owned(),
            port: lines.get(3).and_then(|port| port.parse().ok()).unwrap_or(0),
            sockets: lines.get(4).map(PathBuf::from).unwrap_or_default(),
            ready: lines.get(7) == Some(&"ready"),
        })
    }

    fn answers(&self) -> bool {
        self.ready && UnixStream::connect(self.sockets.join(format!(".s.PGSQL.{}", self.port))).is_ok()
    }
}

/// Whether a process is a Postgres server. Where that cannot be found out, Postgres' own checks have the last word.
fn is_server(pid: &str) -> bool {
    if Path::new("/proc/self/comm").exists() {
        return fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres");
    }
    std::process::Command::new("ps")
        .args(["-o", "comm=", "-p", pid])
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("postgres"))
}

/// The last lines of the log since `began`, on one line.
fn tail(log: &Path, began: u64) -> String {
    let text = fs::read(log).unwrap_or_default();
    let new = String::from_utf8_lossy(text.get(began as usize..).unwrap_or_default()).into_owned();
    let lines: Vec<&str> = new.lines().collect();
    lines[lines.len().saturating_sub(4)..].join(" | ")
}
