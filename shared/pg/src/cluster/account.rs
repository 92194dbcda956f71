//! The user a private Postgres runs as: this one, or an unprivileged one when this one is root.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::ClusterError;

/// Who runs the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    uid: u32,
    /// The group to switch to; `None` when there is nothing to switch.
    switch: Option<u32>,
}

impl Account {
    /// This user, or for root the first of `postgres` and `nobody` that exists.
    pub(super) fn choose() -> Result<Self, ClusterError> {
        let id = Path::new("id");
        let output = Command::new(id).arg("-u").output().map_err(ClusterError::io("run", id))?;
        let own = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0);
        if own != 0 {
            return Ok(Self { uid: own, switch: None });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| find(&users, name))
            .map(|(uid, gid)| Self { uid, switch: Some(gid) })
            .ok_or(ClusterError::NoAccount)
    }

    /// A command that runs as this account, in its own process group: Ctrl-C in the terminal is for us, and we stop the server.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.process_group(0).current_dir("/").env("LC_ALL", "C");
        for name in ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSERVICE"] {
            command.env_remove(name);
        }
        if let Some(gid) = self.switch {
            command.uid(self.uid).gid(gid);
        }
        command
    }

    /// Hands a file or folder to this account.
    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        let Some(gid) = self.switch else {
            return Ok(());
        };
        chown(path, Some(self.uid), Some(gid)).map_err(ClusterError::io("hand over", path))
    }

    /// Hands a folder to this account and closes it to all others.
    pub(super) fn own(&self, folder: &Path) -> Result<(), ClusterError> {
        self.give(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(ClusterError::io("close", folder))
    }

    /// Whether the folder is this account's alone.
    pub(super) fn owns(&self, folder: &Path) -> bool {
        fs::symlink_metadata(folder)
            .is_ok_and(|meta| meta.is_dir() && meta.uid() == self.uid && meta.mode().trailing_zeros() >= 6)
    }

    /// Whether this is another user than the one we are.
    pub(super) fn is_other(&self) -> bool {
        self.switch.is_some()
    }

    /// Whether the account can pass through a folder and all above it.
    pub(super) fn can_enter(&self, folder: &Path) -> bool {
        let Some(gid) = self.switch else {
            return true;
        };
        folder.ancestors().all(|above| {
            fs::metadata(above).is_ok_and(|meta| {
                let bit = match (meta.uid() == self.uid, meta.gid() == gid) {
                    (true, _) => 0o100,
                    (false, true) => 0o010,
                    (false, false) => 0o001,
                };
                meta.mode() & bit != 0
            })
        })
    }
}

/// User and group id of a name in the text of `/etc/passwd`.
fn find(users: &str, name: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn ids_are_read_from_the_users_own_line() {
        let users =
            "root:x:0:0:root:/root:/bin/bash\nnotpostgres:x:1:1::/:\npostgres:x:101:104:admin:/var/lib:/bin/sh\n";
        assert_eq!(find(users, "postgres"), Some((101, 104)));
        assert_eq!(find(users, "nobody"), None);
    }
}
