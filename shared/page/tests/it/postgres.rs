//! A throw-away Postgres in a temporary folder, stopped when the test ends.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

pub struct Postgres {
    server: Child,
    folder: tempfile::TempDir,
}

impl Postgres {
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("page").tempdir_in("/tmp").unwrap();
        let user = unprivileged(folder.path());
        let data = folder.path().join("data");
        let run = |program: &str| {
            let mut command = Command::new(bin().join(program));
            command.stdout(Stdio::null()).stderr(Stdio::null());
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command
        };
        // The "C" locale: text is ordered by code point, as `Filter::matches` does.
        let status = run("initdb")
            .args(["--auth=trust", "--locale=C", "--encoding=UTF8", "--username=postgres", "--no-sync", "-D"])
            .arg(&data)
            .status()
            .unwrap();
        assert!(status.success(), "initdb: {status}");
        let server = run("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "timezone=Asia/Kolkata"])
            .spawn()
            .unwrap();
        let started = Self { server, folder };
        started.connect().await.close().await.unwrap();
        started
    }

    /// Waits until the server takes connections.
    pub async fn connect(&self) -> PgConnection {
        let options = PgConnectOptions::new().socket(self.folder.path()).username("postgres").database("postgres");
        for _ in 0..600 {
            if let Ok(connection) = options.connect().await {
                return connection;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("Postgres does not answer within 30 s");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Postgres refuses to run as root: then the owner of its files is the user nobody.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(folder).unwrap()) == 0;
    root.then(|| {
        chown(folder, Some(65534), Some(65534)).unwrap();
        (65534, 65534)
    })
}

fn bin() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    newest.unwrap_or_else(|| panic!("install Postgres (apt-get install postgresql)"))
}
