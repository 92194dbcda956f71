//! `clientele audit check`.

use anyhow::{Context as _, Result, bail};
use clap::Args;
use clientele_proto::qualification::v1::VerifyAuditLogRequest;

use crate::{
    online::{Online, block_on, explain},
    report::json,
    term::{Progress, number, progress::Unit},
};

/// Flags of `audit check`.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Check) -> Result<()> {
    let progress = Progress::start("checking the audit log", None, Unit::Items);
    let found = block_on(async {
        let mut audit = args.online.clients()?.audit;
        let answers = audit.verify_audit_log(VerifyAuditLogRequest {}).await.map_err(|status| explain(&status))?;
        let (mut answers, mut found) = (answers.into_inner(), None);
        while let Some(answer) = answers.message().await.map_err(|status| explain(&status))? {
            progress.set(answer.checked_count.unsigned_abs());
            found = answer.audit_log_verification;
        }
        found.context("the service ended without saying what it found")
    })?;
    progress.finish(&format!("{} entries", number::count(found.entry_count.unsigned_abs())));
    json::print(&json::of(&found)?)?;
    if !found.intact {
        bail!("the log or what follows from it was changed: {} differences", found.difference_count);
    }
    Ok(())
}
