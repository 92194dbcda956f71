//! `clientele target-population`: how many customers there are in the market, by group.

use anyhow::Result;
use clap::{Args, Subcommand};
use clientele_proto::value::v1::{
    DeleteTargetPopulationRequest, ListTargetPopulationsRequest, TargetPopulation as Population,
    UpsertTargetPopulationRequest, customer_share_service_client::CustomerShareServiceClient,
};
use clientele_service::client::Peer;

use crate::{
    commands::grouping::By,
    online::{Online, block_on, explain},
    report::{json, populations},
    term::Format,
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum TargetPopulation {
    /// List what is known, the oldest first
    List(List),
    /// Say how many customers a group has in the market; what was said of it before is replaced
    Set(Set),
    /// Forget what was said of a group
    Delete(Delete),
}

/// Flags of `target-population list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    common: Common,
}

/// Flags of `target-population set`.
#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    group: Group,
    /// How many customers there are: those that could be ours, with those that are
    #[arg(value_name = "CUSTOMERS", value_parser = clap::value_parser!(i64).range(1..=20_000_000_000))]
    population: i64,
    /// Where the number comes from
    #[arg(long, default_value = "", value_name = "TEXT")]
    source: String,
    #[command(flatten)]
    common: Common,
}

/// Flags of `target-population delete`.
#[derive(Debug, Args)]
pub struct Delete {
    #[command(flatten)]
    group: Group,
    #[command(flatten)]
    common: Common,
}

/// Which group.
#[derive(Debug, Args)]
struct Group {
    /// The group, such as DE, NORTH_KEY_ACCOUNTS or north
    #[arg(value_name = "GROUP")]
    name: String,
    /// What kind of group it is
    #[arg(long, value_enum)]
    by: By,
    /// The attribute, with --by attribute, such as region
    #[arg(long, value_name = "KEY")]
    attribute: Option<String>,
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
    fn print(&self, population: &Population) -> Result<()> {
        let one = std::slice::from_ref(population);
        self.format.print(|screen| populations::render(one, screen), || populations::csv(one), || json::of(population))
    }
}

/// Runs the command.
pub fn run(command: TargetPopulation) -> Result<()> {
    match command {
        TargetPopulation::List(args) => list(&args),
        TargetPopulation::Set(args) => set(&args),
        TargetPopulation::Delete(args) => delete(&args),
    }
}

fn list(args: &List) -> Result<()> {
    let found = block_on(async { all(&mut args.common.online.clients()?.shares).await })?;
    args.common.format.print(
        |screen| populations::render(&found, screen),
        || populations::csv(&found),
        || found.iter().map(json::of).collect(),
    )
}

async fn all(client: &mut CustomerShareServiceClient<Peer>) -> Result<Vec<Population>> {
    let mut request = ListTargetPopulationsRequest { page_size: 1000, ..ListTargetPopulationsRequest::default() };
    let mut found = Vec::new();
    loop {
        let page = client.list_target_populations(request.clone()).await;
        let page = page.map_err(|status| explain(&status))?.into_inner();
        found.extend(page.target_populations);
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        request.page_token = page.next_page_token;
    }
}

fn set(args: &Set) -> Result<()> {
    let (grouping, attribute) = args.group.by.grouping(args.group.attribute.as_deref())?;
    let population = Population {
        grouping: grouping.into(),
        attribute,
        group: args.group.name.clone(),
        population: args.population,
        source: args.source.clone(),
        ..Population::default()
    };
    let said = block_on(async {
        let mut client = args.common.online.clients()?.shares;
        let request = UpsertTargetPopulationRequest { target_population: Some(population), ..Default::default() };
        Ok(client.upsert_target_population(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.print(&said)
}

fn delete(args: &Delete) -> Result<()> {
    let (grouping, attribute) = args.group.by.grouping(args.group.attribute.as_deref())?;
    let gone = block_on(async {
        let mut client = args.common.online.clients()?.shares;
        let is_meant =
            |of: &Population| of.grouping() == grouping && of.attribute == attribute && of.group == args.group.name;
        let Some(meant) = all(&mut client).await?.into_iter().find(is_meant) else {
            let text =
                "no target population is known of {group}: `clientele target-population list` shows those there are";
            anyhow::bail!(text.replace("{group}", &args.group.name));
        };
        let Population { target_population_id, etag, .. } = meant;
        let request = DeleteTargetPopulationRequest { target_population_id, etag, ..Default::default() };
        Ok(client.delete_target_population(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.print(&gone)
}
