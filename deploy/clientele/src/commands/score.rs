//! `clientele score`: scores every customer and waits for the end, and what to look at in scores afterwards.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use clientele_proto::value::v1::{
    GetScoreRunComparisonRequest, ScoreRunSettings, StartScoreRunRequest, TimeUnit, TransactionModel,
};
use jiff::civil;

use crate::{
    commands::{
        score_changes::{self, Changes},
        score_of::{self, Predict, Reproduce, Show},
    },
    files::date,
    online::{Online, block_on, explain},
    report::{comparison, json, run},
    term::Format,
};

/// Score every customer as of a day, and wait for the end
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Score {
    #[command(subcommand)]
    other: Option<Other>,
    /// Last day whose transactions count
    #[arg(long, required = true, value_name = "DAY", value_parser = date::parse_day)]
    as_of: Option<civil::Date>,
    /// Currency to score; transactions in others are counted and left out, unless --convert says otherwise
    #[arg(long, default_value = "USD", value_name = "CODE")]
    currency: String,
    /// Convert transactions in other currencies by the exchange rates of their days (see `clientele import fx-rates`)
    #[arg(long)]
    convert: bool,
    /// Days that an exchange rate may be old for a transaction [default: 7]
    #[arg(long, value_name = "DAYS", requires = "convert", value_parser = clap::value_parser!(i32).range(0..=3660))]
    max_fx_rate_age: Option<i32>,
    /// Model of buying and staying
    #[arg(long, value_enum, default_value_t)]
    model: Model,
    /// Unit in which the parameters are told
    #[arg(long, value_enum, default_value_t)]
    time_unit: Unit,
    /// Months ahead
    #[arg(long, default_value_t = 12, value_name = "MONTHS", value_parser = clap::value_parser!(i32).range(1..=120))]
    months: i32,
    /// Yearly discount rate, such as 0.1 for 10 %
    #[arg(long, value_name = "RATE")]
    discount_rate: Option<f64>,
    /// Share of revenue that is margin, such as 0.3 for 30 %
    #[arg(long, value_name = "SHARE")]
    margin: Option<f64>,
    /// Last days to hold back and try the model on; the scores know all days all the same
    #[arg(long, default_value_t = 0, value_name = "DAYS", value_parser = clap::value_parser!(i32).range(0..=3650))]
    holdout_days: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Subcommand)]
enum Other {
    Compare(Box<Compare>),
    Changes(Box<Changes>),
    Show(Box<Show>),
    Reproduce(Box<Reproduce>),
    Predict(Box<Predict>),
}

/// Compare two score runs: who moved, whose value changed most, and why
#[derive(Debug, Args)]
pub struct Compare {
    /// The earlier run
    #[arg(value_name = "RUN")]
    earlier: String,
    /// The later run; by default the newest that succeeded
    #[arg(default_value = "", value_name = "RUN")]
    later: String,
    /// Customers in each list of those that changed most
    #[arg(long, default_value_t = 10, value_name = "CUSTOMERS", value_parser = clap::value_parser!(i32).range(1..=100))]
    top: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Model {
    /// Fader, Hardie, Lee 2005.
    #[default]
    BgNbd,
    /// Batislam, Denizel, Filiztekin 2007.
    MbgNbd,
    /// Schmittlein, Morrison, Colombo 1987.
    ParetoNbd,
    /// Reutterer, Platzer, Schroeder 2021: for customers who buy at a rhythm.
    MbgCnbd,
    /// The one that foretells best; the run says why.
    Auto,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Unit {
    /// Days.
    Day,
    /// Weeks.
    #[default]
    Week,
}

/// Runs the command.
pub fn run(args: &Score) -> Result<()> {
    match &args.other {
        None => start(args),
        Some(Other::Compare(args)) => compare(args),
        Some(Other::Changes(args)) => score_changes::run(args),
        Some(Other::Show(args)) => score_of::show(args),
        Some(Other::Reproduce(args)) => score_of::reproduce(args),
        Some(Other::Predict(args)) => score_of::predict(args),
    }
}

fn start(args: &Score) -> Result<()> {
    let settings = ScoreRunSettings {
        as_of_date: args.as_of.map(date::message),
        currency_code: args.currency.clone(),
        transaction_model: match args.model {
            Model::BgNbd => TransactionModel::BgNbd,
            Model::MbgNbd => TransactionModel::MbgNbd,
            Model::ParetoNbd => TransactionModel::ParetoNbd,
            Model::MbgCnbd => TransactionModel::MbgCnbd,
            Model::Auto => TransactionModel::Auto,
        }
        .into(),
        time_unit: match args.time_unit {
            Unit::Day => TimeUnit::Day,
            Unit::Week => TimeUnit::Week,
        }
        .into(),
        horizon_months: args.months,
        annual_discount_rate: args.discount_rate,
        margin: args.margin,
        holdout_days: args.holdout_days,
        convert_currencies: args.convert,
        max_fx_rate_age_days: args.max_fx_rate_age,
        ..ScoreRunSettings::default()
    };
    let finished = block_on(async {
        let mut client = args.online.clients()?.score_runs;
        let request = StartScoreRunRequest { settings: Some(settings), ..StartScoreRunRequest::default() };
        let started = client.start_score_run(request).await.map_err(|status| explain(&status))?.into_inner();
        run::follow(&mut client, &started.score_run_id).await
    })?;
    args.format.print(|screen| run::render(&finished, screen), || run::csv(&finished), || json::of(&finished))
}

fn compare(args: &Compare) -> Result<()> {
    let request = GetScoreRunComparisonRequest {
        score_run_id: args.later.clone(),
        earlier_score_run_id: args.earlier.clone(),
        max_movers: args.top,
    };
    let found = block_on(async {
        let mut changes = args.online.clients()?.changes;
        Ok(changes.get_score_run_comparison(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| comparison::render(&found, screen), || comparison::csv(&found), || json::of(&found))
}
