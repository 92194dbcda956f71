//! `clientele screening hits`: customers that are close to a listed party, and what people say of it.

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use clientele_error::{Reason, reason_of};
use clientele_proto::qualification::v1::{
    DecideScreeningHitRequest, GetScreeningHitRequest, HitState, ListScreeningHitsRequest, ScreeningHit,
};
use tonic::Status;

use super::customer_id;
use crate::{
    commands::Usage,
    online::{Clients, Online, block_on, explain},
    report::{json, screening_hits},
    term::{self, Format},
};

const DECIDED: &str = "\
A true match holds at once and suspends the customer. A false positive takes two people: after the first one the hit is \
inconclusive, until another one confirms it with `clientele screening hits approve`. It opens again when it runs out, when the \
list changes the party, or when what is known of those who are close to it changes.

Who decides is whom the token names; on this machine `clientele token --subject NAME` makes one.

Examples:
  clientele screening hits decide HIT --as false-positive --reason 'born in another year'
  clientele screening hits approve HIT --reason 'the passports differ' --expire-months 6 --token \"$(clientele token --subject eva)\"
  clientele screening hits decide HIT --as true-match --reason 'the passport number is the same'";

/// What to do with hits.
#[derive(Debug, Subcommand)]
pub enum Hits {
    /// List hits, the newest first
    List(List),
    /// Show one hit, with what each word of the names counts for
    Show(Show),
    /// Say what a hit is
    #[command(after_help = DECIDED)]
    Decide(Decide),
    /// Confirm, as a second person, that a hit is a false positive
    Approve(Approve),
}

/// Flags of `screening hits list`.
#[derive(Debug, Args)]
pub struct List {
    /// Which hits, such as `score >= 0.9 AND screening_list_id = "un"`; by default those that nobody has settled
    #[arg(long, default_value = "state = OPEN OR state = INCONCLUSIVE", value_name = "FILTER")]
    filter: String,
    /// Only those of a customer, by its id in your system
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// How many to list
    #[arg(short, long, default_value_t = 50, value_name = "HITS", value_parser = clap::value_parser!(i32).range(1..=1_000))]
    number: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Flags of `screening hits show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The hit's id
    #[arg(value_name = "HIT")]
    hit: String,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Flags of `screening hits decide`.
#[derive(Debug, Args)]
pub struct Decide {
    /// The hit's id
    #[arg(value_name = "HIT")]
    hit: String,
    /// What it is
    #[arg(long = "as", value_enum, value_name = "DECISION")]
    decision: Decision,
    #[command(flatten)]
    word: Word,
}

/// Flags of `screening hits approve`.
#[derive(Debug, Args)]
pub struct Approve {
    /// The hit's id
    #[arg(value_name = "HIT")]
    hit: String,
    #[command(flatten)]
    word: Word,
}

/// What goes with every decision.
#[derive(Debug, Args)]
struct Word {
    /// Why, in 3 to 2,000 characters
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Months after which a false positive opens again; of two people, the word of the second counts
    #[arg(long, default_value_t = 12, value_name = "MONTHS", value_parser = clap::value_parser!(i32).range(1..=60))]
    expire_months: i32,
    /// Only show what would become of the hit
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Decision {
    /// The customer, or somebody of it, is the listed party.
    TrueMatch,
    /// It is not; somebody else has to confirm that.
    FalsePositive,
    /// Somebody else should look at it.
    Inconclusive,
    /// Take a decision back.
    Open,
}

/// Runs the command.
pub fn run(hits: Hits) -> Result<()> {
    match hits {
        Hits::List(args) => list(&args),
        Hits::Show(args) => show(&args),
        Hits::Decide(args) => decide(&args),
        Hits::Approve(args) => approve(&args),
    }
}

fn list(args: &List) -> Result<()> {
    let found = block_on(async {
        let mut clients = args.online.clients()?;
        let filter = match &args.customer {
            Some(customer) => {
                let id = customer_id(&mut clients, customer, false).await?;
                format!("({}) AND customer_id = \"{id}\"", args.filter)
            }
            None => args.filter.clone(),
        };
        let request =
            ListScreeningHitsRequest { page_size: args.number, filter, ..ListScreeningHitsRequest::default() };
        Ok(clients.screening.list_screening_hits(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(
        |screen| screening_hits::render(&found.screening_hits, screen),
        || screening_hits::csv(&found.screening_hits),
        || json::of(&found),
    )?;
    if args.format == Format::Table && !found.next_page_token.is_empty() {
        term::note("There are more: ask for a larger --number, or narrow them down with --filter.");
    }
    Ok(())
}

fn show(args: &Show) -> Result<()> {
    let hit = block_on(async { get(&mut args.online.clients()?, &args.hit).await })?;
    tell(&hit, args.format)
}

fn decide(args: &Decide) -> Result<()> {
    let decision = match args.decision {
        Decision::TrueMatch => HitState::TrueMatch,
        Decision::FalsePositive => HitState::FalsePositive,
        Decision::Inconclusive => HitState::Inconclusive,
        Decision::Open => HitState::Open,
    };
    let hit = block_on(async { say(&mut args.word.online.clients()?, (&args.hit, ""), decision, &args.word).await })?;
    tell(&hit, args.word.format)?;
    if args.word.format == Format::Table
        && args.decision == Decision::FalsePositive
        && hit.proposed_by == hit.decided_by
    {
        let id = &hit.screening_hit_id;
        term::note(&format!("another person has to confirm it: clientele screening hits approve {id} --reason ..."));
    }
    Ok(())
}

fn approve(args: &Approve) -> Result<()> {
    let hit = block_on(async {
        let mut clients = args.word.online.clients()?;
        let before = get(&mut clients, &args.hit).await?;
        if before.state() != HitState::Inconclusive || before.proposed_by.is_empty() {
            bail!(Usage(format!(
                "the hit is {}: there is no false positive to confirm; propose one with `clientele screening hits decide {} --as false-positive`",
                screening_hits::state(&before),
                args.hit
            )));
        }
        // As it was read: somebody who decides meanwhile is not overruled.
        say(&mut clients, (&args.hit, &before.etag), HitState::FalsePositive, &args.word).await
    })?;
    tell(&hit, args.word.format)
}

async fn get(clients: &mut Clients, hit: &str) -> Result<ScreeningHit> {
    let request = GetScreeningHitRequest { screening_hit_id: hit.to_owned() };
    Ok(clients.screening.get_screening_hit(request).await.map_err(|status| refused(&status))?.into_inner())
}

async fn say(
    clients: &mut Clients,
    (hit, etag): (&str, &str),
    decision: HitState,
    word: &Word,
) -> Result<ScreeningHit> {
    let request = DecideScreeningHitRequest {
        screening_hit_id: hit.to_owned(),
        decision: decision.into(),
        reason: word.reason.clone(),
        expire_months: word.expire_months,
        etag: etag.to_owned(),
        validate_only: word.dry_run,
        ..DecideScreeningHitRequest::default()
    };
    Ok(clients.screening.decide_screening_hit(request).await.map_err(|status| refused(&status))?.into_inner())
}

/// What the service answered, and what to do next.
fn refused(status: &Status) -> anyhow::Error {
    let next = match reason_of(status) {
        Some(Reason::FourEyes) => "give the token of another person, such as `clientele token --subject NAME` makes",
        Some(Reason::HitClosed) => "see what is left with `clientele screening hits list`",
        Some(Reason::EtagMismatch) => "see what was decided with `clientele screening hits show`",
        Some(Reason::NotFound) => "`clientele screening hits list` shows the ids",
        _ => return explain(status),
    };
    anyhow::anyhow!("{}\n  {next}", explain(status))
}

fn tell(hit: &ScreeningHit, format: Format) -> Result<()> {
    format.print(
        |screen| screening_hits::one(hit, screen),
        || screening_hits::csv(std::slice::from_ref(hit)),
        || json::of(hit),
    )
}
