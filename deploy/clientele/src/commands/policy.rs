//! `clientele policy`: the rules by which customers are judged.

use std::{fs, io::Read as _, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use clientele_error::{Reason, reason_of};
use clientele_proto::value::v1::{
    CreateValuePolicyRequest, GetValuePolicyPreviewRequest, GetValuePolicyRequest, ValuePolicy, ValuePolicyPreview,
};

use crate::{
    commands::Usage,
    online::{Online, block_on, explain},
    report::{figure, json, lines::Lines},
    term::{self, Column, Format, Table, note, number},
};

const WRITTEN: &str = "\
FILE is a ValuePolicy of the contract as JSON; what it leaves out is the default. Tiers stand best first, and the last takes the \
rest; each says who rises to it and, if wanted, who stays in it: top_share and stay_top_share (0.05 for the best 5 %), from_value and \
stay_from_value (money), from_index and stay_from_index, or rule and stay_rule (a filter over scores and attributes, as segments \
have them).

Example:
  {\"tier_policy\": {\"grace_days\": 30, \"tiers\": [
    {\"tier\": \"KEY\", \"rule\": \"clv > 500 AND customer.attributes.region = north\", \"stay_rule\": \"clv > 400\"},
    {\"tier\": \"GROWTH\", \"top_share\": 0.2},
    {\"tier\": \"BASE\"}]}}";

/// What to do with the policy.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Show a version as JSON, ready to be changed and set
    Show(Show),
    /// Tell how many customers each tier would have and who would move; nothing is changed
    Preview(Preview),
    /// Make a new version, which score runs started from now on follow
    Set(Set),
}

/// Flags of `policy show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Version to show; by default the newest
    #[arg(long, default_value_t = 0, value_name = "VERSION", value_parser = clap::value_parser!(i32).range(0..))]
    version: i32,
    #[command(flatten)]
    online: Online,
}

/// Flags of `policy preview`.
#[derive(Debug, Args)]
#[command(after_help = WRITTEN)]
pub struct Preview {
    /// The policy as JSON, as `policy show` writes it; - reads stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Score run whose customers are judged; by default the newest that succeeded
    #[arg(long, default_value = "", value_name = "ID")]
    score_run: String,
    /// Customers that would move to print
    #[arg(long, default_value_t = 20, value_name = "CUSTOMERS", value_parser = clap::value_parser!(i32).range(1..=1000))]
    moves: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Flags of `policy set`.
#[derive(Debug, Args)]
#[command(after_help = WRITTEN)]
pub struct Set {
    /// The policy as JSON, as `policy show` writes it; - reads stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What is new and why; in place of the file's note
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(policy: Policy) -> Result<()> {
    match policy {
        Policy::Show(args) => show(&args),
        Policy::Preview(args) => preview(&args),
        Policy::Set(args) => set(&args),
    }
}

fn show(args: &Show) -> Result<()> {
    let request = GetValuePolicyRequest { version: args.version };
    let found = block_on(async {
        let mut policies = args.online.clients()?.policies;
        match policies.get_value_policy(request).await {
            Ok(policy) => Ok(policy.into_inner()),
            Err(status) if args.version == 0 && reason_of(&status) == Some(Reason::NotFound) => {
                note("no version was made yet: score runs follow the defaults, which an empty policy stands for");
                Ok(ValuePolicy::default())
            }
            Err(status) => Err(explain(&status)),
        }
    })?;
    json::print(&json::of(&found)?)
}

fn set(args: &Set) -> Result<()> {
    let mut policy = read(&args.file)?;
    if let Some(note) = &args.note {
        policy.note.clone_from(note);
    }
    let made = block_on(async {
        let mut policies = args.online.clients()?.policies;
        let request = CreateValuePolicyRequest { value_policy: Some(policy), ..CreateValuePolicyRequest::default() };
        Ok(policies.create_value_policy(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    term::print(&format!("version {} is followed by score runs from now on\n", made.version))?;
    Ok(())
}

fn preview(args: &Preview) -> Result<()> {
    let request = GetValuePolicyPreviewRequest {
        value_policy: Some(read(&args.file)?),
        score_run_id: args.score_run.clone(),
        max_moves: args.moves,
    };
    let found = block_on(async {
        let mut policies = args.online.clients()?.policies;
        Ok(policies.get_value_policy_preview(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(
        |screen| {
            let moved = number::count((found.risers + found.fallers).unsigned_abs());
            let summary = format!("{}\n{moved} customers would rise or fall.\n\n", tiers(&found).render(screen));
            summary + &moves(&found).render(screen)
        },
        || csv(&found),
        || json::of(&found),
    )
}

/// Tiers, who would move, and how many.
fn csv(found: &ValuePolicyPreview) -> String {
    let mut lines = Lines::new([
        "tier",
        "customers_now",
        "customers_then",
        "customer_id",
        "customer_external_id",
        "tier_now",
        "tier_then",
        "index_now",
        "index_then",
        "risers",
        "fallers",
    ]);
    for tier in &found.tiers {
        lines.line(
            "tier",
            [
                ("tier", tier.tier.clone()),
                ("customers_now", tier.customers_now.to_string()),
                ("customers_then", tier.customers_then.to_string()),
            ],
        );
    }
    for moved in &found.moves {
        lines.line(
            "move",
            [
                ("customer_id", moved.customer_id.clone()),
                ("customer_external_id", moved.customer_external_id.clone()),
                ("tier_now", moved.tier_now.clone()),
                ("tier_then", moved.tier_then.clone()),
                ("index_now", figure(moved.index_now)),
                ("index_then", moved.index_then.to_string()),
            ],
        );
    }
    lines.line("total", [("risers", found.risers.to_string()), ("fallers", found.fallers.to_string())]);
    lines.csv()
}

fn read(file: &PathBuf) -> Result<ValuePolicy> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).context("cannot read stdin")?;
    } else {
        text = fs::read_to_string(file).map_err(|error| Usage(format!("cannot read {}: {error}", file.display())))?;
    }
    let of = file.display();
    Ok(json::read(&text).map_err(|error| Usage(format!("{of} is no value policy: {error:#}")))?)
}

fn tiers(found: &ValuePolicyPreview) -> Table {
    let mut table = Table::new([Column::text("tier"), Column::number("now"), Column::number("then")]);
    for tier in &found.tiers {
        let count = |customers: i64| number::count(customers.unsigned_abs());
        table.row([tier.tier.clone(), count(tier.customers_now), count(tier.customers_then)]);
    }
    table
}

fn moves(found: &ValuePolicyPreview) -> Table {
    let mut table = Table::new([
        Column::text("customer"),
        Column::text("tier now"),
        Column::text("tier then"),
        Column::number("index now"),
        Column::number("index then"),
    ]);
    for moved in &found.moves {
        let customer =
            if moved.customer_external_id.is_empty() { &moved.customer_id } else { &moved.customer_external_id };
        table.row([
            customer.clone(),
            moved.tier_now.clone(),
            moved.tier_then.clone(),
            moved.index_now.map(|index| number::decimal(index, 1)).unwrap_or_default(),
            number::decimal(moved.index_then, 1),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use clientele_proto::value::v1::{TierMovePreview, TierPreview};

    use super::*;

    #[test]
    fn a_spreadsheet_gets_tiers_moves_and_how_many() {
        let found = ValuePolicyPreview {
            tiers: vec![TierPreview { tier: "KEY".into(), customers_now: 1_200, customers_then: 1_201 }],
            risers: 1,
            moves: vec![TierMovePreview {
                customer_external_id: "C-1".into(),
                tier_now: "BASE".into(),
                tier_then: "KEY".into(),
                index_now: Some(49.975),
                index_then: 50.125,
                ..TierMovePreview::default()
            }],
            ..ValuePolicyPreview::default()
        };
        let text = csv(&found);
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            ["tier,KEY,1200,1201,,,,,,,,", "move,,,,,C-1,BASE,KEY,49.975,50.125,,", "total,,,,,,,,,,1,0"]
        );
    }
}
