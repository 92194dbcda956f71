//! `clientele audit entries`.

use anyhow::Result;
use clap::Args;
use clientele_proto::qualification::v1::ListAuditEntriesRequest;

use crate::{
    online::{Online, block_on, explain},
    report::json,
};

/// Flags of `audit entries`.
#[derive(Debug, Args)]
pub struct Entries {
    /// Which, such as 'subject_kind = "case" AND transition = "approved"'; by audit_entry_id, leaf_index, subject_kind, subject_id, customer_id,
    /// transition, actor or transition_time
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    /// In which order, such as 'leaf_index'; by default the newest first
    #[arg(long, default_value = "", value_name = "FIELDS")]
    order_by: String,
    /// Entries to show
    #[arg(long, default_value_t = 50, value_name = "ENTRIES", value_parser = clap::value_parser!(i32).range(1..=1000))]
    limit: i32,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Entries) -> Result<()> {
    let request = ListAuditEntriesRequest {
        page_size: args.limit,
        filter: args.filter.clone(),
        order_by: args.order_by.clone(),
        ..ListAuditEntriesRequest::default()
    };
    let page = block_on(async {
        let mut audit = args.online.clients()?.audit;
        Ok(audit.list_audit_entries(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    json::print(&page.audit_entries.iter().map(json::of).collect::<Result<_>>()?)
}
