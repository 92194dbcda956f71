//! Removes an ephemeral cluster when its process is gone, also when it was killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::ClusterError;
use super::folder::Folder;
use std::os::unix::process::CommandExt as _;

/// Waits for the end of its standard input, which only this process holds; then ends the server and removes the folder.
const SCRIPT: &str = r#"
read -r _
if pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null); then
  sockets=$(sed -n 5p "$1/data/postmaster.pid" 2>/dev/null)
  kill -QUIT "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
fi
rm -rf "$1"
case "$sockets" in */clientele-*) rm -rf "$sockets" ;; esac
"#;

/// The waiting shell. It outlives us by the time it needs to clean up.
#[derive(Debug)]
pub(super) struct Watchdog(#[expect(dead_code, reason = "holds the pipe whose end the shell waits for")] Child);

impl Watchdog {
    pub(super) fn start(folder: &Folder) -> Result<Self, ClusterError> {
        let shell = Path::new("/bin/sh");
        let child = Command::new(shell)
            .args(["-c", SCRIPT, "clientele-watchdog"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(ClusterError::io("run", shell))?;
        Ok(Self(child))
    }
}
