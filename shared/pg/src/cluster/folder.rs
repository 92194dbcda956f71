//! The folder of a private Postgres: where it may be, who has it, and its creation.
//!
//! | entry | is |
//! | --- | --- |
//! | `data/` | Postgres' own data, of the server's user |
//! | `postgres.log` | what the server said |
//! | `lock` | held by the process that runs the server; its content is that process' id |
//! | `password` | the owner's, for loopback connections |
//! | `port` | the loopback port of the last start |

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::{env, fmt::Write as _};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::binaries::Binaries;
use super::options::{Durability, Tcp};
use super::{ClusterError, OWNER};

/// Where a cluster goes that root's Postgres cannot enter where it was asked for.
const ROOTS_FALLBACK: &str = "/var/lib/clientele";
/// The number in the socket's name when there is no loopback port.
const SOCKET_PORT: u16 = 5432;
/// `sun_path` has 108 bytes on Linux and 104 on macOS; `/.s.PGSQL.65535` needs 16.
const MAX_SOCKET_FOLDER: usize = 103 - 16;

/// A folder that exists and that the server's user can enter.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

/// The right to run the server of a folder; given back when the process ends.
#[derive(Debug)]
pub(super) struct Claim(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl Folder {
    pub(super) fn prepare(wanted: &Path, account: &Account) -> Result<Self, ClusterError> {
        let folder = create(wanted, account)?;
        if account.can_enter(&folder) {
            return Ok(Self(folder));
        }
        let fallback = create(&Path::new(ROOTS_FALLBACK).join(digest(&folder)), account)?;
        tracing::info!(
            wanted = %folder.display(),
            folder = %fallback.display(),
            "postgres may not run as root, and its user cannot enter the wanted folder: using another one"
        );
        if !account.can_enter(&fallback) {
            return Err(ClusterError::UnsafeFolder { folder: fallback });
        }
        Ok(Self(fallback))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.0.join("postgres.log")
    }

    /// Takes the folder for this process, unless another one has it.
    pub(super) fn claim(&self) -> Result<Option<Claim>, ClusterError> {
        let path = self.0.join("lock");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(ClusterError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => {
                return Err(ClusterError::io("lock", &path)(source));
            }
        }
        file.set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(ClusterError::io("write", &path))?;
        Ok(Some(Claim(file)))
    }

    /// The process that has the folder, as far as known.
    pub(super) fn holder(&self) -> String {
        fs::read_to_string(self.0.join("lock")).unwrap_or_else(|_| "unknown".to_owned())
    }

    /// The major version that made the data, if there is any.
    pub(super) fn version(&self) -> Result<Option<String>, ClusterError> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(version) => Ok(Some(version.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::io("read", &path)(error)),
        }
    }

    /// Creates the data where there is none; a creation that was interrupted starts over.
    pub(super) fn initialise(
        &self,
        binaries: &Binaries,
        account: &Account,
        durability: Durability,
    ) -> Result<(), ClusterError> {
        if self.version()?.is_some() {
            return Ok(());
        }
        let password = random_password()?;
        let kept = self.0.join("password");
        write_secret(&kept, &password)?;
        account.give(&kept)?;
        let unfinished = self.0.join("data.new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(ClusterError::io("remove", &unfinished))?;
        }
        fs::create_dir(&unfinished).map_err(ClusterError::io("create", &unfinished))?;
        account.own(&unfinished)?;

        let mut command = account.command(&binaries.program("initdb"));
        command
            .args(["--encoding=UTF8", "--no-locale", "--no-instructions"])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .arg(format!("--username={OWNER}"))
            .arg("--pwfile")
            .arg(&kept)
            .arg("--pgdata")
            .arg(&unfinished);
        if durability == Durability::Test {
            command.arg("--no-sync");
        }
        let output = command.output().map_err(ClusterError::io("run", &unfinished))?;
        if !output.status.success() {
            return Err(ClusterError::program("initdb", &output));
        }
        let data = self.data();
        fs::rename(&unfinished, &data).map_err(ClusterError::io("create", &data))
    }

    /// A short folder for the socket, of the server's user alone.
    pub(super) fn sockets(&self, account: &Account) -> Result<PathBuf, ClusterError> {
        let name = format!("clientele-{}", digest(&self.0));
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let parent = runtime
            .filter(|folder| folder.is_dir() && !account.is_other())
            .filter(|folder| folder.as_os_str().len() + name.len() < MAX_SOCKET_FOLDER)
            .unwrap_or_else(|| PathBuf::from("/tmp"));
        let folder = parent.join(name);
        if !folder.exists() {
            fs::create_dir(&folder).map_err(ClusterError::io("create", &folder))?;
            account.own(&folder)?;
        }
        // In /tmp anyone could have been there first.
        if !account.owns(&folder) {
            return Err(ClusterError::UnsafeFolder { folder });
        }
        Ok(folder)
    }

    /// The port to use; for [`Tcp::Free`] last time's if it is still free.
    pub(super) fn port(&self, tcp: Tcp) -> Result<u16, ClusterError> {
        let path = self.0.join("port");
        let free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        match tcp {
            Tcp::Off => Ok(SOCKET_PORT),
            Tcp::Port(port) => Ok(port),
            Tcp::Free => {
                let last = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
                if let Some(port) = last.filter(|port| free(*port).is_ok()) {
                    return Ok(port);
                }
                let port = free(0)
                    .and_then(|listener| listener.local_addr())
                    .map_err(ClusterError::io("find a free port for", &self.0))?
                    .port();
                fs::write(&path, port.to_string()).map_err(ClusterError::io("write", &path))?;
                Ok(port)
            }
        }
    }

    pub(super) fn password(&self) -> Result<String, ClusterError> {
        let path = self.0.join("password");
        fs::read_to_string(&path).map_err(ClusterError::io("read", &path))
    }
}

/// Makes the folder and answers its full path. What we make, the server's user may pass through, but not list.
fn create(folder: &Path, account: &Account) -> Result<PathBuf, ClusterError> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    fs::create_dir_all(folder).map_err(ClusterError::io("create", folder))?;
    if account.is_other() {
        for path in missing {
            fs::set_permissions(path, fs::Permissions::from_mode(0o711)).map_err(ClusterError::io("open", path))?;
        }
    }
    fs::canonicalize(folder).map_err(ClusterError::io("find", folder))
}

fn digest(path: &Path) -> String {
    let hash = Sha256::digest(path.as_os_str().as_encoded_bytes());
    hash.iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn random_password() -> Result<String, ClusterError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 24];
    File::open(source).and_then(|mut file| file.read_exact(&mut bytes)).map_err(ClusterError::io("read", source))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn write_secret(path: &Path, secret: &str) -> Result<(), ClusterError> {
    OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(secret.as_bytes()))
        .map_err(ClusterError::io("write", path))
}
