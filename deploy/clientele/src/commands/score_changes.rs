//! `clientele score changes`: customers in two score runs, one a line.

use anyhow::Result;
use clap::Args;
use clientele_proto::value::v1::ListScoreChangesRequest;

use crate::{
    online::{Online, block_on, explain},
    report::{json, score_changes},
    term::Format,
};

/// List customers with what changed about them between two score runs
#[derive(Debug, Args)]
pub struct Changes {
    /// The earlier run; by default the one before the later
    #[arg(default_value = "", value_name = "RUN")]
    earlier: String,
    /// The later run; by default the newest that succeeded
    #[arg(default_value = "", value_name = "RUN")]
    later: String,
    /// Which changes, such as `tier_before = "KEY" AND tier != "KEY"` or `kind = ARRIVED` (AIP-160)
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    /// What to sort by, such as `clv_change` for the largest falls; by default the order in which customers became known
    #[arg(long, default_value = "", value_name = "FIELDS")]
    order_by: String,
    /// How many to list
    #[arg(short, long, default_value_t = 50, value_name = "CHANGES", value_parser = clap::value_parser!(i32).range(1..=1_000))]
    number: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Changes) -> Result<()> {
    let request = ListScoreChangesRequest {
        score_run_id: args.later.clone(),
        earlier_score_run_id: args.earlier.clone(),
        page_size: args.number,
        filter: args.filter.clone(),
        order_by: args.order_by.clone(),
        ..ListScoreChangesRequest::default()
    };
    let found = block_on(async {
        let mut changes = args.online.clients()?.changes;
        Ok(changes.list_score_changes(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(
        |screen| score_changes::render(&found, screen),
        || score_changes::csv(&found),
        || json::of(&found),
    )
}
