//! `clientele report sales`: what was sold in a period, by whom and of what.

use anyhow::Result;
use clap::{Args, ValueEnum};
use clientele_proto::value::v1::{GetSalesReportRequest, SalesComparison, SalesGrouping};
use jiff::civil;

use super::ReportCurrency;
use crate::{
    files::date,
    online::{Online, block_on, explain},
    report::{json, sales},
    term::Format,
};

/// Sum up sales, refunds, costs and what is left of a period, from the transactions as they are now
#[derive(Debug, Args)]
pub struct Sales {
    /// First day of the period
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: civil::Date,
    /// Last day of the period, which belongs to it
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: civil::Date,
    #[command(flatten)]
    currency: ReportCurrency,
    /// What to sum up by; without it there is a total only
    #[arg(long, value_enum)]
    by: Option<By>,
    /// What to compare with
    #[arg(long, value_enum)]
    compare: Option<Compare>,
    /// Groups to show; the others are summed up as one
    #[arg(long, default_value_t = 100, value_name = "GROUPS", value_parser = clap::value_parser!(i32).range(1..=1000))]
    top: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Companies of a group.
    Company,
    /// Departments.
    Department,
    /// Employees.
    Employee,
    /// Products, from the items of transactions.
    Product,
    /// Categories, from the items of transactions.
    Category,
    /// Months.
    Month,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Compare {
    /// As many days directly before.
    PreviousPeriod,
    /// The same days a year earlier.
    LastYear,
}

/// Runs the command.
pub fn print(args: &Sales) -> Result<()> {
    let request = request(args);
    let report = block_on(async {
        let mut transactions = args.online.clients()?.transactions;
        Ok(transactions.get_sales_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| sales::render(&report, screen), || sales::csv(&report), || json::of(&report))
}

fn request(args: &Sales) -> GetSalesReportRequest {
    let group_by = match args.by {
        None => SalesGrouping::Unspecified,
        Some(By::Company) => SalesGrouping::Company,
        Some(By::Department) => SalesGrouping::Department,
        Some(By::Employee) => SalesGrouping::Employee,
        Some(By::Product) => SalesGrouping::Product,
        Some(By::Category) => SalesGrouping::Category,
        Some(By::Month) => SalesGrouping::Month,
    };
    let comparison = match args.compare {
        None => SalesComparison::Unspecified,
        Some(Compare::PreviousPeriod) => SalesComparison::PreviousPeriod,
        Some(Compare::LastYear) => SalesComparison::SamePeriodLastYear,
    };
    GetSalesReportRequest {
        first_date: Some(date::message(args.from)),
        last_date: Some(date::message(args.to)),
        currency_code: args.currency.currency.clone(),
        group_by: group_by.into(),
        comparison: comparison.into(),
        max_groups: args.top,
        convert_currencies: args.currency.convert,
        max_fx_rate_age_days: args.currency.max_fx_rate_age,
    }
}
