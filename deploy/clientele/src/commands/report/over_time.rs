//! `clientele report tiers`, `growth` and `model-quality`: reports over time.

use anyhow::Result;
use clap::Args;
use clientele_proto::{
    Date,
    value::v1::{CalendarUnit, GetGrowthReportRequest, GetModelQualityReportRequest, GetTierMovementReportRequest},
};
use jiff::civil;

use super::{ReportCurrency, Unit};
use crate::{
    files::date,
    online::{Online, block_on, explain},
    report::{growth, json, model_quality, tier_movement},
    term::Format,
};

/// Count who moved between tiers in a period, which way, and why
#[derive(Debug, Args)]
pub struct Tiers {
    /// First day of the period; by default all that is known
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: Option<civil::Date>,
    /// Last day of the period; by default today
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: Option<civil::Date>,
    /// Currency of the score runs; by default that of the newest
    #[arg(long, default_value = "", value_name = "CODE")]
    currency: String,
    #[command(flatten)]
    common: Common,
}

/// Follow customers and sales period by period: who is new, kept, back and lost, and how both grow
#[derive(Debug, Args)]
pub struct Growth {
    /// Length of the periods
    #[arg(long, value_enum, default_value_t)]
    unit: Unit,
    /// A day of the first period to show; by default as many as fit
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: Option<civil::Date>,
    /// Last day whose transactions count; by default today
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: Option<civil::Date>,
    #[command(flatten)]
    currency: ReportCurrency,
    #[command(flatten)]
    common: Common,
}

/// Hold what a past score run foretold against what has happened since
#[derive(Debug, Args)]
pub struct ModelQuality {
    /// Score run; by default the latest whose horizon is over
    #[arg(long, default_value = "", value_name = "ID")]
    score_run: String,
    /// Last day whose purchases count; by default yesterday
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: Option<civil::Date>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Prints who moved.
pub fn print_tiers(args: &Tiers) -> Result<()> {
    let request = GetTierMovementReportRequest {
        start_date: args.from.map(message),
        end_date: args.to.map(message),
        currency_code: args.currency.clone(),
    };
    let report = block_on(async {
        let mut reports = args.common.online.clients()?.reports;
        Ok(reports.get_tier_movement_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(
        |screen| tier_movement::render(&report, screen),
        || tier_movement::csv(&report),
        || json::of(&report),
    )
}

/// Prints how customers and sales grow.
pub fn print_growth(args: &Growth) -> Result<()> {
    let request = GetGrowthReportRequest {
        currency_code: args.currency.currency.clone(),
        unit: CalendarUnit::from(args.unit).into(),
        start_date: args.from.map(message),
        end_date: args.to.map(message),
        convert_currencies: args.currency.convert,
        max_fx_rate_age_days: args.currency.max_fx_rate_age,
    };
    let report = block_on(async {
        let mut reports = args.common.online.clients()?.reports;
        Ok(reports.get_growth_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(|screen| growth::render(&report, screen), || growth::csv(&report), || json::of(&report))
}

/// Prints how well a run foretold.
pub fn print_model_quality(args: &ModelQuality) -> Result<()> {
    let request = GetModelQualityReportRequest { score_run_id: args.score_run.clone(), end_date: args.to.map(message) };
    let report = block_on(async {
        let mut reports = args.common.online.clients()?.reports;
        Ok(reports.get_model_quality_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(
        |screen| model_quality::render(&report, screen),
        || model_quality::csv(&report),
        || json::of(&report),
    )
}

fn message(day: civil::Date) -> Date {
    Date { year: day.year().into(), month: day.month().into(), day: day.day().into() }
}
