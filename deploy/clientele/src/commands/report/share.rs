//! `clientele report share`: whose customers ours are, by segment or attribute.

use anyhow::Result;
use clap::Args;
use clientele_proto::value::v1::GetCustomerShareReportRequest;

use crate::{
    commands::grouping::By,
    online::{Online, block_on, explain},
    report::{json, share},
    term::Format,
};

/// Compare groups of customers with each other, with the market and with what they spend
#[derive(Debug, Args)]
pub struct Share {
    /// What to tell customers apart by
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// The attribute, with --by attribute, such as region
    #[arg(long, value_name = "KEY")]
    attribute: Option<String>,
    /// Take wallets that customers did not declare from what this share of their peers does not spend more than, such as 0.8; by default from
    /// the benchmarks of the score run, where its policy has any
    #[arg(long, value_name = "QUANTILE", value_parser = quantile)]
    benchmark_quantile: Option<f64>,
    /// The same, with an attribute that tells peers further apart, such as size
    #[arg(long, default_value = "", value_name = "KEY")]
    peer_attribute: String,
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
pub fn print(args: &Share) -> Result<()> {
    let (grouping, attribute) = args.by.grouping(args.attribute.as_deref())?;
    let request = GetCustomerShareReportRequest {
        score_run_id: args.score_run.clone(),
        grouping: grouping.into(),
        attribute,
        benchmark_quantile: args.benchmark_quantile.unwrap_or_default(),
        peer_attribute: args.peer_attribute.clone(),
        ..GetCustomerShareReportRequest::default()
    };
    let report = block_on(async {
        let mut client = args.online.clients()?.shares;
        Ok(client.get_customer_share_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| share::render(&report, screen), || share::csv(&report), || json::of(&report))
}

/// A share above 0 and below 1.
fn quantile(text: &str) -> Result<f64, String> {
    let given = text.parse::<f64>().ok().filter(|share| *share > 0.0 && *share < 1.0);
    given.ok_or_else(|| "must be above 0 and below 1, such as 0.8".to_owned())
}
