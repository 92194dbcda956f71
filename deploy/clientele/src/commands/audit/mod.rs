//! `clientele audit`: the tamper-evident log of qualification, for auditors.

mod check;
mod entries;
mod export;
mod grown;
mod head;
mod keys;
mod prove;
mod verify;

use anyhow::Result;
use clap::Subcommand;

/// What to do with the log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Export the log into a file of JSON lines; where the file is there already, what came since is added
    Export(export::Export),
    /// Check an exported file without any server: leaves, contents, signature, and that it continues an older head
    Verify(verify::Verify),
    /// Show the newest signed head as JSON: whoever keeps it can later be shown that nothing was changed since
    Head(head::Head),
    /// Print the public keys as PEM, to be kept and given to `audit verify`
    Keys(keys::Keys),
    /// List entries as JSON, the newest first
    Entries(entries::Entries),
    /// Fetch the proof that an entry stands in the log, check it, and keep it for others
    Prove(prove::Prove),
    /// Check a proof that was kept, without any server
    VerifyProof(prove::VerifyProof),
    /// Check that the log continues an older head, without fetching its entries
    Grown(grown::Grown),
    /// Let the service compute its whole log again, replay it and compare it with its tables
    Check(check::Check),
}

/// Runs the command.
pub fn run(audit: &Audit) -> Result<()> {
    match audit {
        Audit::Export(args) => export::run(args),
        Audit::Verify(args) => verify::run(args),
        Audit::Head(args) => head::run(args),
        Audit::Keys(args) => keys::run(args),
        Audit::Entries(args) => entries::run(args),
        Audit::Prove(args) => prove::prove(args),
        Audit::VerifyProof(args) => prove::verify_proof(args),
        Audit::Grown(args) => grown::run(args),
        Audit::Check(args) => check::run(args),
    }
}
