//! `clientele audit export`: the log into a file, going on where an earlier export of the file ended.

use std::{
    io::{BufWriter, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use clientele_proto::qualification::v1::{ExportAuditEntriesRequest, GetAuditTreeHeadRequest};
use merkle::leaf_hash;

use crate::{
    auditing::{
        head::HeadFile,
        line::{EntryLine, HeadLine},
        resume::resume,
    },
    online::{Online, block_on, explain},
    term::{Progress, number, progress::Unit},
};

/// Flags of `audit export`.
#[derive(Debug, Args)]
pub struct Export {
    /// File to write; an export of the same log that is there, whole or broken off, is continued
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Export) -> Result<()> {
    let (file, mut frontier) = resume(&args.file)?;
    let had = frontier.size();
    let progress = Progress::start("exporting the audit log", None, Unit::Items);
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let written = block_on(async {
        let mut audit = args.online.clients()?.audit;
        let head = audit.get_audit_tree_head(GetAuditTreeHeadRequest { tree_size: 0 }).await;
        let head = head.map_err(|status| explain(&status))?.into_inner();
        let size = head.tree_size as u64;
        if had > size {
            bail!("the file has {had} entries, the log has {size}: it is another log, or its end was taken away");
        }
        // Nothing is asked for where the file has it all: an empty stream would begin beyond the end.
        if had < size {
            let request = ExportAuditEntriesRequest { first_leaf_index: had as i64, tree_size: head.tree_size };
            let answers = audit.export_audit_entries(request).await.map_err(|status| explain(&status))?;
            let mut answers = answers.into_inner();
            while let Some(answer) = answers.message().await.map_err(|status| explain(&status))? {
                for entry in answer.audit_entries {
                    if entry.leaf_index != Some(frontier.size() as i64) {
                        bail!("the service left out leaf {}", frontier.size());
                    }
                    frontier.append(leaf_hash(&entry.leaf), |_, _| {})?;
                    serde_json::to_writer(&mut out, &EntryLine::of(&entry)?)?;
                    out.write_all(b"\n")?;
                }
                progress.set(frontier.size() - had);
            }
        }
        let tree_head = HeadFile::of(&head)?;
        if frontier.size() != size || frontier.root().to_string() != tree_head.root_hash {
            bail!("the entries do not lead to the signed head: the log was changed, or the file is of another one");
        }
        serde_json::to_writer(&mut out, &HeadLine { tree_head })?;
        out.write_all(b"\n")?;
        Ok(frontier.size() - had)
    });
    // What came before it broke off stays, to be continued.
    out.flush()
        .and_then(|()| out.get_ref().sync_all())
        .with_context(|| format!("cannot write {}", args.file.display()))?;
    progress.finish(&format!("{} entries, {} in the file", number::count(written?), number::count(frontier.size())));
    Ok(())
}
