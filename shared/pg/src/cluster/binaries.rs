//! The PostgreSQL server programs of this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ClusterError;

/// Folders with one PostgreSQL version each, or holding one folder a version; where systems put them.
const USUAL: [&str; 8] = [
    "/usr/lib/postgresql",
    "/usr/local/lib/postgresql",
    "/usr/pgsql",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/usr/local/pgsql",
    "/Library/PostgreSQL",
    "/Applications/Postgres.app/Contents/Versions",
];

/// A folder with `initdb`, `postgres` and `pg_ctl` of one version.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    /// "15", or "9.6" for ancient ones.
    version: String,
}

impl Binaries {
    /// The first that fits, in the order: `$CLIENTELE_PG_BIN`, `PATH`, `pg_config --bindir`, the usual places newest first.
    /// `made_by` is the version that made an existing folder.
    pub(super) fn find(made_by: Option<&str>, folder: &Path) -> Result<Self, ClusterError> {
        let found: Vec<Self> = match env::var_os("CLIENTELE_PG_BIN") {
            Some(folder) => Self::of(Path::new(&folder)).into_iter().collect(),
            None => candidates().into_iter().filter_map(|folder| Self::of(&folder)).collect(),
        };
        if found.is_empty() {
            return Err(ClusterError::NoBinaries);
        }
        let Some(version) = made_by else {
            return found.into_iter().next().ok_or(ClusterError::NoBinaries);
        };
        let versions: Vec<_> = found.iter().map(|one| one.version.clone()).collect();
        found.into_iter().find(|one| one.version == version).ok_or_else(|| ClusterError::Version {
            folder: folder.to_owned(),
            wanted: version.to_owned(),
            found: versions.join(", "),
        })
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn of(folder: &Path) -> Option<Self> {
        // `PATH` may hold links to single programs; the server looks for its other files beside the real one.
        let server = fs::canonicalize(folder.join("postgres")).ok()?;
        let folder = server.parent()?.to_owned();
        if !["initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file()) {
            return None;
        }
        let output = Command::new(server).arg("--version").output().ok()?;
        let version = major(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { folder, version })
    }
}

/// "postgres (PostgreSQL) 15.18 (Debian ..)" is "15".
fn major(output: &str) -> Option<String> {
    let number = output.split_whitespace().nth(2)?;
    let mut parts = number.split(|c: char| !c.is_ascii_digit());
    let first: u32 = parts.next()?.parse().ok()?;
    if first < 10 {
        return Some(format!("{first}.{}", parts.next()?));
    }
    Some(first.to_string())
}

fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    for place in USUAL {
        let mut versions: Vec<PathBuf> =
            fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        versions.sort_by_key(|folder| std::cmp::Reverse(number_in(folder)));
        folders.extend(versions.into_iter().map(|folder| folder.join("bin")));
        folders.push(Path::new(place).join("bin"));
    }
    folders
}

/// The version a folder's name ends with: 17 of `17` and of `postgresql@17`.
fn number_in(folder: &Path) -> u32 {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{major, number_in};
    use std::path::Path;

    #[test]
    fn the_major_version_is_what_a_data_folder_is_bound_to() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").as_deref(), Some("15"));
        assert_eq!(major("postgres (PostgreSQL) 9.6.24").as_deref(), Some("9.6"));
        assert_eq!(major("postgres (PostgreSQL) 18beta1").as_deref(), Some("18"));
        assert_eq!(major(""), None);
    }

    #[test]
    fn ten_is_newer_than_nine() {
        assert!(number_in(Path::new("/usr/lib/postgresql/10")) > number_in(Path::new("/usr/lib/postgresql/9.6")));
        assert_eq!(number_in(Path::new("/opt/homebrew/opt/postgresql@17")), 17);
    }
}
