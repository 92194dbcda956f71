//! `clientele audit prove` and `audit verify-proof`: one entry, without the rest of the log.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::Args;
use clientele_proto::qualification::v1::{
    ExportAuditEntriesRequest, GetAuditInclusionProofRequest, get_audit_inclusion_proof_request::Key,
};

use super::verify::{read_head, read_keys};
use crate::{
    auditing::{
        head::HeadFile,
        proof::{ProofFile, Proven},
    },
    commands::Usage,
    online::{Online, block_on, explain},
    term::{self, number},
};

/// Flags of `audit prove`.
#[derive(Debug, Args)]
pub struct Prove {
    /// The entry: its id, or its place in the log, from 0
    #[arg(value_name = "ENTRY")]
    entry: String,
    /// Public keys as PEM, as `audit keys` printed them when the auditor took them
    #[arg(long, value_name = "PUBLIC_KEY_FILE")]
    key: PathBuf,
    /// Signed head to prove it under, as `audit head` printed it; by default the newest
    #[arg(long, value_name = "HEAD.json")]
    head: Option<PathBuf>,
    /// File to keep the proof in, for `audit verify-proof`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    online: Online,
}

/// Flags of `audit verify-proof`.
#[derive(Debug, Args)]
pub struct VerifyProof {
    /// The file that `audit prove --output` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Public keys as PEM, as `audit keys` printed them when the auditor took them
    #[arg(long, value_name = "PUBLIC_KEY_FILE")]
    key: PathBuf,
    /// Signed head that the proof has to be under; by default its own, of whatever the keys signed
    #[arg(long, value_name = "HEAD.json")]
    head: Option<PathBuf>,
}

/// Fetches a proof, checks it and keeps it.
pub fn prove(args: &Prove) -> Result<()> {
    let keys = read_keys(&args.key)?;
    let own = args.head.as_deref().map(read_head).transpose()?;
    let key = match args.entry.parse() {
        Ok(place) => Key::LeafIndex(place),
        Err(_) => Key::AuditEntryId(args.entry.clone()),
    };
    let file = fetch(args, key, own.clone())?;
    let proven = file.verify(&keys, own.as_ref())?;
    if let Some(path) = &args.output {
        let text = serde_json::to_string_pretty(&file)? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(term::print(&told(&proven))?)
}

/// Checks a proof that was kept.
pub fn verify_proof(args: &VerifyProof) -> Result<()> {
    let keys = read_keys(&args.key)?;
    let own = args.head.as_deref().map(read_head).transpose()?;
    let file = read(&args.file)?;
    let proven = file.verify(&keys, own.as_ref());
    let proven = proven.map_err(|error| error.context(format!("{} proves nothing", args.file.display())))?;
    Ok(term::print(&told(&proven))?)
}

fn fetch(args: &Prove, key: Key, own: Option<HeadFile>) -> Result<ProofFile> {
    block_on(async {
        let mut audit = args.online.clients()?.audit;
        let tree_size = own.as_ref().map_or(0, |head| head.tree_size as i64);
        let request = GetAuditInclusionProofRequest { key: Some(key), tree_size };
        let proof = audit.get_audit_inclusion_proof(request).await.map_err(|status| explain(&status))?.into_inner();
        let request = ExportAuditEntriesRequest { first_leaf_index: proof.leaf_index, tree_size: proof.leaf_index + 1 };
        let answers = audit.export_audit_entries(request).await.map_err(|status| explain(&status))?;
        let answer = answers.into_inner().message().await.map_err(|status| explain(&status))?;
        let entry = answer.and_then(|answer| answer.audit_entries.into_iter().next());
        let entry = entry.context("the service does not hand the entry out")?;
        let signed = || {
            let head = proof.tree_head.as_ref();
            HeadFile::of(head.context("the service has no key: start it with --audit-key-file")?)
        };
        ProofFile::of(&entry, &proof, own.map_or_else(signed, Ok)?)
    })
}

fn read(path: &Path) -> Result<ProofFile> {
    let text = fs::read_to_string(path).map_err(|error| Usage(format!("cannot read {}: {error}", path.display())))?;
    Ok(serde_json::from_str(&text).map_err(|error| Usage(format!("{} is no proof: {error}", path.display())))?)
}

fn told(proven: &Proven) -> String {
    let Proven { leaf, leaf_index, has_content, head } = proven;
    let who = if leaf.role.is_empty() { leaf.actor.clone() } else { format!("{} as {}", leaf.actor, leaf.role) };
    let content = if *has_content { "is the one that was written down" } else { "was erased" };
    format!(
        "proven: {} {} was {} by {who}; entry {} of the {} of {}, root {}, signed at {} ms\nwhat it was afterwards {content}",
        leaf.subject_kind,
        leaf.subject_id,
        leaf.transition,
        number::count(leaf_index + 1),
        number::count(head.tree_size),
        head.log_id,
        head.root_hash,
        head.timestamp_ms
    )
}
