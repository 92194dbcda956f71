//! `clientele churn`: who seems about to leave, and what came of it.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use clientele_proto::value::v1::{
    AcknowledgeChurnAlertRequest, ChurnAlert, ListChurnAlertsRequest, ResolveChurnAlertRequest, churn_alert::Outcome,
};

use crate::{
    online::{Online, block_on, explain},
    report::{churn_alerts, json},
    term::{self, Format},
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Churn {
    /// List alerts, the newest first
    List(List),
    /// Say that somebody looks after the customer of an alert
    Acknowledge(Acknowledge),
    /// Say how it ended
    Resolve(Resolve),
}

/// Flags of `churn list`.
#[derive(Debug, Args)]
pub struct List {
    /// Which alerts, such as `level = CRITICAL AND tier = "KEY"`; by default all that are not over
    #[arg(long, default_value = "state = OPEN OR state = ACKNOWLEDGED", value_name = "FILTER")]
    filter: String,
    /// How many to list
    #[arg(short, long, default_value_t = 50, value_name = "ALERTS", value_parser = clap::value_parser!(i32).range(1..=1_000))]
    number: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Flags of `churn acknowledge`.
#[derive(Debug, Args)]
pub struct Acknowledge {
    /// The alert's id
    #[arg(value_name = "ALERT")]
    alert: String,
    /// What is to be done
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    online: Online,
}

/// Flags of `churn resolve`.
#[derive(Debug, Args)]
pub struct Resolve {
    /// The alert's id
    #[arg(value_name = "ALERT")]
    alert: String,
    /// How it ended
    #[arg(long, value_enum)]
    outcome: Ended,
    /// What happened
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ended {
    /// The customer stayed.
    Kept,
    /// The customer left.
    Lost,
}

/// Runs the command.
pub fn run(churn: Churn) -> Result<()> {
    match churn {
        Churn::List(args) => list(&args),
        Churn::Acknowledge(args) => acknowledge(&args),
        Churn::Resolve(args) => resolve(&args),
    }
}

fn list(args: &List) -> Result<()> {
    let request = ListChurnAlertsRequest {
        page_size: args.number,
        filter: args.filter.clone(),
        ..ListChurnAlertsRequest::default()
    };
    let found = block_on(async {
        let mut churn = args.online.clients()?.churn;
        Ok(churn.list_churn_alerts(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| churn_alerts::render(&found, screen), || churn_alerts::csv(&found), || json::of(&found))
}

fn acknowledge(args: &Acknowledge) -> Result<()> {
    let request = AcknowledgeChurnAlertRequest {
        churn_alert_id: args.alert.clone(),
        note: args.note.clone(),
        ..AcknowledgeChurnAlertRequest::default()
    };
    let alert = block_on(async {
        let mut churn = args.online.clients()?.churn;
        Ok(churn.acknowledge_churn_alert(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    tell(&alert)
}

fn resolve(args: &Resolve) -> Result<()> {
    let outcome = match args.outcome {
        Ended::Kept => Outcome::Kept,
        Ended::Lost => Outcome::Lost,
    };
    let request = ResolveChurnAlertRequest {
        churn_alert_id: args.alert.clone(),
        outcome: outcome.into(),
        note: args.note.clone(),
        ..ResolveChurnAlertRequest::default()
    };
    let alert = block_on(async {
        let mut churn = args.online.clients()?.churn;
        Ok(churn.resolve_churn_alert(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    tell(&alert)
}

fn tell(alert: &ChurnAlert) -> Result<()> {
    let customer = churn_alerts::customer(alert);
    Ok(term::print(&format!("the alert of {customer} is {}\n", churn_alerts::state(alert)))?)
}
