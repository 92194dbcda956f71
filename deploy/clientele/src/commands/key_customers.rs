//! `clientele key-customers`: who is worth most, and why.

use anyhow::Result;
use clap::Args;

use crate::{
    online::{Online, block_on},
    report::key_customers,
    term::Format,
};

/// Rank the customers: tier, RFM, P(alive), expected purchases and CLV, with reasons, heat map and concentration
#[derive(Debug, Args)]
pub struct KeyCustomers {
    /// Customers to print
    #[arg(long, default_value_t = 20, value_name = "CUSTOMERS", value_parser = clap::value_parser!(i32).range(1..=1000))]
    customers: i32,
    /// Customers whose reasons are printed
    #[arg(long, default_value_t = 3, value_name = "CUSTOMERS")]
    explain: usize,
    /// Which customers, such as `tier = "KEY" AND p_alive < 0.5` (AIP-160)
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    /// What to rank by, such as `expected_purchases desc`
    #[arg(long, default_value = "", value_name = "FIELDS")]
    order_by: String,
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
pub fn run(args: &KeyCustomers) -> Result<()> {
    let read = block_on(async {
        let mut clients = args.online.clients()?;
        key_customers::KeyCustomers::read(&mut clients, &args.score_run, args.customers, &args.filter, &args.order_by)
            .await
    })?;
    args.format.print(|screen| read.render(args.explain, screen), || read.csv(), || read.json())
}
