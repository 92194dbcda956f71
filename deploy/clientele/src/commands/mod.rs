//! The commands, one file each.
//!
//! A further command `x`: write `x.rs` with `#[derive(clap::Args)] pub struct X` (its doc comment is the help) and
//! `pub fn run(args: &X) -> anyhow::Result<()>`, add a variant to `Command` and a line to [`run`]. Wrap what the caller got
//! wrong in [`Usage`], so that it exits with 2. Results go to [`crate::term::Format::print`] or [`crate::term::print`], everything else
//! to [`crate::term::note`].

pub mod account;
pub mod acquisition_spend;
pub mod audit;
pub mod churn;
pub mod customer;
pub mod customer_merge;
pub mod demo;
pub mod export;
pub mod grouping;
pub mod identifiers;
pub mod import;
pub mod import_contracts;
pub mod import_screening_list;
pub mod import_transactions;
pub mod key_customers;
pub mod migrate;
pub mod model;
pub mod offers;
pub mod policy;
pub mod report;
pub mod score;
pub mod score_changes;
pub mod score_of;
pub mod screening;
pub mod segment;
pub mod segment_change;
pub mod target_population;
pub mod token;
pub mod up;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::files::FileError;

const ABOUT: &str = "\
Clientele answers what your customers are worth: it turns a purchase file into the probability that each customer is \
still there, the purchases to expect, and the value of the next months.";

const EXAMPLES: &str = "\
Examples:
  See what it is for, on a real purchase history:
    clientele demo
  Your own customers: start everything here, then in another terminal
    clientele up
    clientele import transactions purchases.csv --currency EUR
    clientele score --as-of 2026-10-31 --currency EUR
    clientele key-customers
    clientele report retention
    clientele report concentration --metric total-revenue
    clientele report affinities --kind bundle
    clientele report sales --from 2026-01-01 --to 2026-10-31 --currency EUR --by month --compare last-year
    clientele report growth --unit quarter --currency EUR
    clientele score compare <EARLIER RUN>
    clientele score changes --order-by clv_change
    clientele score show <CUSTOMER>
    clientele score predict <CUSTOMER> --horizons 30,90,365
    clientele export transactions --format csv -o transactions.csv
    clientele churn list
  Your own rules for who is a key customer: see them, change them, try them, set them
    clientele policy show > policy.json
    clientele policy preview policy.json
    clientele policy set policy.json --note stricter
  Two records of one customer: see what would become of them, make them one, take it back
    clientele customer merge C-1 C-7 --dry-run
    clientele customer merge C-1 C-7 --take email=C-7 --reason 'same person'
    clientele customer unmerge C-7
  Groups of customers: try a rule, keep it, find clusters
    clientele segment preview 'clv > 500 AND days_since_last_purchase > 90'
    clientele segment create SILENT_ONES --rule 'clv > 500 AND days_since_last_purchase > 90'
    clientele segment cluster RFM
    clientele segment create VIP && clientele segment add VIP C-1 C-7
    clientele report segments VIP --by day
    clientele target-population set --by country DE 2500 --source 'chamber of commerce'
    clientele report share --by country
  What winning customers costs: say what was spent on a channel, see what it brought after the next run
    clientele acquisition-spend create 'trade fair' 12000 --currency EUR --from 2026-03-01 --to 2026-03-31
    clientele report acquisition
  The audit log of qualification: keep keys and head, export, check without any server
    clientele audit keys > audit-keys.pem && clientele audit head -o head.json
    clientele audit export audit.jsonl
    clientele audit verify audit.jsonl --key audit-keys.pem --since head.json
  Fit a model to your purchases, without any server:
    clientele model fit --model bg-nbd --transactions purchases.csv
  Fit on the first months and check against the rest:
    clientele model fit --model bg-nbd --transactions purchases.csv --calibration-end 1997-09-30
  Project a cohort of contracts:
    clientele model fit --model sbg --survivors cohort.csv
  A name against a sanctions list:
    clientele screening search --list consolidated.xml --list-format un-xml 'Mohamed al-Tikriti'
  The same list for the service, which screens every customer against it from then on:
    clientele import screening-list consolidated.xml --list un --kind sanctions --list-format un-xml
  Who is close to a listed party, why, and what two people say of it
    clientele screening screen C-1
    clientele screening hits list --filter 'state = OPEN AND score >= 0.9'
    clientele screening hits show <HIT>
    clientele screening hits decide <HIT> --as false-positive --reason 'born in another year'
    clientele screening hits approve <HIT> --reason 'the passports differ' --token \"$(clientele token --subject eva)\"
  A fit for a program:
    clientele model fit --model gamma-gamma --transactions - --format json < purchases.csv
  Business identifiers, one a line after its scheme and a tab; or find out what a number is
    clientele identifiers check < identifiers.tsv
    clientele identifiers detect 914403001922038216

Exit codes: 0 done, 1 failed, 2 wrong usage or unusable input.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "clientele", version, about = ABOUT, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // --- everything on this machine
    Demo(demo::Demo),
    Up(up::Up),
    Migrate(migrate::Migrate),
    Token(token::Token),
    // --- with the services
    /// Import customers or transactions from a CSV file
    #[command(subcommand)]
    Import(Box<import::Import>),
    /// Export everything into a file
    #[command(subcommand)]
    Export(export::Export),
    Score(score::Score),
    KeyCustomers(key_customers::KeyCustomers),
    /// Report on all customers of a score run, or on sales
    #[command(subcommand)]
    Report(report::Report),
    /// Show a customer, merge customers, erase one
    #[command(subcommand)]
    Customer(customer::Customer),
    /// Say what is known of a customer beside its purchases, and decide its tier
    #[command(subcommand)]
    Account(account::Account),
    /// Who seems about to leave, and what came of it
    #[command(subcommand)]
    Churn(churn::Churn),
    /// The rules by which customers are judged: index and tiers
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Groups of customers by rule, list or cluster
    #[command(subcommand)]
    Segment(segment::Segment),
    /// What was spent on channels to win customers; score runs share it out
    #[command(subcommand)]
    AcquisitionSpend(acquisition_spend::AcquisitionSpend),
    /// How many customers there are in the market, by group; shares are taken of them
    #[command(subcommand)]
    TargetPopulation(target_population::TargetPopulation),
    /// The tamper-evident log of qualification: export it, check it, keep its signed head
    #[command(subcommand)]
    Audit(Box<audit::Audit>),
    // --- without a server
    /// Business and legal identifiers: check them, find out what they are, without any server
    #[command(subcommand)]
    Identifiers(identifiers::Identifiers),
    /// Customer-base models on a file, without any server
    #[command(subcommand)]
    Model(model::Model),
    // --- both
    /// Names and customers against sanctions lists and own ones
    #[command(subcommand)]
    Screening(screening::Screening),
}

/// Runs the command.
pub fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Up(args) => up::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Import(args) => import::run(*args),
        Command::Export(args) => export::run(args),
        Command::Score(args) => score::run(&args),
        Command::KeyCustomers(args) => key_customers::run(&args),
        Command::Report(args) => report::run(args),
        Command::Customer(args) => customer::run(args),
        Command::Account(args) => account::run(args),
        Command::Churn(args) => churn::run(args),
        Command::Policy(args) => policy::run(args),
        Command::Segment(args) => segment::run(args),
        Command::AcquisitionSpend(args) => acquisition_spend::run(args),
        Command::TargetPopulation(args) => target_population::run(args),
        Command::Identifiers(args) => identifiers::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Model(args) => model::run(args),
        Command::Screening(args) => screening::run(args),
    }
}

/// What the caller can put right: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// 2 for wrong usage or unusable input, 1 for what failed.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    let unusable = error.chain().any(|cause| {
        cause.is::<Usage>() || cause.downcast_ref().is_some_and(|error| !matches!(error, FileError::Read(_)))
    });
    if unusable { 2 } else { 1 }
}
