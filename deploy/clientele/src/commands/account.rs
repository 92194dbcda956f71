//! `clientele account`: what people know of a customer and decide about it.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use clientele_proto::value::v1::{
    AccountSignals, CreateTierOverrideRequest, DeclaredNeed, EndTierOverrideRequest, ListTierMovesRequest,
    QualificationStatus, TierMove, TierOverride, UpdateAccountSignalsRequest, account_signals, declared_need::Need,
    end_tier_override_request, list_tier_moves_request, tier_move::Cause, tier_override,
};
use clientele_service::Context;
use iso_currency::Currency;
use jiff::{Timestamp, civil};

use crate::{
    commands::{Usage, acquisition_spend::given, offers},
    files::{amount, date},
    online::{Online, block_on, explain},
    report::json,
    term::{self, Column, Format, Table},
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Say what is known of a customer; the next score run counts it. Prints all that is known by then
    Signals(Signals),
    /// Give a customer a tier, whatever its numbers say; it holds at once
    Override(Override),
    /// Take the given tier back
    EndOverride(EndOverride),
    /// List a customer's moves from tier to tier, newest first
    Moves(Moves),
    /// List what to offer to a customer, with the reasons
    Offers(offers::Offers),
}

/// Flags of `account signals`.
#[derive(Debug, Args)]
pub struct Signals {
    /// The customer's id in your system
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// Strategic fit, 0 to 100
    #[arg(long, value_name = "SCORE")]
    strategic_fit: Option<f64>,
    /// Last answer to "would you recommend us", 0 to 10
    #[arg(long, value_name = "ANSWER")]
    nps: Option<f64>,
    /// Satisfaction, 1 to 5
    #[arg(long, value_name = "SCORE")]
    csat: Option<f64>,
    /// Complaints that are open
    #[arg(long, value_name = "COMPLAINTS")]
    open_complaints: Option<i32>,
    /// Day of the last interaction
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    last_interaction: Option<civil::Date>,
    /// Mean days from one interaction to the next, 0.01 to 3,650: 14 for who is met every other week
    #[arg(long, value_name = "DAYS")]
    interaction_interval: Option<f64>,
    /// What the customer spends a year on what we could sell to it, from us and from others
    #[arg(long, value_name = "AMOUNT")]
    yearly_wallet: Option<String>,
    /// Currency of the wallet
    #[arg(long, default_value = "USD", value_name = "CODE", value_parser = amount::currency_flag)]
    currency: Currency,
    /// Whether we may do business with the customer
    #[arg(long, value_enum)]
    qualification: Option<Qualification>,
    /// How the customer was won, such as "trade fair": what is spent on that channel is shared out over its customers
    #[arg(long, value_name = "CHANNEL")]
    acquisition_channel: Option<String>,
    /// A product the customer declares to need; give it for each. All needs are replaced by those given
    #[arg(long, value_name = "PRODUCT")]
    needs_product: Vec<String>,
    /// A category of products the customer declares to need; give it for each
    #[arg(long, value_name = "CATEGORY")]
    needs_category: Vec<String>,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Qualification {
    /// We may.
    Qualified,
    /// We may not, or not yet.
    NotQualified,
}

/// Flags of `account override`.
#[derive(Debug, Args)]
pub struct Override {
    /// The customer's id in your system
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// The tier
    #[arg(value_name = "TIER")]
    tier: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Days after which it ends by itself; by default it holds until it is taken back
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=36_500))]
    days: Option<i64>,
    #[command(flatten)]
    online: Online,
}

/// Flags of `account end-override`.
#[derive(Debug, Args)]
pub struct EndOverride {
    /// The customer's id in your system
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// Why
    #[arg(long, default_value = "", value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    online: Online,
}

/// Flags of `account moves`.
#[derive(Debug, Args)]
pub struct Moves {
    /// The customer's id in your system
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(account: Account) -> Result<()> {
    match account {
        Account::Signals(args) => signals(&args),
        Account::Override(args) => decide(&args),
        Account::EndOverride(args) => end(&args),
        Account::Moves(args) => moves(&args),
        Account::Offers(args) => offers::run(&args),
    }
}

fn signals(args: &Signals) -> Result<()> {
    let status = match args.qualification {
        None => QualificationStatus::Unspecified,
        Some(Qualification::Qualified) => QualificationStatus::Qualified,
        Some(Qualification::NotQualified) => QualificationStatus::NotQualified,
    };
    let products = args.needs_product.iter().cloned().map(Need::ProductExternalId);
    let needs = products.chain(args.needs_category.iter().cloned().map(Need::Category));
    let account_signals = AccountSignals {
        customer: Some(account_signals::Customer::CustomerExternalId(args.customer.clone())),
        yearly_wallet: args.yearly_wallet.as_deref().map(|wallet| given(wallet, args.currency)).transpose()?,
        strategic_fit: args.strategic_fit,
        nps: args.nps,
        csat: args.csat,
        open_complaints: args.open_complaints,
        last_interaction_date: args.last_interaction.map(date::message),
        interaction_interval_days: args.interaction_interval,
        qualification_status: status.into(),
        acquisition_channel: args.acquisition_channel.clone().unwrap_or_default(),
        declared_needs: needs.map(|need| DeclaredNeed { need: Some(need), ..DeclaredNeed::default() }).collect(),
        ..AccountSignals::default()
    };
    let request = UpdateAccountSignalsRequest {
        account_signals: Some(account_signals),
        ..UpdateAccountSignalsRequest::default()
    };
    let known = block_on(async {
        let mut signals = args.online.clients()?.signals;
        Ok(signals.update_account_signals(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    json::print(&json::of(&known)?)
}

fn decide(args: &Override) -> Result<()> {
    let expire_time = args.days.map(|days| {
        let seconds = Context::system().now().as_second() + days * 86_400;
        prost_types::Timestamp { seconds, nanos: 0 }
    });
    let tier_override = TierOverride {
        customer: Some(tier_override::Customer::CustomerExternalId(args.customer.clone())),
        tier: args.tier.clone(),
        reason: args.reason.clone(),
        expire_time,
        ..TierOverride::default()
    };
    let request =
        CreateTierOverrideRequest { tier_override: Some(tier_override), ..CreateTierOverrideRequest::default() };
    let made = block_on(async {
        let mut tiers = args.online.clients()?.tiers;
        Ok(tiers.create_tier_override(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    term::print(&format!("{} is in {} from now on\n", args.customer, made.tier))?;
    Ok(())
}

fn end(args: &EndOverride) -> Result<()> {
    let customer = end_tier_override_request::Customer::CustomerExternalId(args.customer.clone());
    let request = EndTierOverrideRequest {
        customer: Some(customer),
        reason: args.reason.clone(),
        ..EndTierOverrideRequest::default()
    };
    block_on(async {
        let mut tiers = args.online.clients()?.tiers;
        tiers.end_tier_override(request).await.map_err(|status| explain(&status))?;
        Ok(())
    })?;
    term::print(&format!("{} has the tier again that it earns\n", args.customer))?;
    Ok(())
}

fn moves(args: &Moves) -> Result<()> {
    let customer = list_tier_moves_request::Customer::CustomerExternalId(args.customer.clone());
    let request =
        ListTierMovesRequest { customer: Some(customer), page_size: 1_000, ..ListTierMovesRequest::default() };
    let found = block_on(async {
        let mut tiers = args.online.clients()?.tiers;
        Ok(tiers.list_tier_moves(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    let table = table(&found.tier_moves)?;
    args.format.print(|screen| table.render(screen), || table.csv(), || json::of(&found))
}

fn table(moves: &[TierMove]) -> Result<Table> {
    let names = ["time", "from", "to", "cause", "who", "reason"];
    let mut table = Table::new(names.map(Column::text));
    for moved in moves {
        let time = moved.create_time.unwrap_or_default();
        let time = Timestamp::new(time.seconds, time.nanos)
            .map_err(|error| Usage(format!("the service answered a time that is none: {error}")))?;
        let cause = match moved.cause() {
            Cause::ScoreRun => "score run",
            Cause::OverrideSet => "override set",
            Cause::OverrideEnded => "override ended",
            Cause::Qualification => "qualification",
            Cause::Unspecified => "",
        };
        table.row([
            time.to_string(),
            moved.from_tier.clone(),
            moved.to_tier.clone(),
            cause.to_owned(),
            moved.actor.clone(),
            moved.reason.clone(),
        ]);
    }
    Ok(table)
}
