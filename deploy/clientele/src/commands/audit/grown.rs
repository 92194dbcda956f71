//! `clientele audit grown`: that nothing was changed since an older head, without the log.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use clientele_proto::qualification::v1::{GetAuditConsistencyProofRequest, GetAuditTreeHeadRequest};
use merkle::{ConsistencyProof, Hash};

use super::verify::{read_head, read_keys};
use crate::{
    auditing::{head::HeadFile, verify::signed},
    online::{Online, block_on, explain},
    term::{self, number},
};

/// Flags of `audit grown`.
#[derive(Debug, Args)]
pub struct Grown {
    /// Older head that was kept, as `audit head` printed it
    #[arg(long, value_name = "OLD_HEAD.json")]
    since: PathBuf,
    /// Public keys as PEM, as `audit keys` printed them when the auditor took them
    #[arg(long, value_name = "PUBLIC_KEY_FILE")]
    key: PathBuf,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Grown) -> Result<()> {
    let keys = read_keys(&args.key)?;
    let old = signed(&read_head(&args.since)?, &keys).context("the older head")?;
    let (head, hashes) = block_on(async {
        let mut audit = args.online.clients()?.audit;
        let head = audit.get_audit_tree_head(GetAuditTreeHeadRequest { tree_size: 0 }).await;
        let head = head.map_err(|status| explain(&status))?.into_inner();
        if head.tree_size < old.tree_size as i64 {
            let (now, then) = (head.tree_size, old.tree_size);
            bail!(
                "the log has {now} entries, the older head vouches for {then}: its end was taken away, or it is another log"
            );
        }
        if old.tree_size == 0 {
            return Ok((head, Vec::new()));
        }
        let request =
            GetAuditConsistencyProofRequest { first_tree_size: old.tree_size as i64, second_tree_size: head.tree_size };
        let proof = audit.get_audit_consistency_proof(request).await.map_err(|status| explain(&status))?;
        Ok((head, proof.into_inner().proof_hashes))
    })?;
    let new = signed(&HeadFile::of(&head)?, &keys).context("the newest head")?;
    let hash = |bytes: Vec<u8>| Ok(Hash(bytes.try_into().map_err(|_| anyhow::anyhow!("a hash has 32 bytes"))?));
    let proof = ConsistencyProof(hashes.into_iter().map(hash).collect::<Result<_>>()?);
    old.verify_growth(&new, &proof).context("the log does not continue the older head: it was changed since")?;
    Ok(term::print(&format!(
        "grown: the first {} of the {} entries of {} are those of the older head: none was changed, removed or put in between\nroot {}, signed at {} ms",
        number::count(old.tree_size),
        number::count(new.tree_size),
        new.log_id,
        new.root_hash,
        new.timestamp_ms
    ))?)
}
