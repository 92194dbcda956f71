//! `clientele report contracts`: how contracts are renewed, and what they are worth.

use anyhow::Result;
use clap::Args;
use clientele_proto::{
    Date,
    value::v1::{CalendarUnit, GetContractRetentionReportRequest},
};
use jiff::civil;

use super::Unit;
use crate::{
    files::date,
    online::{Online, block_on, explain},
    report::{contracts, json},
    term::Format,
};

/// Tell how contracts were renewed, what was kept of their revenue, and what to expect of them
#[derive(Debug, Args)]
pub struct Contracts {
    /// Currency to report; contracts in others are counted and left out
    #[arg(long, default_value = "USD", value_name = "CODE")]
    currency: String,
    /// Product to report; by default all, and each by itself
    #[arg(long, default_value = "", value_name = "PRODUCT")]
    product: String,
    /// Months of a term; by default that of most contracts
    #[arg(long, default_value_t = 0, value_name = "MONTHS", value_parser = clap::value_parser!(i32).range(0..=120))]
    term_months: i32,
    /// Length of the cohorts' periods
    #[arg(long, value_enum, default_value_t)]
    unit: Unit,
    /// The day up to which renewals count; by default today
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    as_of: Option<civil::Date>,
    /// The day from which revenue is followed; by default a year before
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: Option<civil::Date>,
    /// Discount rate a year
    #[arg(long, default_value_t = 0.1, value_name = "RATE")]
    discount_rate: f64,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn print(args: &Contracts) -> Result<()> {
    let request = GetContractRetentionReportRequest {
        currency_code: args.currency.clone(),
        term_months: args.term_months,
        product: args.product.clone(),
        unit: CalendarUnit::from(args.unit).into(),
        as_of_date: args.as_of.map(message),
        start_date: args.from.map(message),
        annual_discount_rate: Some(args.discount_rate),
    };
    let report = block_on(async {
        let mut client = args.online.clients()?.contracts;
        Ok(client.get_contract_retention_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| contracts::render(&report, screen), || contracts::csv(&report), || json::of(&report))
}

fn message(day: civil::Date) -> Date {
    Date { year: day.year().into(), month: day.month().into(), day: day.day().into() }
}
