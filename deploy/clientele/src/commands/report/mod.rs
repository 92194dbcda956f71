//! `clientele report`: what all customers of a score run did, and what was sold to them.

mod affinities;
mod concentration;
mod contracts;
mod over_time;
mod rfm;
mod sales;
mod segments;
mod share;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use clientele_proto::value::v1::{
    CalendarUnit, GetAcquisitionReportRequest, GetChurnReportRequest, GetLifecycleReportRequest,
    GetPurchaseDepthReportRequest, GetRetentionReportRequest,
};
use jiff::civil;

use crate::{
    files::date,
    online::{Online, block_on, explain},
    report::{acquisition, churn, json, lifecycle, purchase_depth, retention},
    term::Format,
};

/// Which report.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// Customers by how far they have come.
    PurchaseDepth(PurchaseDepth),
    /// Cohorts and how many of them came back.
    Retention(Retention),
    /// Customers by lifecycle stage.
    Lifecycle(Lifecycle),
    /// How good churn alerts were.
    Churn(Churn),
    /// How contracts are renewed, and what they are worth.
    Contracts(contracts::Contracts),
    /// What winning customers cost and brought.
    Acquisition(Acquisition),
    /// Sales of a period, and against another one.
    Sales(sales::Sales),
    /// Who moved between tiers, and why.
    Tiers(over_time::Tiers),
    /// How customers and sales grow.
    Growth(over_time::Growth),
    /// How well a past score run foretold what came.
    ModelQuality(over_time::ModelQuality),
    /// Products that lead to others.
    Affinities(affinities::Affinities),
    /// Shares of customers, revenue, CLV, market and wallet, by segment or attribute.
    Share(share::Share),
    /// Which share of the customers brings which share of the value.
    Concentration(concentration::Concentration),
    /// Customers by RFM code and named segment.
    Rfm(rfm::Rfm),
    /// Who joined segments, left and stayed.
    Segments(segments::Segments),
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

/// Count customers by lifecycle stage, and how they moved since the run before
#[derive(Debug, Args)]
pub struct Lifecycle {
    #[command(flatten)]
    common: Common,
}

/// Judge the churn alerts of a period: how many were right, and how many of the lost customers had one
#[derive(Debug, Args)]
pub struct Churn {
    /// First day of the period; by default all that was before its end
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: Option<civil::Date>,
    /// Last day of the period; by default the as-of date of the run
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: Option<civil::Date>,
    #[command(flatten)]
    common: Common,
}

/// Tell what winning the customers of each channel, spend and month cost, what they brought and how many have paid back
#[derive(Debug, Args)]
pub struct Acquisition {
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

/// The currency of a report from transactions as they are.
#[derive(Debug, Args)]
struct ReportCurrency {
    /// Currency to report; transactions in others are counted and left out, unless --convert says otherwise
    #[arg(long, default_value = "USD", value_name = "CODE")]
    currency: String,
    /// Convert transactions in other currencies by the exchange rates of their days (see `clientele import fx-rates`)
    #[arg(long)]
    convert: bool,
    /// Days that an exchange rate may be old for a transaction [default: 7]
    #[arg(long, value_name = "DAYS", requires = "convert", value_parser = clap::value_parser!(i32).range(0..=3660))]
    max_fx_rate_age: Option<i32>,
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

impl From<Unit> for CalendarUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Month => Self::Month,
            Unit::Quarter => Self::Quarter,
            Unit::Year => Self::Year,
        }
    }
}

/// Runs the command.
pub fn run(report: Report) -> Result<()> {
    match report {
        Report::PurchaseDepth(args) => print_purchase_depth(&args),
        Report::Retention(args) => print_retention(&args),
        Report::Lifecycle(args) => print_lifecycle(&args),
        Report::Churn(args) => print_churn(&args),
        Report::Contracts(args) => contracts::print(&args),
        Report::Acquisition(args) => print_acquisition(&args),
        Report::Sales(args) => sales::print(&args),
        Report::Tiers(args) => over_time::print_tiers(&args),
        Report::Growth(args) => over_time::print_growth(&args),
        Report::ModelQuality(args) => over_time::print_model_quality(&args),
        Report::Affinities(args) => affinities::print(&args),
        Report::Share(args) => share::print(&args),
        Report::Concentration(args) => concentration::print(&args),
        Report::Rfm(args) => rfm::print(&args),
        Report::Segments(args) => segments::print(&args),
    }
}

fn print_purchase_depth(args: &PurchaseDepth) -> Result<()> {
    let request =
        GetPurchaseDepthReportRequest { score_run_id: args.common.score_run.clone(), recent_days: args.recent_days };
    let report = block_on(async {
        let mut scores = args.common.online.clients()?.scores;
        Ok(scores.get_purchase_depth_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(
        |screen| purchase_depth::render(&report, screen),
        || purchase_depth::csv(&report),
        || json::of(&report),
    )
}

fn print_retention(args: &Retention) -> Result<()> {
    let unit = CalendarUnit::from(args.unit).into();
    let request = GetRetentionReportRequest { score_run_id: args.common.score_run.clone(), unit };
    let report = block_on(async {
        let mut scores = args.common.online.clients()?.scores;
        Ok(scores.get_retention_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(
        |screen| retention::render(&report, screen),
        || retention::csv(&report),
        || json::of(&report),
    )
}

fn print_lifecycle(args: &Lifecycle) -> Result<()> {
    let request = GetLifecycleReportRequest { score_run_id: args.common.score_run.clone() };
    let report = block_on(async {
        let mut scores = args.common.online.clients()?.scores;
        Ok(scores.get_lifecycle_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(
        |screen| lifecycle::render(&report, screen),
        || lifecycle::csv(&report),
        || json::of(&report),
    )
}

fn print_churn(args: &Churn) -> Result<()> {
    let request = GetChurnReportRequest {
        score_run_id: args.common.score_run.clone(),
        start_date: args.from.map(date::message),
        end_date: args.to.map(date::message),
    };
    let report = block_on(async {
        let mut alerts = args.common.online.clients()?.churn;
        Ok(alerts.get_churn_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(|screen| churn::render(&report, screen), || churn::csv(&report), || json::of(&report))
}

fn print_acquisition(args: &Acquisition) -> Result<()> {
    let request = GetAcquisitionReportRequest { score_run_id: args.common.score_run.clone() };
    let report = block_on(async {
        let mut spends = args.common.online.clients()?.acquisition;
        Ok(spends.get_acquisition_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(
        |screen| acquisition::render(&report, screen),
        || acquisition::csv(&report),
        || json::of(&report),
    )
}
