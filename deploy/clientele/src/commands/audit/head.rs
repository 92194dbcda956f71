//! `clientele audit head`.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use clientele_proto::qualification::v1::GetAuditTreeHeadRequest;

use crate::{
    auditing::head::HeadFile,
    online::{Online, block_on, explain},
    term,
};

/// Flags of `audit head`.
#[derive(Debug, Args)]
pub struct Head {
    /// Leaves of the log that it was signed at; by default the newest
    #[arg(long, default_value_t = 0, value_name = "LEAVES", value_parser = clap::value_parser!(i64).range(0..))]
    size: i64,
    /// File to keep it in; standard output without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Head) -> Result<()> {
    let head = block_on(async {
        let mut audit = args.online.clients()?.audit;
        let request = GetAuditTreeHeadRequest { tree_size: args.size };
        Ok(audit.get_audit_tree_head(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    let text = serde_json::to_string_pretty(&HeadFile::of(&head)?)? + "\n";
    match &args.output {
        Some(path) => fs::write(path, text).with_context(|| format!("cannot write {}", path.display())),
        None => Ok(term::print(&text)?),
    }
}
