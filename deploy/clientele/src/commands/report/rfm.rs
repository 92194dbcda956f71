//! `clientele report rfm`: customers by RFM code, and the named segments of the codes.

use anyhow::Result;
use clap::Args;
use clientele_proto::value::v1::GetRfmReportRequest;

use crate::{
    online::{Online, block_on, explain},
    report::{json, rfm},
    term::Format,
};

/// Count customers by RFM code, and by the named segments that the codes belong to
#[derive(Debug, Args)]
pub struct Rfm {
    /// Score run to read; by default the newest that succeeded
    #[arg(long, default_value = "", value_name = "ID")]
    score_run: String,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn print(args: &Rfm) -> Result<()> {
    let request = GetRfmReportRequest { score_run_id: args.score_run.clone() };
    let report = block_on(async {
        let mut scores = args.online.clients()?.scores;
        Ok(scores.get_rfm_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| rfm::render(&report, screen), || rfm::csv(&report), || json::of(&report))
}
