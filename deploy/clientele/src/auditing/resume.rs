//! Going on with a file that is there.

use std::{
    fs::{File, OpenOptions},
    io::{BufReader, Seek as _, SeekFrom},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use merkle::{Frontier, leaf_hash};

use super::{line::Line, read::Lines};
use crate::commands::Usage;

/// The file, cut to the entries that it has and ready for more, and where its tree stands.
pub fn resume(path: &Path) -> Result<(File, Frontier)> {
    let cannot = || format!("cannot write {}", path.display());
    // Contents are personal data: only the owner reads them.
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .with_context(cannot)?;
    let mut lines = Lines::new(BufReader::new(&file));
    let (mut frontier, mut end) = (Frontier::new(), 0);
    while let Some(Line::Entry(entry)) = lines.read().map_err(|error| other(path, &error))? {
        if entry.leaf_index != frontier.size() {
            let told = format!("line {}: leaf {} is missing", lines.number, frontier.size());
            bail!(Usage(format!("{}: {told}", path.display())));
        }
        frontier.append(leaf_hash(&entry.leaf().map_err(|error| other(path, &error))?), |_, _| {})?;
        end = lines.bytes;
    }
    file.set_len(end).with_context(cannot)?;
    file.seek(SeekFrom::Start(end)).with_context(cannot)?;
    Ok((file, frontier))
}

/// The file is not overwritten.
fn other(path: &Path, error: &anyhow::Error) -> Usage {
    Usage(format!("{} is there, and is no export of an audit log: {error:#}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _};

    use super::*;

    const FIRST: &str = "{\"leaf_index\":0,\"leaf\":\"YQ==\",\"salt\":null,\"content\":null}\n";
    const SECOND: &str = "{\"leaf_index\":1,\"leaf\":\"Yg==\",\"salt\":null,\"content\":null}\n";
    const HEAD: &str = "{\"tree_head\":{\"log_id\":\"l\",\"tree_size\":1,\"root_hash\":\"\",\"timestamp_ms\":1,\"key_id\":\"\",\"signature\":\"\"}}\n";

    /// What a file is after it was resumed and a line was added.
    fn resumed(before: &str) -> Result<String> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("audit.jsonl");
        if !before.is_empty() {
            fs::write(&path, before)?;
        }
        let (mut file, frontier) = resume(&path)?;
        writeln!(file, "next {}", frontier.size())?;
        Ok(fs::read_to_string(&path)?)
    }

    #[test]
    fn it_goes_on_after_the_last_whole_entry() {
        assert_eq!(resumed("").unwrap(), "next 0\n");
        assert_eq!(resumed(&format!("{FIRST}{SECOND}")).unwrap(), format!("{FIRST}{SECOND}next 2\n"));
        assert_eq!(resumed(&format!("{FIRST}{HEAD}")).unwrap(), format!("{FIRST}next 1\n"));
        assert_eq!(resumed(&format!("{FIRST}{}", &SECOND[..30])).unwrap(), format!("{FIRST}next 1\n"));
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.csv");
        for text in ["name,amount\nana,1\n", SECOND] {
            fs::write(&path, text).unwrap();
            let error = resume(&path).unwrap_err();
            assert!(
                error
                    .downcast_ref::<Usage>()
                    .is_some_and(|usage| usage.0.contains("line 1") || usage.0.contains("leaf 0")),
                "{error:#}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
