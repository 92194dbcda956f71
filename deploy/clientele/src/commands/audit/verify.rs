//! `clientele audit verify`: no server, no network, nothing but the file, the keys and heads that were kept.

use std::{
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
};

use anyhow::Result;
use clap::Args;
use clientele_qualification::audit_keys::AuditKeys;

use crate::{
    auditing::{head::HeadFile, verify::verify},
    commands::Usage,
    term::{self, number},
};

/// Flags of `audit verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The file that `audit export` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Public keys as PEM, as `audit keys` printed them when the auditor took them
    #[arg(long, value_name = "PUBLIC_KEY_FILE")]
    key: PathBuf,
    /// Signed head to check against, as `audit head` printed it; by default the one at the end of the file
    #[arg(long, value_name = "HEAD.json")]
    head: Option<PathBuf>,
    /// Older head that was kept: the file must continue it
    #[arg(long, value_name = "OLD_HEAD.json")]
    since: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Verify) -> Result<()> {
    let keys = read_keys(&args.key)?;
    let head = args.head.as_deref().map(read_head).transpose()?;
    let since = args.since.as_deref().map(read_head).transpose()?;
    let file =
        File::open(&args.file).map_err(|error| Usage(format!("cannot read {}: {error}", args.file.display())))?;
    let found = verify(BufReader::with_capacity(1 << 20, file), &keys, head.as_ref(), since.as_ref())
        .map_err(|error| error.context(format!("{} is not in order", args.file.display())))?;
    let mut told = vec![format!(
        "in order: {} entries of {}, root {}, signed at {} ms",
        number::count(found.head.tree_size),
        found.head.log_id,
        found.head.root_hash,
        found.head.timestamp_ms
    )];
    if found.erased > 0 {
        told.push(format!("of {} the content was erased", number::count(found.erased)));
    }
    if found.leaves > found.head.tree_size {
        let beyond = found.leaves - found.head.tree_size;
        told.push(format!("{} more that the head does not vouch for", number::count(beyond)));
    }
    if let Some(since) = since {
        let kept = number::count(since.tree_size);
        told.push(format!("the first {kept} are those of the older head: none was changed, removed or put in between"));
    }
    Ok(term::print(&told.join("\n"))?)
}

/// Public keys of a file.
pub fn read_keys(path: &Path) -> Result<AuditKeys> {
    let keys = AuditKeys::read(path);
    Ok(keys.map_err(|error| Usage(format!("{}: {:#}", path.display(), anyhow::Error::from(error))))?)
}

/// A head that was kept.
pub fn read_head(path: &Path) -> Result<HeadFile> {
    let text = fs::read_to_string(path).map_err(|error| Usage(format!("cannot read {}: {error}", path.display())))?;
    Ok(serde_json::from_str(&text).map_err(|error| Usage(format!("{} is no signed head: {error}", path.display())))?)
}
