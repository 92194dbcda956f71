//! `clientele audit keys`.

use anyhow::Result;
use clap::Args;
use clientele_proto::qualification::v1::GetAuditKeySetRequest;

use crate::{
    online::{Online, block_on, explain},
    term,
};

/// Flags of `audit keys`.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Keys) -> Result<()> {
    let set = block_on(async {
        let mut audit = args.online.clients()?.audit;
        let answer = audit.get_audit_key_set(GetAuditKeySetRequest {}).await;
        Ok(answer.map_err(|status| explain(&status))?.into_inner())
    })?;
    if set.keys.is_empty() {
        term::note("the service has no key: start it with --audit-key-file to have its heads signed");
    }
    let pems: Vec<String> = set.keys.into_iter().map(|key| key.public_key_pem).collect();
    Ok(term::print(&pems.concat())?)
}
