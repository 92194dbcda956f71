//! `clientele acquisition-spend`: what was spent on channels to win customers.

use anyhow::Result;
use clap::{Args, Subcommand};
use clientele_proto::{
    Money,
    value::v1::{
        AcquisitionSpend as Spend, CreateAcquisitionSpendRequest, DeleteAcquisitionSpendRequest,
        GetAcquisitionSpendRequest, ListAcquisitionSpendsRequest, UpdateAcquisitionSpendRequest,
    },
};
use iso_currency::Currency;
use jiff::civil;
use tonic::{Code, Status};

use crate::{
    commands::Usage,
    files::{amount, date},
    importing::transactions::money,
    online::{Online, block_on, explain},
    report::{json, spends},
    term::Format,
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum AcquisitionSpend {
    /// List what was spent, the newest first
    List(List),
    /// Say what was spent on a channel in a period; score runs from now on share it out over the customers won
    Create(Create),
    /// Correct what was said
    Update(Update),
    /// Take back what was said; scores of runs that shared it out stay as they are
    Delete(Delete),
}

/// Flags of `acquisition-spend list`.
#[derive(Debug, Args)]
pub struct List {
    /// Which ones, such as 'channel = "trade fair" AND end_date >= "2026-01-01"'
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    #[command(flatten)]
    common: Common,
}

/// Flags of `acquisition-spend create`.
#[derive(Debug, Args)]
pub struct Create {
    /// The channel, as `clientele account signals --acquisition-channel` says it of customers
    #[arg(value_name = "CHANNEL")]
    channel: String,
    /// How much, such as 12000 or 99.50
    #[arg(value_name = "AMOUNT")]
    amount: String,
    /// Currency of the amount
    #[arg(long, default_value = "USD", value_name = "CODE", value_parser = amount::currency_flag)]
    currency: Currency,
    /// First day of the period
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: civil::Date,
    /// Last day of the period, which belongs to it
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: civil::Date,
    #[command(flatten)]
    common: Common,
}

/// Flags of `acquisition-spend update`.
#[derive(Debug, Args)]
pub struct Update {
    /// Its id, as `acquisition-spend list` shows it
    #[arg(value_name = "ID")]
    id: String,
    /// Another channel
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Another amount
    #[arg(long, value_name = "AMOUNT")]
    amount: Option<String>,
    /// Currency of the other amount; by default that of the one before
    #[arg(long, value_name = "CODE", requires = "amount", value_parser = amount::currency_flag)]
    currency: Option<Currency>,
    /// Another first day
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: Option<civil::Date>,
    /// Another last day
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: Option<civil::Date>,
    #[command(flatten)]
    common: Common,
}

/// Flags of `acquisition-spend delete`.
#[derive(Debug, Args)]
pub struct Delete {
    /// Its id, as `acquisition-spend list` shows it
    #[arg(value_name = "ID")]
    id: String,
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

impl Common {
    fn print(&self, spend: &Spend) -> Result<()> {
        let one = std::slice::from_ref(spend);
        self.format.print(|screen| spends::render(one, screen), || spends::csv(one), || json::of(spend))
    }
}

/// Runs the command.
pub fn run(command: AcquisitionSpend) -> Result<()> {
    match command {
        AcquisitionSpend::List(args) => list(&args),
        AcquisitionSpend::Create(args) => create(&args),
        AcquisitionSpend::Update(args) => update(&args),
        AcquisitionSpend::Delete(args) => delete(&args),
    }
}

fn list(args: &List) -> Result<()> {
    let found = block_on(async {
        let mut client = args.common.online.clients()?.acquisition;
        let mut request = ListAcquisitionSpendsRequest {
            page_size: 1000,
            filter: args.filter.clone(),
            ..ListAcquisitionSpendsRequest::default()
        };
        let mut found = Vec::new();
        loop {
            let page = client.list_acquisition_spends(request.clone()).await;
            let page = page.map_err(|status| explain(&status))?.into_inner();
            found.extend(page.acquisition_spends);
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    })?;
    args.common.format.print(
        |screen| spends::render(&found, screen),
        || spends::csv(&found),
        || found.iter().map(json::of).collect(),
    )
}

fn create(args: &Create) -> Result<()> {
    let spend = Spend {
        channel: args.channel.clone(),
        start_date: Some(date::message(args.from)),
        end_date: Some(date::message(args.to)),
        amount: Some(given(&args.amount, args.currency)?),
        ..Spend::default()
    };
    let made = block_on(async {
        let mut client = args.common.online.clients()?.acquisition;
        let request = CreateAcquisitionSpendRequest { acquisition_spend: Some(spend), ..Default::default() };
        Ok(client.create_acquisition_spend(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.print(&made)
}

fn update(args: &Update) -> Result<()> {
    if args.channel.is_none() && args.amount.is_none() && args.from.is_none() && args.to.is_none() {
        return Err(Usage("say what changes: --channel, --amount, --from or --to".to_owned()).into());
    }
    let changed = block_on(async {
        let mut client = args.common.online.clients()?.acquisition;
        let request = GetAcquisitionSpendRequest { acquisition_spend_id: args.id.clone() };
        let before = client.get_acquisition_spend(request).await;
        let before = before.map_err(|status| no_spend(&status, &args.id))?.into_inner();
        let amount = args.amount.as_deref().map(|text| given(text, currency(args.currency, &before)?)).transpose()?;
        let spend = Spend {
            acquisition_spend_id: args.id.clone(),
            channel: args.channel.clone().unwrap_or_default(),
            start_date: args.from.map(date::message),
            end_date: args.to.map(date::message),
            amount,
            etag: before.etag,
            ..Spend::default()
        };
        let request = UpdateAcquisitionSpendRequest { acquisition_spend: Some(spend), ..Default::default() };
        let changed = client.update_acquisition_spend(request).await;
        Ok(changed.map_err(|status| no_spend(&status, &args.id))?.into_inner())
    })?;
    args.common.print(&changed)
}

fn delete(args: &Delete) -> Result<()> {
    let gone = block_on(async {
        let mut client = args.common.online.clients()?.acquisition;
        let request = DeleteAcquisitionSpendRequest { acquisition_spend_id: args.id.clone(), ..Default::default() };
        let gone = client.delete_acquisition_spend(request).await;
        Ok(gone.map_err(|status| no_spend(&status, &args.id))?.into_inner())
    })?;
    args.common.print(&gone)
}

/// The amount of a flag.
pub(super) fn given(text: &str, currency: Currency) -> Result<Money> {
    let minor = amount::parse(text, currency)
        .map_err(|problem| Usage(format!("the amount {text}: {problem}; {}", problem.remedy())))?;
    Ok(money(minor, currency))
}

/// The currency given, or that of the amount before.
fn currency(given: Option<Currency>, before: &Spend) -> Result<Currency> {
    let before = before.amount.as_ref().map(|amount| amount.currency_code.as_str()).unwrap_or_default();
    let known = given.or_else(|| Currency::from_code(before));
    Ok(known.ok_or_else(|| Usage("name the currency of the amount with --currency".to_owned()))?)
}

fn no_spend(status: &Status, id: &str) -> anyhow::Error {
    match status.code() {
        Code::NotFound => anyhow::anyhow!(
            "there is no acquisition spend {id}: `clientele acquisition-spend list` shows those there are"
        ),
        _ => explain(status),
    }
}
