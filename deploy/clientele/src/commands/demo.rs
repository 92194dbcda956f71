//! `clientele demo`: from a purchase file to ranked key customers, on this machine.

use std::{collections::BTreeSet, io::Cursor, time::Duration};

use anyhow::Result;
use clap::Args;
use clientele_proto::{
    Date,
    value::v1::{ScoreRunSettings, StartScoreRunRequest},
};
use clientele_service::Context;
use iso_currency::Currency;
use tokio::sync::watch;

use crate::{
    commands::up::Local,
    files::{CustomerKind, CustomerRow, TransactionColumns, Transactions},
    importing::{self, Imported},
    launcher::{Addresses, Launched, keys::EVERYTHING},
    online::{Clients, block_on, explain},
    report::{key_customers::KeyCustomers, run},
    term::{self, Progress, Screen, number, progress::Unit},
};

/// 6,919 purchases of 2,357 customers of the online shop CDNOW: Peter Fader and Bruce Hardie, "Forecasting Repeat Sales at CDNOW: A
/// Case Study", 2001.
const PURCHASES: &[u8] = include_bytes!("../../../../tests/data/cdnow_sample.csv");

/// The last day of the file.
const AS_OF: Date = Date { year: 1998, month: 6, day: 30 };

/// The tenant of the demonstration.
const TENANT: &str = "demo";

/// Show what Clientele is for: import a real purchase history, score every customer, print the key customers
#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    local: Local,
    /// Key customers to print
    #[arg(long, default_value_t = 20, value_name = "CUSTOMERS", value_parser = clap::value_parser!(i32).range(1..=1000))]
    customers: i32,
    /// Customers whose reasons are printed
    #[arg(long, default_value_t = 3, value_name = "CUSTOMERS")]
    explain: usize,
}

/// Runs the command.
pub fn run(args: &Demo) -> Result<()> {
    block_on(async {
        let telemetry = args.local.telemetry()?;
        let (stop, stopping) = watch::channel(false);
        let progress = Progress::start("starting Postgres and the services", None, Unit::Items);
        let launched = Launched::start(&args.local.folder, Addresses::free(), stopping).await?;
        progress.finish("running");

        let shown = show(args, &launched).await;
        stop.send_replace(true);
        launched.finished().await?;
        telemetry.shutdown().await?;
        shown
    })
}

async fn show(args: &Demo, launched: &Launched) -> Result<()> {
    let token = launched.keys.token(TENANT, "demo", &EVERYTHING, Duration::from_hours(1), Context::system().now());
    let mut clients = Clients::new(&launched.endpoints, token)?;

    let customers = customers()?;
    let progress = Progress::start("importing customers", Some(customers.len() as u64), Unit::Items);
    let imported =
        importing::customers::import(&mut clients.customers, customers.into_iter().map(Ok), |rows| progress.set(rows))
            .await?;
    progress.finish(&told(&imported));

    let progress = Progress::start("importing transactions", None, Unit::Items);
    let transactions = Transactions::new(Cursor::new(PURCHASES), &columns())?;
    let imported =
        importing::transactions::import(&mut clients.transactions, transactions, |rows| progress.set(rows)).await?;
    progress.finish(&told(&imported));
    for rejection in &imported.rejections {
        term::note(rejection);
    }

    let settings = ScoreRunSettings {
        as_of_date: Some(AS_OF),
        currency_code: Currency::USD.code().to_owned(),
        ..ScoreRunSettings::default()
    };
    let request = StartScoreRunRequest { settings: Some(settings), ..StartScoreRunRequest::default() };
    let started = clients.score_runs.start_score_run(request).await.map_err(|status| explain(&status))?.into_inner();
    let finished = run::follow(&mut clients.score_runs, &started.score_run_id).await?;

    let screen = Screen::stdout();
    let key_customers = KeyCustomers::read(&mut clients, &finished.score_run_id, args.customers, "", "").await?;
    term::print(&format!("\n{}\n{}", run::render(&finished, &screen), key_customers.render(args.explain, &screen)))?;
    term::print(
        "\nYour own purchases: `clientele up`, then `clientele import transactions FILE.csv`, `clientele score`, `clientele key-customers`.\n",
    )?;
    Ok(())
}

fn columns() -> TransactionColumns {
    TransactionColumns { default_currency: Currency::USD, ..TransactionColumns::default() }
}

/// A customer for each id in the file, which has no names.
fn customers() -> Result<Vec<CustomerRow>> {
    let ids = Transactions::new(Cursor::new(PURCHASES), &columns())?
        .filter_map(|row| Some(row.ok()?.customer))
        .collect::<BTreeSet<_>>();
    let customer = |(row, external_id): (u64, String)| CustomerRow {
        row,
        display_name: format!("Customer {external_id}"),
        external_id,
        kind: CustomerKind::Person,
        email: String::new(),
        phone: String::new(),
        country: "US".to_owned(),
    };
    Ok((1..).zip(ids).map(customer).collect())
}

fn told(imported: &Imported) -> String {
    let count = number::count;
    match (imported.added + imported.changed, imported.known) {
        (0, known) => format!("{} were there already, nothing imported twice", count(known)),
        (new, 0) => format!("{} imported", count(new)),
        (new, known) => format!("{} imported, {} were there already", count(new), count(known)),
    }
}
