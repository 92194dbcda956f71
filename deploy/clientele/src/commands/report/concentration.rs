//! `clientele report concentration`: which share of the customers brings which share of the value.

use anyhow::Result;
use clap::{Args, ValueEnum};
use clientele_proto::value::v1::{GetConcentrationReportRequest, ValueMetric};

use super::Common;
use crate::{
    online::{block_on, explain},
    report::{concentration, json},
};

/// Tell which share of the customers brings which share of the value: 80/20, curve and Gini coefficient
#[derive(Debug, Args)]
pub struct Concentration {
    /// What customers bring
    #[arg(long, value_enum, default_value_t)]
    metric: Metric,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Metric {
    /// The value expected over the horizon.
    #[default]
    Clv,
    /// Net revenue so far.
    TotalRevenue,
}

/// Runs the command.
pub fn print(args: &Concentration) -> Result<()> {
    let metric = match args.metric {
        Metric::Clv => ValueMetric::Clv,
        Metric::TotalRevenue => ValueMetric::TotalRevenue,
    };
    let request = GetConcentrationReportRequest { score_run_id: args.common.score_run.clone(), metric: metric.into() };
    let report = block_on(async {
        let mut scores = args.common.online.clients()?.scores;
        Ok(scores.get_concentration_report(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    let format = args.common.format;
    format.print(|screen| concentration::render(&report, screen), || concentration::csv(&report), || json::of(&report))
}
