//! `clientele report`: what all customers of a score run did, and what was sold to them.

mod sales;
mod share;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use clientele_proto::value::v1::{CalendarUnit, GetPurchaseDepthReportRequest, GetRetentionReportRequest};

use crate::{
    online::{Online, block_on, explain},
    report::{json, purchase_depth, retention},
    term::{self, Format, Screen},
};

/// Which report.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// Customers by how far they have come.
    PurchaseDepth(PurchaseDepth),
    /// Cohorts and how many of them came back.
    Retention(Retention),
    /// Sales of a period, and against another one.
    Sales(sales::Sales),
    /// Shares of customers, revenue, CLV, market and wallet, by segment or attribute.
    Share(share::Share),
}

/// Count customers by how far they have come: never bought, once and gone, once and recent, twice or more
#[derive(Debug, Args)]
pub struct PurchaseDepth {
    /// Days within which a single purchase is recent
    #[arg(long, default_value_t = 90, value_name = "DAYS", value_parser = clap::value_parser!(i32).range(1..=36_500))]
    recent_days: i32,
    #[command(flatten)]
    common: Common,
}

/// Follow customers from the period of their first purchase: which share of each cohort bought in each later period
#[derive(Debug, Args)]
pub struct Retention {
    /// Length of the periods
    #[arg(long, value_enum, default_value_t)]
    unit: Unit,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// Score run to read; by default the newest that succeeded
    #[arg(long, default_value = "", value_name = "ID")]
    score_run: String,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Unit {
    /// Months.
    #[default]
    Month,
    /// Quarters.
    Quarter,
    /// Years.
    Year,
}

/// Runs the command.
pub fn run(report: Report) -> Result<()> {
    match report {
        Report::PurchaseDepth(args) => print_purchase_depth(&args),
        Report::Retention(args) => print_retention(&args),
        Report::Sales(args) => sales::print(&args),
        Report::Share(args) => share::print(&args),
    }
}

fn print_purchase_depth(args: &PurchaseDepth) -> Result<()> {
    let request =
        GetPurchaseDepthReportRequest { score_run_id: args.common.score_run.clone(), recent_days: args.recent_days };
    let report = block_on(async {
        let mut scores = args.common.online.clients()?.scores;
        Ok(scores.get_purchase_depth_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    match args.common.format {
        Format::Table => term::print(&purchase_depth::render(&report, &Screen::stdout()))?,
        Format::Csv => term::print(&purchase_depth::csv(&report))?,
        Format::Json => json::print(&json::of(&report)?)?,
    }
    Ok(())
}

fn print_retention(args: &Retention) -> Result<()> {
    let unit = match args.unit {
        Unit::Month => CalendarUnit::Month,
        Unit::Quarter => CalendarUnit::Quarter,
        Unit::Year => CalendarUnit::Year,
    };
    let request = GetRetentionReportRequest { score_run_id: args.common.score_run.clone(), unit: unit.into() };
    let report = block_on(async {
        let mut scores = args.common.online.clients()?.scores;
        Ok(scores.get_retention_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    match args.common.format {
        Format::Table => term::print(&retention::render(&report, &Screen::stdout()))?,
        Format::Csv => term::print(&retention::csv(&report))?,
        Format::Json => json::print(&json::of(&report)?)?,
    }
    Ok(())
}
